"""`caunoi export`: what is on record, in the sheets that offices know; imported again, it is nothing new."""

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from services.ingest.imports.writing import writing
from services.program.exporting import forms
from services.program.exporting.forms import Sheet
from services.program.exporting.reading import Reading
from services.program.options import Data
from services.program.system import System
from services.settings import Settings
from services.trouble import Exit, Trouble


class What(StrEnum):
    """The forms."""

    organisations = "organisations"
    members = "members"
    meetings = "meetings"
    transfers = "transfers"
    liaison = "liaison"
    oath_review = "oath-review"


READS = {
    What.organisations: forms.organisations_of,
    What.members: forms.members_of,
    What.meetings: forms.meetings_of,
    What.transfers: forms.transfers_of,
    What.liaison: forms.liaison_of,
}


def register(app: typer.Typer) -> None:
    """Adds the command to the program."""
    app.command(name="export")(export)


def export(
    what: Annotated[What, typer.Argument(help="Which form.")],
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Where it goes: .csv or .xlsx.")],
    campaign: Annotated[str | None, typer.Option("--campaign", metavar="ID", help="Which oath review.")] = None,
    data: Data = None,
) -> None:
    """Writes what is on record as a sheet: text that looks like a formula is written so that no program runs it."""
    if file.suffix.lower() not in (".csv", ".xlsx"):
        raise Trouble(f"{file}: a sheet is written as .csv or .xlsx", Exit.USAGE)
    if what is What.oath_review and campaign is None:
        raise Trouble("say which oath review: --campaign ID", Exit.USAGE)
    with System.find(data) as system:
        reading = Reading(system, Settings.read(data=data).timezone)
        sheets = READS[what](reading) if what in READS else forms.oath_of(reading, campaign or "")
        for path in write(file, sheets):
            sys.stderr.write(f"{path}\n")


def write(file: Path, sheets: list[Sheet]) -> list[Path]:
    """Writes them; a CSV holds one, so the others go beside it."""
    if file.suffix.lower() == ".xlsx":
        with writing(file) as book:
            for sheet in sheets:
                book.table(sheet.title, sheet.headings, sheet.rows)
        return [file]
    made = [file, *[file.with_name(f"{file.stem}-{number}{file.suffix}") for number in range(2, len(sheets) + 1)]]
    for path, sheet in zip(made, sheets, strict=True):
        with writing(path) as one:
            one.table(None, sheet.headings, sheet.rows)
    return made
