"""What a benchmark says: a case with its value, its baselines, and the ratios that count."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from statistics import median
from typing import Any, NamedTuple

import msgspec


@dataclass(frozen=True)
class Sizes:
    """How much is measured; the figures that count are taken with `FULL`."""

    seconds: float
    """Of one side in one round."""
    rounds: int
    records: int
    """In a log that is read, rebuilt or weighed."""
    members: int
    """Who are rewarded over HTTP."""


FULL = Sizes(seconds=3.0, rounds=5, records=300_000, members=18_000)
QUICK = Sizes(seconds=0.5, rounds=2, records=10_000, members=4_000)


@dataclass(frozen=True)
class Target:
    """What a case should reach: `of` is a baseline's name (then its ratio counts), `ours`, `p50_ms` or `p99_ms`."""

    of: str
    least: float | None = None
    most: float | None = None

    def met(self, value: float) -> bool:
        """Whether it is reached."""
        return (self.least is None or value >= self.least) and (self.most is None or value <= self.most)

    def short_by(self, value: float) -> float:
        """How far the value is from it, as a share of it; 0 when it is met."""
        if self.met(value):
            return 0.0
        bound = self.least if self.least is not None and value < self.least else self.most
        assert bound is not None, "a target that is missed has a bound"
        return abs(value / bound - 1)


@dataclass(frozen=True)
class Case:
    """One line of the figures; `targets` are for the table, the JSON has what was measured."""

    name: str
    case: Mapping[str, Any]
    ours: float
    unit: str
    baselines: Mapping[str, float] = field(default_factory=dict)
    ratios: Mapping[str, float] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)
    p50_ms: float | None = None
    p99_ms: float | None = None
    targets: Sequence[Target] = ()

    def value(self, of: str) -> float | None:
        """What a target speaks of; None where it was not measured."""
        found: float | None = self.ratios.get(of) if of not in ("ours", "p50_ms", "p99_ms") else getattr(self, of)
        return found

    def json(self) -> str:
        """The object that `--json` prints."""
        said: dict[str, Any] = {"name": self.name, "case": self.case, "ours": _rounded(self.ours), "unit": self.unit}
        for latency in ("p50_ms", "p99_ms"):
            if (value := getattr(self, latency)) is not None:
                said[latency] = _rounded(value)
        said["baselines"] = {name: _rounded(value) for name, value in self.baselines.items()}
        said["ratios"] = {name: _rounded(value) for name, value in self.ratios.items()}
        said["settings"] = self.settings
        return msgspec.json.encode(said).decode()


class Sample(NamedTuple):
    """What one side did in one round; `latencies` are seconds, a request each.

    `seconds` is for how long it was at work, where getting ready took a part of the round.
    """

    value: float
    latencies: Sequence[float] = ()
    seconds: float = 0.0


Side = Callable[[], Sample]
OURS = "ours"


def interleave(sides: Mapping[str, Side], rounds: int) -> dict[str, list[Sample]]:
    """Every side in every round, one after the other; each round begins with another side."""
    samples: dict[str, list[Sample]] = {name: [] for name in sides}
    names = list(sides)
    for turn in range(rounds):
        start = turn % len(names)
        for name in names[start:] + names[:start]:
            samples[name].append(sides[name]())
    return samples


def summed_up(case: Case, samples: Mapping[str, Sequence[Sample]]) -> Case:
    """The case with the medians of its sides, and for each baseline the median of the ratios inside the rounds."""
    ours = [sample.value for sample in samples[OURS]]
    others = {name: [sample.value for sample in found] for name, found in samples.items() if name != OURS}
    ratios = {
        name: median(mine / theirs for mine, theirs in zip(ours, values, strict=True))
        for name, values in others.items()
    }
    latencies = sorted(latency for sample in samples[OURS] for latency in sample.latencies)
    return replace(
        case,
        ours=median(ours),
        baselines={name: median(values) for name, values in others.items()},
        ratios=ratios,
        p50_ms=percentile(latencies, 0.50),
        p99_ms=percentile(latencies, 0.99),
    )


def percentile(ordered: Sequence[float], share: float) -> float | None:
    """In milliseconds, of seconds in order; None of nothing."""
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] * 1000 if ordered else None


def short_of(cases: Iterable[Case]) -> int:
    """How many targets were missed."""
    missed = 0
    for case in cases:
        for target in case.targets:
            value = case.value(target.of)
            missed += value is not None and not target.met(value)
    return missed


def _rounded(value: float) -> float:
    """Four digits: the fifth is noise."""
    return float(f"{value:.4g}")
