"""`caunoi views`: how far each view has read, how far behind the log that is, and the hash of its rows."""

from pathlib import Path
from typing import Annotated, Any

import typer

from services.program.options import AsJson, Data
from services.program.printing import out_json, table
from services.program.system import System

COLUMNS = ("view", "position", "head", "lag_seconds", "parked", "hash")


def register(app: typer.Typer) -> None:
    """Adds the command to the program."""
    app.command(name="views")(views)


def views(
    data: Data = None,
    hashes: Annotated[
        bool, typer.Option("--hash", help="The hash of each view's rows, too: it reads all of them, in the database.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Lists the views: the position each has read to, the log's head, the seconds between, and what is parked."""
    with System.find(data) as system:
        found = system.get("/views")
    if hashes:
        live = _standing(data)
        found = [view | live.get(view["view"], {}) for view in found]
    if as_json:
        out_json(found)
    else:
        table(found, [column for column in COLUMNS if any(column in row for row in found)] or COLUMNS[:4])


def _standing(data: Path | None) -> dict[str, dict[str, Any]]:
    """What is in each view's table, and as of which position."""
    # Imported when needed: it brings along all that makes views.
    from services.program.replaying import ALL, find, prepare, troubles

    with troubles():
        stands = {view.name: view.standing() for view in find(prepare(data), ALL)}
    return {
        name: {"position": one.position, "rows": one.hash.rows, "hash": str(one.hash)} for name, one in stands.items()
    }
