"""`caunoi token`: bearer tokens are issued, listed and revoked, through HTTP.

`POST /tokens {"organisation", "role", "name"}` answers 201 `{"id", "token"}`; `GET /tokens` a list of
`{"id", "organisation", "role", "name", "issued_at", "revoked_at"}`; `POST /tokens/{id}/revocations {}` revokes.
"""

from typing import Annotated

import typer

from services.program.options import AsJson, Data
from services.program.printing import out, out_json, table
from services.program.system import System

COLUMNS = ("id", "role", "organisation", "name", "issued_at", "revoked_at")


def register(app: typer.Typer) -> None:
    """Adds the group of commands to the program."""
    group = typer.Typer(no_args_is_help=True, help="Bearer tokens: issue, list, revoke.")
    group.command()(issue)
    group.command(name="list")(show)
    group.command()(revoke)
    app.add_typer(group, name="token")


def issue(
    role: Annotated[str, typer.Option(help="operator, clerk, secretary, inspector or service.")],
    organisation: Annotated[str | None, typer.Option(help="The id whose records it reaches, and those below.")] = None,
    name: Annotated[str | None, typer.Option(help="What it is for, as shown in the list.")] = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Issues a token and prints it: this once, since only its hash is kept."""
    with System.find(data) as system:
        made = system.post("/tokens", {"organisation": organisation, "role": role, "name": name or role})
    if as_json:
        out_json({"id": made["id"], "token": made["token"]})
    else:
        out(made["token"])


def show(data: Data = None, as_json: AsJson = False) -> None:
    """Lists all tokens, the revoked ones too; never what would open anything."""
    with System.find(data) as system:
        found = list(system.every("/tokens"))
    if as_json:
        out_json(found)
    else:
        table(found, COLUMNS)


def revoke(token_id: Annotated[str, typer.Argument(metavar="ID")], data: Data = None, as_json: AsJson = False) -> None:
    """Revokes a token: within a second it opens nothing any more."""
    with System.find(data) as system:
        answer = system.post(f"/tokens/{token_id}/revocations", {})
    if as_json:
        out_json(answer)
