"""`caunoi log`: the records in the order of their positions."""

from typing import Annotated, Any

import typer

from services.program.options import AsJson, Data
from services.program.printing import ReaderGone, out, out_json, pause
from services.program.stopping import Asked, on_request
from services.program.system import PAGE, System

LOOK_SECONDS = 0.5


def register(app: typer.Typer) -> None:
    """Adds the command to the program."""
    app.command(name="log")(log)


def log(
    about: Annotated[str | None, typer.Option(help="The id of somebody or something: only records about it.")] = None,
    name: Annotated[str | None, typer.Option(help="Only such facts: member.admitted, or member.*")] = None,
    by: Annotated[str | None, typer.Option(help="Only what was recorded by this token's id.")] = None,
    since: Annotated[
        str | None,
        typer.Option("--from", help="Only what was recorded from this instant on: 2026-03-03T12:00:00Z"),
    ] = None,
    until: Annotated[str | None, typer.Option("--to", help="Only what was recorded before this instant.")] = None,
    after: Annotated[int, typer.Option(min=0, help="Only records after this position.")] = 0,
    limit: Annotated[
        int | None, typer.Option(min=1, help="At most so many. [default: 50; with --follow no end]")
    ] = None,
    follow: Annotated[bool, typer.Option("--follow", help="Go on with what comes, until Ctrl-C.")] = False,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Prints records, one a line: position, instant, fact, stream, by whom (--json: the whole record)."""
    filters = {"about": about, "name": name, "by": by, "from": since, "to": until}
    left = limit if limit is not None else None if follow else 50
    try:
        with on_request(), System.find(data) as system:
            while left is None or left > 0:
                page = system.get("/log", **filters, after=after, limit=min(PAGE, left or PAGE))
                for record in page["items"]:
                    out_json(record) if as_json else out(line(record))
                left = None if left is None else left - len(page["items"])
                after = page["position"]
                if page["next"] is None and not follow:
                    return
                if page["next"] is None:
                    pause(LOOK_SECONDS)
    except (Asked, ReaderGone):
        return


def line(record: dict[str, Any]) -> str:
    """A record for people: ids and names of facts alone, no personal field."""
    columns = [
        record["position"],
        record.get("recorded_at"),
        record.get("name"),
        record.get("stream"),
        record.get("by"),
    ]
    return "  ".join(str(column) for column in columns if column is not None)
