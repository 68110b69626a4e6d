"""The figures as a page: `python -m bench --markdown > docs/reference/figures.md`."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from rich.text import Text

from bench.figure import Case, Target
from bench.server import SHOWN
from bench.table import judged, latency, number, spelt

SERVER = (*SHOWN, "cores", "fdatasync_ms")
HEAD = """\
# Figures

What `make bench` measures, and what it came to. `python -m bench NAME` takes one figure, `--json` gives it to programs,
`--profile` says where the time goes, `--markdown` makes this page.

Ours and its baselines take turns in the same call, on the same server with its durability on; each round begins with
another one. "0.97 × pgbench" is the median of the ratios inside the rounds; the numbers in brackets are medians, worth
less than the ratios: another machine has others. A target that is missed says by how much; "costs" are processor time
of ours in one more round, microseconds for each fact, record or request, and so what bounds it: where no thread comes
near a whole core, it is the disc or the way there and back.
"""


def page(cases: Sequence[Case]) -> str:
    """The whole page: how to read it, the server, and a table a figure with how it was taken."""
    lines: list[str] = []
    for name in dict.fromkeys(case.name for case in cases):
        lines += ["", f"## {name}", "", "| case | ours | p50 / p99 ms | beside | should be |", "|---|---|---|---|---|"]
        for case in (case for case in cases if case.name == name):
            beside = "<br>".join(
                f"{ratio:.2f} × {other} ({number(case.baselines[other])})" for other, ratio in case.ratios.items()
            )
            should = "<br>".join(_plainly_judged(case, target) for target in case.targets)
            ours = f"{number(case.ours)} {case.unit}"
            lines.append(f"| {spelt(case.case)} | {ours} | {latency(case)} | {beside} | {should} |")
        lines += ["", *(f"- {key}: {_told(value)}" for key, value in _own(case for case in cases if case.name == name))]
    shared = _shared(cases)
    server = ", ".join(f"{key} {value}" for key, value in shared.items())
    return "\n".join([HEAD, f"Server: {server}.", *lines, ""])


def _shared(cases: Sequence[Case]) -> dict[str, Any]:
    """The settings that most figures have, which are the server's."""
    return {key: value for case in cases for key, value in case.settings.items() if key in SERVER}


def _own(cases: Iterable[Case]) -> list[tuple[str, Any]]:
    """How a figure was taken, each thing said once."""
    said: dict[str, Any] = {}
    for case in cases:
        for key, value in case.settings.items():
            if key not in SERVER:
                said.setdefault(f"{key} ({spelt(case.case)})" if key in {"parts", "costs"} else key, value)
    return list(said.items())


def _told(value: Any) -> str:
    return ", ".join(f"{name} {part}" for name, part in value.items()) if isinstance(value, Mapping) else str(value)


def _plainly_judged(case: Case, target: Target) -> str:
    return Text.from_markup(judged(case, target)).plain
