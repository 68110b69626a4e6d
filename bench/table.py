"""The figures for people: what was measured, what it should reach, and by how much it falls short."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from bench.figure import Case, Target
from bench.server import SHOWN

SERVER = (*SHOWN, "cores", "fdatasync_ms")


def show(cases: Iterable[Case], console: Console) -> None:
    """One line a case."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("figure", "case"):
        table.add_column(title)
    for title in ("ours", "p50 / p99 ms"):
        table.add_column(title, justify="right")
    for title in ("beside", "should be"):
        table.add_column(title)
    for case in cases:
        beside = "\n".join(
            f"{ratio:.2f} × {name} ({_number(case.baselines[name])})" for name, ratio in case.ratios.items()
        )
        should = "\n".join(_judged(case, target) for target in case.targets)
        ours = f"{_number(case.ours)} {case.unit}"
        table.add_row(case.name, _spelt(case.case), ours, _latency(case), beside, should)
    console.print(table)


def markdown(cases: Sequence[Case]) -> str:
    """The same as tables for a page, one a figure, and the conditions that all share."""
    lines: list[str] = []
    for name in dict.fromkeys(case.name for case in cases):
        lines += ["", f"### {name}", "", "| case | ours | p50 / p99 ms | beside | should be |", "|---|---|---|---|---|"]
        for case in (case for case in cases if case.name == name):
            beside = "<br>".join(
                f"{ratio:.2f} × {other} ({_number(case.baselines[other])})" for other, ratio in case.ratios.items()
            )
            should = "<br>".join(_plainly_judged(case, target) for target in case.targets)
            ours = f"{_number(case.ours)} {case.unit}"
            lines.append(f"| {_spelt(case.case)} | {ours} | {_latency(case)} | {beside} | {should} |")
        lines += ["", *(f"- {key}: {_told(value)}" for key, value in _own(case for case in cases if case.name == name))]
    shared = _shared(cases)
    return "\n".join(["Server: " + ", ".join(f"{key} {value}" for key, value in shared.items()) + ".", *lines, ""])


def _shared(cases: Sequence[Case]) -> dict[str, Any]:
    """The settings that most figures have, which are the server's."""
    return {key: value for case in cases for key, value in case.settings.items() if key in SERVER}


def _own(cases: Iterable[Case]) -> list[tuple[str, Any]]:
    """How a figure was taken, each thing said once."""
    said: dict[str, Any] = {}
    for case in cases:
        for key, value in case.settings.items():
            if key not in SERVER:
                said.setdefault(f"{key} ({_spelt(case.case)})" if key == "parts" else key, value)
    return list(said.items())


def _told(value: Any) -> str:
    return ", ".join(f"{name} {part}" for name, part in value.items()) if isinstance(value, Mapping) else str(value)


def _plainly_judged(case: Case, target: Target) -> str:
    return Text.from_markup(_judged(case, target)).plain


def _judged(case: Case, target: Target) -> str:
    bound = f"≥ {target.least:g}" if target.least is not None else f"≤ {target.most:g}"
    what = "" if target.of == "ours" else f"{target.of} "
    value = case.value(target.of)
    if value is None:
        return f"[dim]{what}{bound}: not measured[/dim]"
    if target.met(value):
        return f"[green]{what}{bound} ✓[/green]"
    return f"[red]{what}{bound}: {value:.3g}, {target.short_by(value):.0%} short[/red]"


def _latency(case: Case) -> str:
    return "" if case.p50_ms is None or case.p99_ms is None else f"{case.p50_ms:.2f} / {case.p99_ms:.2f}"


def _spelt(case: Mapping[str, Any]) -> str:
    return " ".join(f"{name}={value}" for name, value in case.items())


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
