"""`caunoi log`: the records in the order of their positions."""

import time
from typing import Annotated, Any

import typer

from services.program.options import AsJson, Data
from services.program.printing import out, out_json
from services.program.system import PAGE, System

LOOK_SECONDS = 0.5


def register(app: typer.Typer) -> None:
    """Adds the command to the program."""
    app.command(name="log")(log)


def log(
    about: Annotated[str | None, typer.Option(help="The id of somebody or something: only records about it.")] = None,
    after: Annotated[int, typer.Option(min=0, help="Only records after this position.")] = 0,
    limit: Annotated[
        int | None, typer.Option(min=1, help="At most so many. [default: 50; with --follow no end]")
    ] = None,
    follow: Annotated[bool, typer.Option("--follow", help="Go on with what comes, until Ctrl-C.")] = False,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Prints records, one a line: position, instant, fact, stream, by whom (--json: the whole record)."""
    left = limit if limit is not None else None if follow else 50
    with System.find(data) as system:
        try:
            while left is None or left > 0:
                page = system.get("/log", about=about, after=after, limit=min(PAGE, left or PAGE))["items"]
                for record in page:
                    out_json(record) if as_json else out(line(record))
                    after = record["position"]
                left = None if left is None else left - len(page)
                if not page and not follow:
                    return
                if not page:
                    time.sleep(LOOK_SECONDS)
        except KeyboardInterrupt:
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
