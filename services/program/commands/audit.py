"""`caunoi audit`: what the log says of itself, signed, and whether it still is what was signed."""

from pathlib import Path
from typing import Annotated

import psycopg
import typer

from services.audit import key as key_file
from services.audit.notes import Untrusted, VerifierKey
from services.audit.verifying.report import Report
from services.audit.verifying.whole import Evidence, verify
from services.program import database, started_with
from services.program.options import AsJson, Data
from services.program.printing import out, out_json
from services.program.system import CODES, System
from services.settings import Settings
from services.trouble import Exit, Trouble

LONGEST = 65_536
"""Bytes of a file with a checkpoint or a key that are looked at."""


def register(app: typer.Typer) -> None:
    """Adds the group of commands to the program."""
    group = typer.Typer(no_args_is_help=True, help="Checkpoints of the log, and whether it is what they say.")
    group.command()(checkpoint)
    group.command(name="verify")(verify_log)
    app.add_typer(group, name="audit")


def checkpoint(
    out_file: Annotated[Path | None, typer.Option("--out", help="Write it to a file instead.")] = None,
    data: Data = None,
) -> None:
    """Prints the latest checkpoint, a signed note, to be kept where nobody who can change the log can change it."""
    with System.find(data) as system:
        answer = system.reply("/checkpoints/latest")
    if answer.is_error:
        why = "nothing was signed yet" if answer.status_code == 404 else f"{answer.status_code} {answer.reason_phrase}"
        raise Trouble(why, CODES.get(answer.status_code, Exit.FAILURE))
    if out_file is None:
        out(answer.text.removesuffix("\n"))
        return
    try:
        out_file.write_bytes(answer.content)
    except OSError as error:
        raise Trouble(f"{out_file} cannot be written: {error.strerror}") from None


def verify_log(
    brought: Annotated[
        Path | None, typer.Option("--checkpoint", help="A checkpoint that was kept elsewhere, to compare with as well.")
    ] = None,
    keys: Annotated[
        list[str] | None,
        typer.Option("--key", help="Who signs: a verifier key, or a file with one. [default: this system's]"),
    ] = None,
    data: Data = None,
    url: Annotated[str | None, typer.Option("--database", help="An operator's PostgreSQL, as a URL.")] = None,
    as_json: AsJson = False,
) -> None:
    """Reads the whole log and holds it against its tree, every kept checkpoint, the last one signed, counter and heads.

    Ends with 0, or with 6 and the first wrong position.
    """
    settings = started_with.take(Settings.read(data=data, database=url))
    note = None if brought is None else _file(brought)
    given = [_key(text) for text in keys or ()]
    evidence = Evidence(key_file.origin(settings), given or _own(settings), note, _remembered(settings))
    try:
        report = verify(database.of(settings), evidence)
    except Untrusted as why:
        raise Trouble(f"{brought} is no checkpoint to compare with: {why}", Exit.UNVERIFIED) from None
    except psycopg.Error as error:
        raise Trouble(f"the log cannot be read ({type(error).__name__}): try `caunoi doctor`") from None
    if as_json:
        out_json(report.said())
    else:
        _show(report)
    if not report.ok:
        raise typer.Exit(Exit.UNVERIFIED)


def _show(report: Report) -> None:
    said = report.said()
    for finding in said["findings"]:
        out(f"{finding['position']:>10}  {finding['wrong']}: {finding['detail']}")
    seen = f"{report.records} records, {report.size} in the tree, {report.checkpoints} checkpoints kept"
    if report.ok:
        unsigned = f", {report.records - report.signed} are not signed yet" if report.records > report.signed else ""
        signed = f"{report.signed} records are as they were signed{unsigned}"
        out(f"verified: {seen}; {signed} ({report.seconds:.1f} s)")
    else:
        out(f"NOT VERIFIED: {said['wrong']}, first at position {said['first_wrong']} ({seen}; {report.seconds:.1f} s)")


def _own(settings: Settings) -> list[VerifierKey]:
    """The keys of the system's own directory, where they can be read; else the database is believed about its own."""
    try:
        return key_file.trusted(settings)
    except (Trouble, ValueError, OSError):
        return []


def _remembered(settings: Settings) -> bytes | None:
    """What was signed last, where this is the machine of whoever signs. Before the log is read: it has seen as much."""
    try:
        return key_file.memory(settings).read_bytes()[:LONGEST]
    except OSError:
        return None


def _key(text: str) -> VerifierKey:
    """A key, or that of a file.

    Raises Trouble when it is neither.
    """
    found = _file(Path(text)).decode(errors="replace") if Path(text).is_file() else text
    try:
        return VerifierKey.parse(found)
    except ValueError as why:
        raise Trouble(f"{text} is neither a verifier key nor a file with one: {why}", Exit.USAGE) from None


def _file(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(LONGEST + 1)
    except OSError as error:
        raise Trouble(f"{path} cannot be read: {error.strerror}", Exit.NOT_FOUND) from None
