"""`caunoi told`: who was told about somebody, and what became of each notice, step by step."""

from typing import Annotated, Any

import typer

from services.program.options import AsJson, Data
from services.program.printing import out, out_json
from services.program.system import System


def register(app: typer.Typer) -> None:
    """Adds the command to the program."""
    app.command(name="told")(told)


def told(
    member: Annotated[str, typer.Argument(help="The id of a member.")],
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Prints the notices about a member, newest first: which fact, to whom, and when it came to each step."""
    with System.find(data) as system:
        for notice in system.every(f"/members/{member}/notices"):
            whole = system.get(f"/notices/{notice['id']}")
            if as_json:
                out_json(whole)
                continue
            out(line(whole))
            for step in whole["steps"]:
                out(f"    {step['at']}  {step['state']}  {step['cause']}".rstrip())


def line(notice: dict[str, Any]) -> str:
    """A notice for people: ids and the name of the fact, no name of anybody."""
    what = notice["fact"] or notice["rule"]
    return f"{what}  to {notice['organisation']} ({notice['role']})  {notice['state']}  notice {notice['id']}"
