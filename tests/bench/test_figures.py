"""Each benchmark runs, with tiny sizes, and prints what it should; how fast anything was is no test."""

import json
from collections.abc import Iterator

import pytest

from bench import __main__ as bench
from bench import server
from bench.figure import Case, Sample, Sizes, Target, interleave, short_of, summed_up

TINY = Sizes(seconds=0.1, rounds=1, records=1_000, members=4_000)
BASELINES = {
    "append": {"pgbench", "eventsourcing", "eventsourcing-on-caunoi"},
    "batch": {"pgbench", "umadb", "eventsourcing"},
    "copy": {"copy"},
    "read": {"eventsourcing", "umadb"},
    "rebuild": {"eventsourcing"},
    "rescore": set[str](),
    "trial": set[str](),
    "board": set[str](),
    "score_live": set[str](),
    "size": {"eventsourcing"},
    "http": {"noop", "starlette", "fastapi-eventsourcing"},
    "notify": set[str](),
    "exchange": {"LISTEN + plain HTTP post", "none dead"},
    "preview": set[str](),
    "sealing": {"without", "without the tree"},
    "import": set[str](),
    "lives": {"3 facts"},
    "roll": set[str](),
    "relay": {"kafka-python", "kafka-python without headers"},
    "proofs": set[str](),
    "verify": set[str](),
    "startup": set[str](),
}


SLOW = {
    "append", "board", "exchange", "http", "import", "lives", "notify", "rebuild", "relay", "roll", "score_live",
    "sealing", "startup",
}  # fmt: skip
"""Those that start whole systems, or take longer than a test should."""


@pytest.fixture(scope="module")
def running() -> Iterator[server.Server]:
    with server.running() as found:
        yield found


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[pytest.mark.long] if name in SLOW else []) for name in bench.NAMES]
)
def test_a_figure_prints_an_object_a_case(name: str, running: server.Server) -> None:
    cases = list(bench.cases(running, name, TINY))
    said = [json.loads(case.json()) for case in cases]
    assert said
    for one in said:
        assert one["name"] == name
        assert one["ours"] > 0
        assert one["unit"]
        assert one["case"]
        assert one["settings"]
        assert one["ratios"].keys() == one["baselines"].keys() <= BASELINES[name]
        assert all(ratio > 0 for ratio in one["ratios"].values())
    assert set[str]().union(*(one["baselines"] for one in said)) == BASELINES[name]


def test_the_sides_of_a_round_follow_each_other_and_take_turns_in_beginning() -> None:
    called: list[str] = []

    def side(name: str) -> Sample:
        called.append(name)
        return Sample(1.0)

    interleave({"ours": lambda: side("a"), "theirs": lambda: side("b")}, rounds=2)
    assert called == ["a", "b", "b", "a"]


def test_the_median_of_the_ratios_counts_not_the_ratio_of_the_medians() -> None:
    ours = [Sample(10.0), Sample(40.0), Sample(90.0)]
    theirs = [Sample(10.0), Sample(10.0), Sample(100.0)]
    case = summed_up(Case("x", {}, 0.0, "1/s"), {"ours": ours, "theirs": theirs})
    assert case.ours == 40
    assert case.baselines == {"theirs": 10}
    assert case.ratios == {"theirs": 1}


def test_latencies_are_percentiles_in_milliseconds() -> None:
    latencies = [number / 1000 for number in range(1, 101)]
    case = summed_up(Case("x", {}, 0.0, "1/s"), {"ours": [Sample(1.0, latencies)]})
    assert (case.p50_ms, case.p99_ms) == (51, 100)


def test_a_target_that_is_missed_says_by_how_much() -> None:
    least, most = Target("theirs", least=2.0), Target("ours", most=480)
    assert least.met(2.0)
    assert least.short_by(1.5) == 0.25
    assert most.short_by(600) == 0.25
    case = Case("x", {}, 600.0, "bytes", {"theirs": 100.0}, {"theirs": 6.0}, targets=(least, most))
    assert short_of([case]) == 1
