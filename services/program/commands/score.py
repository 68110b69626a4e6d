"""`caunoi score explain`: a score taken apart, line by line, with the facts and the article behind each point."""

from datetime import date
from enum import StrEnum
from typing import Annotated
from urllib.parse import quote

import typer

from services.program.explaining import explained, width
from services.program.options import AsJson, Data
from services.program.printing import out, out_json
from services.program.system import System


class Kind(StrEnum):
    """What can be scored."""

    meeting = "meeting"
    cell = "cell"
    organisation = "organisation"
    member = "member"
    four_good = "four-good"


PATHS = {
    Kind.meeting: "/scores/meetings/",
    Kind.cell: "/scores/cells/",
    Kind.organisation: "/scores/organisations/",
    Kind.member: "/scores/members/",
    Kind.four_good: "/scores/four-good/",
}
BY_YEAR = (Kind.organisation, Kind.member)
"""Scores of a year."""


def register(app: typer.Typer) -> None:
    """Adds the command to the program."""
    score = typer.Typer(help="Scores, and why they are what they are.", no_args_is_help=True)
    score.command(name="explain")(explain)
    app.add_typer(score, name="score")


def explain(
    kind: Annotated[Kind, typer.Argument(help="What was scored.")],
    ident: Annotated[str, typer.Argument(metavar="ID", help="Its id; of four-good, the candidacy's.")],
    period: Annotated[
        str | None, typer.Option(help="Of a cell: 2026, 2026-Q3 or 2026-10; of a year's score: 2026. [default: now's]")
    ] = None,
    as_of: Annotated[str | None, typer.Option(help="Using only what held by this day: 2026-03-03")] = None,
    known_at: Annotated[
        str | None, typer.Option(help="Using only what had been recorded by this instant: 2026-03-03T12:00:00+07:00")
    ] = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Prints a score: points and band, each line with its facts and source, who said what, what would change it."""
    asked = {"as_of": as_of, "known_at": known_at}
    year = str(date.today().year)  # noqa: DTZ011  # only which year is meant where none is said
    if kind is Kind.cell:
        asked["period"] = period or year
    elif kind in BY_YEAR:
        asked["year"] = period or year
    elif period is not None:
        raise typer.BadParameter(f"a {kind.value}'s score is of no period", param_hint="--period")
    with System.find(data) as system:
        score = system.get(PATHS[kind] + quote(ident, safe=""), **asked)
    if as_json:
        out_json(score)
        return
    for line in explained(score, width()):
        out(line)
