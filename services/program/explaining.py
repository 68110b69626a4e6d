"""A score on a terminal: its points, the line behind each of them, who said which band, and what would change it."""

import shutil
import sys
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

PIPED_WIDTH = 160
"""Columns where nobody looks at a terminal, so that most sentences stay in one line for `grep`."""
WIDEST = 100
"""Columns beyond which a sentence is harder to read."""
BODIES = {"computed": "the facts", "self": "the committee", "vote": "the cell's vote", "superior": "the superior"}
POINTS = 9
"""Columns of `22.5/25`, right-aligned, and what is left free after them."""

Said = Mapping[str, Any]


def width() -> int:
    """The columns to write in."""
    return min(shutil.get_terminal_size().columns, WIDEST) if sys.stdout.isatty() else PIPED_WIDTH


def explained(score: Said, columns: int) -> Iterator[str]:
    """The lines for people; positions are those that `caunoi log` shows."""
    unfinished = "" if score.get("complete", True) else " (incomplete: some lines have no points yet)"
    yield from _wrapped(f"{_points(score['points'])} points, band {score['band'] or '–'}{unfinished}", columns)
    yield from _head(score, columns)
    yield ""
    for line in score["lines"]:
        yield from _line(line, columns)
    yield from _gates(score["gates"], columns)
    yield from _also(score, columns)
    bands = score.get("bands")
    if bands:
        said = ", ".join(f"{who} {bands[body] or '–'}" for body, who in BODIES.items())
        yield from _wrapped(f"bands: {said}", columns)
    if score.get("late"):
        yield from _wrapped(f"recorded after the superior had decided: {_positions(score['late'])}", columns)
    if changes := score.get("changes"):
        yield "what would change it:"
        for number, change in enumerate(changes, start=1):
            yield from _wrapped(f"{number}. {change['sentence']}", columns, 2, 5)
    yield f"as of position {score['position']}"


def _head(score: Said, columns: int) -> Iterator[str]:
    """What it is the score of, and by which paper."""
    named = ("meeting", "candidacy", "subject", "cell", "kind", "on", "period", "year")
    found = {name: score[name] for name in named if isinstance(score.get(name), str | int)}
    for what in ("meeting", "candidacy", "subject", "cell"):
        if what in found:
            yield f"{what} {found.pop(what)}"
    if found:
        yield from _wrapped(", ".join(f"{name} {value}" for name, value in found.items()), columns)
    rubric = score["rubric"]
    paper = f"by {rubric['number']}, {rubric['on']}, {rubric['issuer']}" if rubric else "no rule pack held on that day"
    yield from _wrapped(paper, columns)


def _line(line: Said, columns: int) -> Iterator[str]:
    points = f"{_points(line['points'])}/{_points(line['max'])}"
    who = "judged" if line["judged"] else "from facts"
    asked = "" if line.get("applies", True) else ", not asked for this time"
    claimed = line.get("claimed")
    own = "" if claimed is None or claimed == line["points"] else f", self-scored {_points(claimed)}"
    title = f"{line['title']} ({line['item']}, {who}{own}{asked})"
    first, *rest = _wrapped(title, columns, POINTS)
    yield f"{points:>{POINTS - 2}}  {first.lstrip()}"
    yield from rest
    yield from _wrapped(line["because"], columns, POINTS)
    yield from _wrapped(line["source"], columns, POINTS)
    if line["facts"]:
        yield from _wrapped(f"facts {_positions(line['facts'])}", columns, POINTS)
    yield ""


def _gates(gates: Sequence[Said], columns: int) -> Iterator[str]:
    for gate in gates:
        met = {True: "met", False: "not met", None: "open"}[gate["met"]]
        yield from _wrapped(f"gate {gate['gate']} to {gate['band']}: {met}. {gate['because']}", columns)
        yield from _wrapped(gate["source"], columns, 2)


def _also(score: Said, columns: int) -> Iterator[str]:
    """What longer times tell beside points: how regularly a cell met, what else is on record about a year."""
    for name, beat in _beats(score.get("rhythm")):
        missing = f", missing {' '.join(beat['missing'])}" if beat["missing"] else ""
        yield from _wrapped(f"{name} meetings: {beat['held']} of {beat['of']}{missing}", columns)
    if counts := score.get("meetings"):
        yield from _wrapped("meetings: " + ", ".join(f"{count} {band}" for band, count in counts.items()), columns)
    if score.get("standard") is not None:
        yield f"the standard is {_points(score['standard'])} points"
    if isinstance(year := score.get("year"), Mapping):
        points = "" if year["points"] is None else f", {_points(year['points'])} points"
        yield from _wrapped(f"the year {year['year']} is classified: {year['band'] or '–'}{points}", columns)
        yield from _gates(year["gates"], columns)
    for one in score.get("evidence") or ():
        yield from _wrapped(f"{one['title']}: {one['because']}", columns)
        if one["facts"]:
            yield from _wrapped(f"facts {_positions(one['facts'])}", columns, 2)


def _beats(rhythm: Said | None) -> Iterator[tuple[str, Said]]:
    for name in ("regular", "thematic"):
        if rhythm and rhythm[name]["of"]:
            yield name, rhythm[name]


def _wrapped(text: str, columns: int, indent: int = 0, later: int | None = None) -> list[str]:
    """The text in lines no longer than the columns; what has no blank to break at, an id, is broken all the same."""
    first, rest = " " * indent, " " * (indent if later is None else later)
    return textwrap.wrap(text, max(columns, indent + 20), initial_indent=first, subsequent_indent=rest) or [""]


def _points(points: float | None) -> str:
    return "–" if points is None else f"{points:g}"


def _positions(positions: Sequence[int]) -> str:
    return " ".join(map(str, positions))
