"""`caunoi score explain`: a score taken apart, line by line, with the facts and the article behind each point."""

from enum import StrEnum
from typing import Annotated, Any
from urllib.parse import quote

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from services.program.options import AsJson, Data
from services.program.printing import out, out_json
from services.program.system import System

PATHS = {"meeting": "/scores/meetings/"}
PIPED_WIDTH = 160
"""Columns where nobody looks at a terminal."""
BODIES = {"computed": "the facts", "self": "the committee", "vote": "the cell's vote", "superior": "the superior"}


class Kind(StrEnum):
    """What can be scored."""

    meeting = "meeting"


def register(app: typer.Typer) -> None:
    """Adds the command to the program."""
    score = typer.Typer(help="Scores, and why they are what they are.", no_args_is_help=True)
    score.command(name="explain")(explain)
    app.add_typer(score, name="score")


def explain(
    kind: Annotated[Kind, typer.Argument(help="What was scored.")],
    ident: Annotated[str, typer.Argument(metavar="ID", help="Its id.")],
    known_at: Annotated[
        str | None, typer.Option(help="Using only what had been recorded by this instant: 2026-03-03T12:00:00+07:00")
    ] = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Prints a score: its points and band, each line with its facts and its source, and what each body said."""
    with System.find(data) as system:
        score = system.get(PATHS[kind.value] + quote(ident, safe=""), known_at=known_at)
    if as_json:
        out_json(score)
        return
    console = Console(highlight=False)
    if not console.is_terminal:
        console.width = PIPED_WIDTH
    with console.capture() as shown:
        show(score, console)
    for line in shown.get().splitlines():
        out(line.rstrip())


def show(score: dict[str, Any], console: Console) -> None:
    """The score for people; positions are those that `caunoi log` shows."""
    unfinished = "" if score["complete"] else " (incomplete: some lines have no points yet)"
    console.print(f"[bold]{_points(score['points'])} points, band {score['band'] or '–'}[/]{unfinished}")
    rubric = score["rubric"]
    paper = f"{rubric['number']}, {rubric['on']}, {rubric['issuer']}" if rubric else "no rule pack held on that day"
    console.print(escape(f"meeting {score['meeting']} of {score['on']}, cell {score['cell']}, by {paper}") + "\n")
    console.print(_lines(score["lines"]))
    for gate in score["gates"]:
        met = {True: "met", False: "not met", None: "open"}[gate["met"]]
        console.print(escape(f"gate {gate['gate']} to {gate['band']}: {met}. {gate['because']} ({gate['source']})"))
    said = score["bands"]
    console.print("bands: " + ", ".join(f"{who} {said[body] or '–'}" for body, who in BODIES.items()))
    if score["late"]:
        console.print(f"recorded after the superior had decided: {_positions(score['late'])}")
    console.print(f"as of position {score['position']}")


def _lines(lines: list[dict[str, Any]]) -> Table:
    table = Table("item", "points", "why", "facts", box=None, padding=(0, 2, 0, 0), header_style="dim")
    table.columns[1].justify = "right"
    for line in lines:
        points = f"{_points(line['points'])}/{_points(line['max'])}"
        who = "judged" if line["judged"] else "from facts"
        why = f"{escape(line['title'])} ({who})\n{escape(line['because'])}\n[dim]{escape(line['source'])}[/]\n"
        table.add_row(line["item"], points, why, _positions(line["facts"]))
    return table


def _points(points: float | None) -> str:
    return "–" if points is None else f"{points:g}"


def _positions(positions: list[int]) -> str:
    return " ".join(map(str, positions)) or "–"
