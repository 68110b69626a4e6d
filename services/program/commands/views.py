"""`caunoi views`: how far each view has read, and how far behind the log that is."""

import typer

from services.program.options import AsJson, Data
from services.program.printing import out_json, table
from services.program.system import System

COLUMNS = ("view", "position", "head", "lag_seconds", "parked", "hash")


def register(app: typer.Typer) -> None:
    """Adds the command to the program."""
    app.command(name="views")(views)


def views(data: Data = None, as_json: AsJson = False) -> None:
    """Lists the views: the position each has read to, the log's head, the seconds between, and what is parked."""
    with System.find(data) as system:
        found = system.get("/views")
    if as_json:
        out_json(found)
    else:
        table(found, [column for column in COLUMNS if any(column in row for row in found)] or COLUMNS[:4])
