"""`caunoi import`: the spreadsheets of offices go in, through HTTP; what is refused comes out to be mended."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import Progress

from services.ingest.imports import mending
from services.program.importing import Sending, rows_of
from services.program.options import AsJson, Data
from services.program.printing import out_json, table
from services.program.system import System
from services.trouble import Exit, Trouble

COLUMNS = ("file", "sheet", "rows", "new", "unchanged", "refused")
SHOWN = 50
"""Refusals that are printed for people, at most; all of them are in `--json` and in `--refused`."""

Second = Annotated[
    str | None,
    typer.Option("--approve-with", metavar="TOKEN", help="The second person's token; without it proposals wait."),
]


def register(app: typer.Typer) -> None:
    """Adds the command to the program."""
    app.command(name="import")(import_)


def import_(
    files: Annotated[list[Path], typer.Argument(metavar="FILE…", help=".csv, .xlsx or .ndjson; in any order.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would come of it, and write nothing.")] = False,
    refused: Annotated[
        Path | None, typer.Option("--refused", metavar="OUT", help="Where refused rows go: a file, or a directory.")
    ] = None,
    campaign: Annotated[
        str | None, typer.Option("--campaign", metavar="ID", help="The oath review that rows belong to.")
    ] = None,
    approve_with: Second = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Enters spreadsheets as offices have them; a second run of the same files changes nothing.

    Ends with 0 when all rows went in, with 4 when some were refused: the others are in.
    """
    for file in files:
        if not file.is_file():
            raise Trouble(f"{file}: there is no such file", Exit.NOT_FOUND)
    with Sending.find(data) as sending, _bar(files) as bar:
        answer = sending.send(files, dry_run=dry_run, campaign=campaign, progress=bar)
        if approve_with is not None and not dry_run:
            _approve(sending, approve_with, answer)
    wrong = _refusals(files, answer)
    written = mending.write(refused, wrong) if refused is not None and wrong else []
    if as_json:
        out_json(answer)
    else:
        _show(answer, dry_run=dry_run)
    for path in written:
        _say(f"refused rows, to be mended and sent again: {path}")
    if any(report["refusals"] for report in answer["files"]):
        raise typer.Exit(int(Exit.REFUSED))


def _approve(system: System, token: str, answer: dict[str, Any]) -> None:
    """The second person agrees to what this import proposed; in the answer each then says what came of it."""
    with System(system.url, token) as second:
        for report in answer["files"]:
            for waiting in report["proposals"]:
                said = second.post(f"/proposals/{waiting['proposal']}/approvals", {"backfill": True})
                waiting["approved"] = said["position"]


def _refusals(files: Sequence[Path], answer: dict[str, Any]) -> list[mending.Refused]:
    by_name = {file.name: file for file in files}
    found = []
    for report in answer["files"]:
        reasons: dict[int, str] = {}
        for one in report["refusals"]:
            said = f"{one['column']}: {one['message']}" if one["column"] else one["message"]
            reasons[one["row"]] = f"{reasons[one['row']]}; {said}" if one["row"] in reasons else said
        reasons.pop(0, None)
        if reasons:
            found.append(mending.Refused(by_name[report["file"]], report["sheet"], reasons))
    return found


def _show(answer: dict[str, Any], *, dry_run: bool) -> None:
    lines = [{**report, "refused": len(report["refusals"])} for report in answer["files"]]
    table(lines, COLUMNS)
    shown = 0
    for report in answer["files"]:
        where = " ".join(part for part in (report["file"], report["sheet"]) if part)
        for kind in ("refusals", "warnings"):
            for one in report[kind]:
                shown += 1
                if shown <= SHOWN:
                    mark = "" if kind == "refusals" else "(lưu ý) "
                    column = f", cột “{one['column']}”" if one["column"] else ""
                    _say(f"{mark}{where}, dòng {one['row']}{column}: {one['message']}")
        for one in report["proposals"]:
            if "approved" not in one and not dry_run:
                _say(f"{where}, dòng {one['row']}: chờ người thứ hai duyệt, đề nghị {one['proposal']}")
    if shown > SHOWN:
        _say(f"… và {shown - SHOWN} dòng khác: xem --json hoặc --refused")


def _say(line: str) -> None:
    sys.stderr.write(line + "\n")


@contextmanager
def _bar(files: Sequence[Path]) -> Iterator[Any]:
    """Hears how many rows of which sheet are through, and shows it where somebody looks."""
    console = Console(stderr=True)
    with ExitStack() as held:
        if not console.is_terminal:
            yield lambda _: None
            return
        bar = held.enter_context(Progress(console=console, transient=True))
        task = bar.add_task("reading the rows", total=sum(map(rows_of, files)) or None)
        seen: dict[tuple[str, str | None], int] = {}

        def heard(line: dict[str, Any]) -> None:
            seen[line["file"], line["sheet"]] = line["rows"]
            bar.update(task, completed=sum(seen.values()))

        yield heard
