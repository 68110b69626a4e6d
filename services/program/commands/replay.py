"""`caunoi replay`: a view made anew from the log, to serve, to be shown as it was, or to be compared."""

import itertools
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Annotated, Any

import typer
from pydantic import TypeAdapter, ValidationError

from projections.hashes import Difference, Hash
from projections.rebuild import Comparison, Replayed
from services import logs
from services.program.options import AsJson, Data
from services.program.printing import out, out_json, piece
from services.program.replaying import ALL, Asked, Replayable, find, place, prepare, troubles
from services.trouble import Exit
from services.web.written import Day, Instant


def register(app: typer.Typer) -> None:
    """Adds the command to the program."""
    app.command(name="replay")(replay)


def replay(
    view: Annotated[str, typer.Argument(metavar="VIEW|all", help="Which view; `caunoi views` lists them.")],
    as_of: Annotated[str | None, typer.Option(help="Show what held on this day in the world: 2026-03-03")] = None,
    known_at: Annotated[
        str | None, typer.Option(help="Show it as known at this instant: 2026-03-03T12:00:00+07:00")
    ] = None,
    compare: Annotated[
        bool, typer.Option("--compare", help="Compare it with the one that serves; ends with 6 where they differ.")
    ] = False,
    url: Annotated[str | None, typer.Option("--database", help="An operator's PostgreSQL, as a URL.")] = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Makes a view anew from the log and says what came out: rows, position, hash.

    Plain, it takes the place of the one that serves, which serves until then. As of a day or an instant it is shown,
    row by row for a single view, and nothing is touched; nor is it when it is compared.
    """
    asked = Asked(_read(Day, as_of, "--as-of"), _read(Instant, known_at, "--known-at"))
    logs.configure("replay", "warning")
    settings = prepare(data, url)
    found = find(settings, view)
    upto = place(settings, asked)
    if compare and asked and view == ALL:
        found = _with_two_clocks(found)
    say = Lines(max(len(each.name) for each in found), as_json)
    same = True
    for each in found:
        with troubles():
            if compare:
                comparison = each.compare(upto, asked.day)
                same = same and comparison.same
                say.compared(each.name, comparison)
            elif upto is None:
                say.made(each.name, each.replace())
            elif view == ALL:
                say.made(each.name, each.replay(upto, asked.day, None))
            else:
                with say.rows(each.name) as row:
                    done = each.replay(upto, asked.day, row)
                say.made(each.name, done)
    if not same:
        raise typer.Exit(Exit.UNVERIFIED)


def _with_two_clocks(found: Sequence[Replayable]) -> list[Replayable]:
    """Those that can be compared as they were; the others are named."""
    others = [each.name for each in found if not each.two_clocks]
    sys.stderr.write(f"left out, they keep only what is known now: {', '.join(others)}\n")
    return [each for each in found if each.two_clocks]


class Lines:
    """A line for each view, or an object of JSON, said as soon as it is known."""

    def __init__(self, width: int, as_json: bool) -> None:
        self._width = width
        self._as_json = as_json
        self._begun = False
        """Whether an object has been begun, whose last fields are still to come."""

    @contextmanager
    def rows(self, name: str) -> Iterator[Callable[[dict[str, Any]], None]]:
        """Inside the block each row is said as it comes, however many there are."""
        between = itertools.chain([""], itertools.repeat(", "))

        def one(row: dict[str, Any]) -> None:
            piece(next(between) + json.dumps(row, ensure_ascii=False)) if self._as_json else out_json(row)

        if self._as_json:
            self._begun = True
            piece(f'{{"view": {json.dumps(name)}, "items": [')
        yield one

    def made(self, name: str, done: Replayed) -> None:
        """What came out."""
        said = {"position": done.position, "rows": done.hash.rows, "hash": str(done.hash), "parked": done.parked}
        if self._begun:
            out("], " + json.dumps(said)[1:])
        elif self._as_json:
            out_json({"view": name, **said})
        else:
            more = f"  {done.parked} parked" if done.parked else ""
            out(f"{name:{self._width}}  at {done.position}  {done.hash.rows} rows  {done.hash}{more}")

    def compared(self, name: str, found: Comparison) -> None:
        """Whether the two are the same rows, and where they begin to differ."""
        first = found.difference
        if self._as_json:
            sides = {"live": _side(found.live), "anew": _side(found.anew)}
            difference = None if first is None else {**first._asdict(), "columns": first.columns}
            said = {"view": name, "same": found.same, "position": found.position, "rows": found.anew.rows}
            out_json({**said, "hash": str(found.anew), **sides, "difference": difference})
            return
        verdict = "the same" if found.same else f"differs: live {found.live}"
        out(f"{name:{self._width}}  at {found.position}  {found.anew.rows} rows  {found.anew}  {verdict}")
        if first is not None:
            out(f"{'':{self._width}}  first at {first.position}, {first.name}, stream {first.stream}: {_what(first)}")


def _what(first: Difference) -> str:
    """Which columns, and no value: a terminal is read by many."""
    if first.live is None:
        return "a row is missing"
    if first.anew is None:
        return "a row too many"
    return ", ".join(first.columns)


def _side(of: Hash) -> dict[str, Any]:
    return {"rows": of.rows, "hash": str(of)}


def _read(kind: Any, text: str | None, option: str) -> Any:
    if text is None:
        return None
    try:
        return TypeAdapter(kind).validate_python(text)
    except ValidationError as error:
        raise typer.BadParameter(error.errors()[0]["msg"], param_hint=option) from None
