"""`caunoi views`: how far each view has read, how far behind the log that is, and the hash of its rows."""

from pathlib import Path
from typing import Annotated, Any

import typer

from services.program.options import AsJson, Data
from services.program.printing import out_json, table
from services.program.system import System
from services.trouble import Trouble

COLUMNS = ("view", "position", "head", "lag_seconds", "parked", "hash")


def register(app: typer.Typer) -> None:
    """Adds the command to the program."""
    app.command(name="views")(views)


def views(
    data: Data = None,
    hashes: Annotated[
        bool | None,
        typer.Option(
            "--hash/--no-hash",
            help="The hash of each view's rows: it reads all of them. [default: where the database can be reached]",
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Lists the views: where each stands, the log's head, the seconds between, what is parked, and the rows' hash."""
    with System.find(data) as system:
        found = system.get("/views")
    if hashes is not False:
        try:
            live = _standing(data)
        except Trouble:
            # A system that is reached by its address alone has no database for us.
            if hashes:
                raise
            live = {}
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
