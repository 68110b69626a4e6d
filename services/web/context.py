"""What one HTTP process has open, and who is asking it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import psycopg
from fastapi import Depends, Request
from psycopg_pool import ConnectionPool

from events.fact import Id, Record
from events.keys import Keyring
from events.ledger import Ledger
from projections import tree
from projections.asked import AsOf
from services.access import Caller, Relation, Tokens
from services.settings import Settings
from services.web.problem import Problem, forbidden
from services.web.rules import Rules


@dataclass(frozen=True, slots=True)
class Context:
    """Made once by the composition root, closed with it; `request.app.state.context`."""

    settings: Settings
    ledger: Ledger
    pool: ConnectionPool[psycopg.Connection[Any]]
    """Reading connections for the views (autocommit), as the application's role."""
    tokens: Tokens
    keys: Keyring
    rules: Rules | None = None
    """The rule packs; without them nothing that depends on one can be recorded, and no self-score is checked."""

    def opened(self, records: Sequence[Record]) -> list[Record]:
        """The records with what is personal in them, or tombstones for persons who were erased; by the keys of now."""
        with self.pool.connection() as connection:
            return self.keys.opened(connection, records, fresh=True)

    def today(self) -> date:
        """The day it is where the committees are (`CAUNOI_TIMEZONE`)."""
        return self.now().date()

    def now(self) -> datetime:
        """This instant, in the committees' time zone."""
        return datetime.now(ZoneInfo(self.settings.timezone))


def context(request: Request) -> Context:
    """What this process has open."""
    found: Context = request.app.state.context
    return found


def bearer(request: Request) -> str:
    """The token of the request.

    Raises:
        Problem: 401, there is none.
    """
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise Problem(401, "unauthorized", "please send a bearer token", headers={"WWW-Authenticate": "Bearer"})
    return token.strip()


def unknown_token() -> Problem:
    """401: the token opens nothing (any more)."""
    headers = {"WWW-Authenticate": 'Bearer error="invalid_token"'}
    return Problem(401, "unauthorized", "this token is not known, or was revoked", headers=headers)


def caller(request: Request) -> Caller:
    """Who asks; a token of an organisation that has ended is one of its successor.

    Raises:
        Problem: 401, no token, or one that opens nothing.
    """
    token = bearer(request)
    here = context(request)
    found = here.tokens.remembered(token) or here.tokens.find(token)
    if found is None:
        raise unknown_token()
    if found.organisation is None:
        return found
    with here.pool.connection() as connection:
        return found.acting_for(tree.heir(connection, found.organisation, AsOf(here.today())))


Asking = Annotated[Caller, Depends(caller)]
Here = Annotated[Context, Depends(context)]


def must(here: Context, asking: Caller, relation: Relation, organisation: Id | None) -> None:
    """The one place that every question passes: may this caller do that with this organisation, today?

    Raises:
        Problem: 403.
    """
    as_of = AsOf(here.today())

    def above(of: Id) -> Id | None:
        with here.pool.connection() as connection:
            return tree.above(connection, of, as_of)

    if not asking.can(relation, organisation, above):
        raise forbidden("your token does not reach this organisation, or its role does not allow this")
