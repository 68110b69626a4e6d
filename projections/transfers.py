"""Every transfer: from where to where, when it was introduced, and what has become of it by any day."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

import psycopg

from events.fact import Id
from events.member import Member, TransferGround, TransferKind, TransferState
from events.member.transit import Transfer
from projections.asked import AsOf, sql
from projections.folded import Folded, facts_of, spells
from projections.tree import ids_below, with_lineage
from projections.view import FOREVER, View


class Now(NamedTuple):
    """A transfer on a day: between which cells, what has become of the two that ended meanwhile included."""

    state: TransferState
    from_cell: Id
    to_cell: Id
    until: date | None
    ended_on: date | None
    returned_on: date | None


class Row(NamedTuple):
    """A transfer for some time; the stream is the member's."""

    transfer: Id
    kind: TransferKind
    ground: TransferGround | None
    code: str | None
    collective: Id | None
    decided_on: date | None
    introduced_on: date
    due_on: date | None
    state: TransferState
    from_cell: Id
    to_cell: Id
    until: date | None
    ended_on: date | None
    returned_on: date | None
    from_on: date
    to_on: date


def rows(member: Member) -> Sequence[Row]:
    """One member's, in the order of their introductions."""
    return [row for transfer in member.transfers.values() for row in _rows(member, transfer)]


def _rows(member: Member, transfer: Transfer) -> Sequence[Row]:
    """Nobody waits any longer for a member who has left."""
    said = transfer.introduced
    left_on = member.membership.left_after(transfer.introduced_on) if transfer.ended_on is None else None
    end = left_on or FOREVER
    return [
        Row(
            said.transfer, said.kind, said.ground, said.code, said.collective, said.decided_on, transfer.introduced_on,
            said.due_on, *now, from_on, min(to_on, end),
        )
        for from_on, to_on, now in spells(_days(member, transfer), lambda day: _now(member, transfer, day))
        if from_on < end
    ]  # fmt: skip


def _days(member: Member, transfer: Transfer) -> set[date]:
    """From the introduction on, those on which something may change."""
    days = {transfer.introduced_on, transfer.ended_on, transfer.returned_on, *(move.on for move in member.moves)}
    days.update(on for on, _ in transfer.extensions)
    if transfer.introduced.due_on is not None:
        days.add(transfer.introduced.due_on + timedelta(days=1))
    return {day for day in days if day is not None and day >= transfer.introduced_on}


def _now(member: Member, transfer: Transfer, day: date) -> Now:
    state = transfer.state_on(day)
    assert state is not None, "from its introduction on it is in some state"
    ended_on = transfer.ended_on if transfer.ended_on is not None and transfer.ended_on <= day else None
    returned_on = transfer.returned_on if transfer.returned_on is not None and transfer.returned_on <= day else None
    # Once it is over, the cells that it was between are those of that day.
    over_on = _over_on(transfer)
    seen_on = day if over_on is None else min(day, over_on)
    to_cell = member.host_on(transfer, seen_on) if ended_on is not None else transfer.introduced.to
    return Now(
        state, member.origin_on(transfer, seen_on), to_cell, transfer.until_on(day), ended_on, returned_on
    )  # fmt: skip


def _over_on(transfer: Transfer) -> date | None:
    is_stay = transfer.outcome is TransferState.RECEIVED and transfer.introduced.kind is TransferKind.TEMPORARY
    return transfer.home_on if is_stay else transfer.ended_on


VIEW = View(
    name="transfers",
    columns={
        "transfer": "uuid NOT NULL",
        "kind": "text NOT NULL",
        "ground": "text",
        "code": "text",
        "collective": "uuid",
        "decided_on": "date",
        "introduced_on": "date NOT NULL",
        "due_on": "date",
        "state": "text NOT NULL",
        "from_cell": "uuid NOT NULL",
        "to_cell": "uuid NOT NULL",
        "until": "date",
        "ended_on": "date",
        "returned_on": "date",
        "from_on": "date NOT NULL",
        "to_on": "date NOT NULL",
    },
    reads=facts_of("member", but=("member.reward_given", "member.residence_declared", "member.recognised")),
    subject=lambda: Folded(Member(), rows),
    indexes=(
        "(transfer)",
        "(from_cell)",
        "(to_cell)",
        "(introduced_on, transfer)",
        "(code) WHERE code IS NOT NULL",
        "(collective) WHERE collective IS NOT NULL",
    ),
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
    collective: Id | None
    decided_on: date | None
    introduced_on: date
    due_on: date | None
    until: date | None
    ended_on: date | None
    returned_on: date | None
    state: TransferState


Place = tuple[date, str]
"""The day of introduction and the id of the last one of the page before."""
FIRST: Place = (date.min, "00000000-0000-0000-0000-000000000000")

SELECT = """
SELECT t.transfer::text, t.stream::text, t.from_cell::text, t.to_cell::text, t.kind, t.ground, t.code,
       t.collective::text, t.decided_on, t.introduced_on, t.due_on, t.until, t.ended_on, t.returned_on, t.state
FROM views.transfers t
"""
HOLDS = " WHERE {holds:t}"
WITH_CODE = " AND t.code = %(code)s"
TOGETHER = " AND t.collective = %(collective)s::uuid"
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


class Asked(NamedTuple):
    """Which transfers: in one of these states (none: any), from or to the cells below `scope`, those of one list."""

    states: Sequence[TransferState] = ()
    scope: Id | None = None
    code: str | None = None
    collective: Id | None = None


def find(connection: psycopg.Connection[Any], asked: Asked, as_of: AsOf, after: Place, limit: int) -> list[Found]:
    """Those that are asked for, by the day of their introduction; of what ended, its successor is asked, too."""
    conditions = {
        OF_SCOPE: asked.scope is not None, IN_STATE: bool(asked.states), WITH_CODE: asked.code is not None,
        TOGETHER: asked.collective is not None,
    }  # fmt: skip
    query = SELECT + HOLDS + "".join(condition for condition, wanted in conditions.items() if wanted) + PAGE
    scope = asked.scope
    cells = with_lineage(connection, ids_below(connection, scope, as_of), as_of) if scope is not None else []
    params = {**asked._asdict(), "cells": cells, "states": list(asked.states), "on": after[0], "id": after[1]}
    params |= {"limit": limit, **as_of._asdict()}
    return list(map(Found._make, connection.execute(sql(query), params).fetchall()))
