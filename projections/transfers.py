"""Every transfer: from where to where, when it was introduced, and what has become of it by any day."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

import psycopg

from events.fact import Id
from events.member import Member, TransferGround, TransferKind, TransferState
from events.member.transit import Transfer
from projections.asked import AsOf, sql
from projections.folded import Folded, spells
from projections.tree import ids_below
from projections.view import FOREVER, View


class Row(NamedTuple):
    """A transfer while it is in one state; the stream is the member's."""

    transfer: Id
    from_cell: Id
    to_cell: Id
    kind: TransferKind
    ground: TransferGround | None
    code: str | None
    introduced_on: date
    due_on: date | None
    until: date | None
    ended_on: date | None
    state: TransferState
    from_on: date
    to_on: date


def rows(member: Member) -> Sequence[Row]:
    """One member's, in the order of their introductions."""
    return [row for transfer in member.transfers.values() for row in _rows(transfer, member.left_on)]


def _rows(transfer: Transfer, left_on: date | None) -> Sequence[Row]:
    """Nobody waits any longer for a member who has left."""
    said = transfer.introduced
    days = {transfer.introduced_on, transfer.ended_on}
    if said.due_on is not None:
        days.add(said.due_on + timedelta(days=1))
    end = left_on if transfer.ended_on is None and left_on is not None else FOREVER
    spans = spells((day for day in days if day is None or day >= transfer.introduced_on), transfer.state_on)
    return [
        Row(
            said.transfer, said.from_cell, said.to, said.kind, said.ground, said.code,
            transfer.introduced_on, said.due_on, said.until, transfer.ended_on, state, from_on, min(to_on, end),
        )
        for from_on, to_on, state in spans
        if state is not None and from_on < end
    ]  # fmt: skip


VIEW = View(
    name="transfers",
    columns={
        "transfer": "uuid NOT NULL",
        "from_cell": "uuid NOT NULL",
        "to_cell": "uuid NOT NULL",
        "kind": "text NOT NULL",
        "ground": "text",
        "code": "text",
        "introduced_on": "date NOT NULL",
        "due_on": "date",
        "until": "date",
        "ended_on": "date",
        "state": "text NOT NULL",
        "from_on": "date NOT NULL",
        "to_on": "date NOT NULL",
    },
    reads=frozenset(
        {
            "member.admitted",
            "member.transfer_introduced",
            "member.transfer_received",
            "member.transfer_refused",
            "member.disciplined",
        }
    ),
    subject=lambda: Folded(Member(), rows),
    indexes=("(transfer)", "(from_cell)", "(to_cell)", "(introduced_on, transfer)"),
)


class Found(NamedTuple):
    """A transfer as of a day."""

    id: Id
    member: Id
    from_cell: Id
    to_cell: Id
    kind: TransferKind
    ground: TransferGround | None
    code: str | None
    introduced_on: date
    due_on: date | None
    until: date | None
    ended_on: date | None
    state: TransferState


Place = tuple[date, str]
"""The day of introduction and the id of the last one of the page before."""
FIRST: Place = (date.min, "00000000-0000-0000-0000-000000000000")

SELECT = """
SELECT t.transfer::text, t.stream::text, t.from_cell::text, t.to_cell::text, t.kind, t.ground, t.code, t.introduced_on,
       t.due_on, t.until, CASE WHEN t.ended_on <= %(day)s THEN t.ended_on END, t.state
FROM views.transfers t
"""
HOLDS = " WHERE {holds:t}"
WITH_CODE = " AND t.code = %(code)s"
IN_STATE = " AND t.state = ANY (%(states)s)"
OF_SCOPE = " AND (t.from_cell = ANY (%(cells)s::uuid[]) OR t.to_cell = ANY (%(cells)s::uuid[]))"
PAGE = """
AND (t.introduced_on, t.transfer) > (%(on)s, %(id)s::uuid) ORDER BY t.introduced_on, t.transfer LIMIT %(limit)s
"""
ONE = sql(
    SELECT
    + "WHERE t.transfer = %(transfer)s::uuid AND {known:t} AND t.from_on <= %(day)s ORDER BY t.from_on DESC LIMIT 1"
)


def one(connection: psycopg.Connection[Any], transfer: Id, as_of: AsOf) -> Found | None:
    """A transfer; None before its introduction."""
    row = connection.execute(ONE, {"transfer": transfer, **as_of._asdict()}).fetchone()
    return None if row is None else Found._make(row)


def find(
    connection: psycopg.Connection[Any],
    states: Sequence[TransferState],
    scope: Id | None,
    as_of: AsOf,
    after: Place,
    limit: int,
    code: str | None = None,
) -> list[Found]:
    """Those from or to the cells below `scope` (None: all) that were in one of these states (none: any).

    With `code`, the one that has this reference.
    """
    conditions = (OF_SCOPE if scope else "") + (IN_STATE if states else "") + ("" if code is None else WITH_CODE)
    query = SELECT + HOLDS + conditions + PAGE
    cells = ids_below(connection, scope, as_of) if scope else []
    asked = {"cells": cells, "states": list(states), "code": code, "on": after[0], "id": after[1], "limit": limit}
    return list(map(Found._make, connection.execute(sql(query), {**asked, **as_of._asdict()}).fetchall()))
