"""Tokens over HTTP: an operator issues, lists and revokes them."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from events.fact import Id
from events.organisation import Organisation
from services import access
from services.access import Relation, Role
from services.ingest.bodies import Form, Line
from services.web.asking import ident
from services.web.context import Asking, Here, must
from services.web.problem import Problem, not_found

router = APIRouter(tags=["tokens"])

LIST = """SELECT id::text, organisation::text, role, name, issued_at, revoked_at FROM access.tokens
WHERE id > %s ORDER BY id LIMIT %s"""


class TokenBody(Form):
    """Whom the token is for; only an operator's is of no organisation."""

    model_config = ConfigDict(strict=False)  # FastAPI hands over what JSON became, where an id is a text
    organisation: UUID | None = None
    role: Role
    name: Annotated[Line, Field(max_length=100)] = "token"


class TokenQuestion(BaseModel):
    """A page of the list; a field that is not known is refused."""

    model_config = ConfigDict(extra="forbid")

    limit: Annotated[int, Field(ge=1, le=500)] = 50
    after: UUID | None = None


@router.post("/tokens", status_code=201)
def issue(body: TokenBody, asking: Asking, here: Here) -> dict[str, str]:
    """Issue a token; it is shown in this answer and never again."""
    must(here, asking, Relation.ADMINISTER, None)
    if body.role is not Role.OPERATOR:
        if body.organisation is None:
            raise Problem(
                422, "invalid", f"a token for a {body.role} is of an organisation", [("/organisation", "missing")]
            )
        if not _exists(here, Id(str(body.organisation))):
            raise Problem(409, "organisation.unknown", "there is no such organisation", [("/organisation", "unknown")])
    organisation = str(body.organisation) if body.organisation is not None else None
    made, token = access.issue_with(here.pool, organisation=organisation, role=body.role, name=body.name)
    return {"id": made, "token": token}


@router.get("/tokens")
def list_tokens(asking: Asking, here: Here, asked: Annotated[TokenQuestion, Query()]) -> dict[str, Any]:
    """The tokens there are and were, without the text that opens."""
    must(here, asking, Relation.ADMINISTER, None)
    with here.pool.connection() as connection:
        rows = connection.execute(LIST, (asked.after or UUID(int=0), asked.limit + 1)).fetchall()
    items = [_shown(*row) for row in rows[: asked.limit]]
    return {"items": items, "next": items[-1]["id"] if len(rows) > asked.limit else None}


@router.post("/tokens/{token}/revocations")
def revoke(token: str, asking: Asking, here: Here) -> dict[str, Any]:
    """From within a second on it opens nothing."""
    must(here, asking, Relation.ADMINISTER, None)
    of = ident(token, "token")
    with here.pool.connection() as connection:
        if connection.execute("SELECT FROM access.tokens WHERE id = %s", (of,)).fetchone() is None:
            raise not_found("token")
        connection.execute(access.REVOKE, (of,))
    return {"id": of, "revoked": True}


def _exists(here: Here, organisation: Id) -> bool:
    records = here.ledger.stream(organisation)
    return bool(records) and records[0].kind == Organisation.KIND


def _shown(
    of: str, organisation: str | None, role: str, name: str, at: datetime, ended: datetime | None
) -> dict[str, Any]:
    return {
        "id": of, "organisation": organisation, "role": role, "name": name, "issued_at": at.isoformat(),
        "revoked_at": ended.isoformat() if ended is not None else None,
    }  # fmt: skip
