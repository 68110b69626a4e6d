"""The figures for people: what was measured, what it should reach, and by how much it falls short."""

from collections.abc import Iterable, Mapping
from typing import Any

from rich.console import Console
from rich.table import Table

from bench.figure import Case, Target


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
            f"{ratio:.2f} × {name} ({number(case.baselines[name])})" for name, ratio in case.ratios.items()
        )
        should = "\n".join(judged(case, target) for target in case.targets)
        ours = f"{number(case.ours)} {case.unit}"
        table.add_row(case.name, spelt(case.case), ours, latency(case), beside, should)
    console.print(table)


def judged(case: Case, target: Target) -> str:
    """The target and whether it is met, coloured."""
    bound = f"≥ {target.least:g}" if target.least is not None else f"≤ {target.most:g}"
    what = "" if target.of == "ours" else f"{target.of} "
    value = case.value(target.of)
    if value is None:
        return f"[dim]{what}{bound}: not measured[/dim]"
    if target.met(value):
        return f"[green]{what}{bound} ✓[/green]"
    return f"[red]{what}{bound}: {value:.3g}, {target.short_by(value):.0%} short[/red]"


def latency(case: Case) -> str:
    """Half of all requests, and all but one in a hundred."""
    return "" if case.p50_ms is None or case.p99_ms is None else f"{case.p50_ms:.2f} / {case.p99_ms:.2f}"


def spelt(case: Mapping[str, Any]) -> str:
    """What tells one case from another."""
    return " ".join(f"{name}={value}" for name, value in case.items())


def number(value: float) -> str:
    """As many digits as mean something."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
