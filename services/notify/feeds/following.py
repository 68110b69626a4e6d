"""What comes next in a stream: of the log what its reader may see, of the notices those of his organisation."""

from collections.abc import Sequence
from typing import Any, NamedTuple, Protocol

import msgspec
import psycopg

from events.fact import Id, Record
from events.ledger import COLUMNS
from projections import inbox, reach, tree
from projections.asked import AsOf
from projections.corrections import struck_by
from projections.inbox import Notice
from projections.positions import positions
from services.access import Caller
from services.notify.shown import NoticeLine
from services.web.context import Context
from services.web.record import shown

PAGE = 100
"""Records or notices that are in memory for one reader at a time, at most."""

HEAD = "SELECT position FROM ledger.counter"
NEXT = f"SELECT {COLUMNS} WHERE l.position > %s AND l.position <= %s ORDER BY l.position LIMIT %s"
LAST_NOTICE = "SELECT coalesce(max(seq), 0) FROM exchange.notices"
NEXT_NOTICES = f"""
{inbox.SELECT} WHERE seq > %(after)s AND (%(of)s::uuid[] IS NULL OR organisation = ANY (%(of)s::uuid[]))
AND listed AND NOT history ORDER BY seq LIMIT %(limit)s
"""


class Event(NamedTuple):
    """One thing that is told: its place, and what it is as JSON."""

    id: int
    data: bytes


class Next(NamedTuple):
    """What comes, and up to which place all has been looked through."""

    events: list[Event]
    upto: int


class Following(Protocol):
    """One reader's stream. Its methods wait for the database: for a thread, not for an event loop."""

    def head(self) -> int:
        """Where a stream begins that is to tell what comes from now on."""

    def after(self, place: int) -> Next:
        """What comes after a place, some of it; never anything that comes later before what comes earlier."""


class Records:
    """The records that somebody may see, in the order of the log."""

    def __init__(self, here: Context, asking: Caller) -> None:
        self._here = here
        self._asking = asking

    def head(self) -> int:
        """The last position."""
        with self._here.pool.connection() as connection:
            return _number(connection, HEAD)

    def after(self, place: int) -> Next:
        """The records of a page of the log that concern something in the reader's reach."""
        with self._here.pool.connection() as connection:
            upto = _number(connection, HEAD)
            if upto <= place:
                return Next([], place)
            scope = self._scope(connection)
            if scope is not None:
                # Of what the views have not read nobody can say whom it concerns.
                upto = min(upto, _read(connection))
            with connection.cursor(binary=True) as cursor:
                rows = cursor.execute(NEXT.encode(), (place, upto, PAGE)).fetchall()
            records = [Record._make(row) for row in rows]
            if not records:
                return Next([], place)
            seen = self._seen(connection, scope, records)
            struck = struck_by(connection, [record.position for record in seen])
        opened = self._here.opened(seen)
        told = [Event(one.position, _json(shown(one, struck.get(one.position)))) for one in opened]
        return Next(told, records[-1].position)

    def _scope(self, connection: psycopg.Connection[Any]) -> list[Id] | None:
        """The organisations within the reader's reach; None: all there is."""
        of, as_of = self._asking.organisation, AsOf(self._here.today())
        if of is None or reach.is_root(connection, of, as_of):
            return None
        return reach.below(connection, of, as_of)

    def _seen(
        self, connection: psycopg.Connection[Any], scope: list[Id] | None, records: Sequence[Record]
    ) -> list[Record]:
        if scope is None:
            return list(records)
        theirs = reach.concerning(connection, scope, [(record.stream, record.position) for record in records])
        return [record for record in records if record.position in theirs]


class Notices:
    """The notices to an organisation and to those that it took over, or with None all, in the order of writing."""

    def __init__(self, here: Context, organisation: Id | None) -> None:
        self._here = here
        self._organisation = organisation

    def head(self) -> int:
        """The number of the last notice."""
        with self._here.pool.connection() as connection:
            return _number(connection, LAST_NOTICE)

    def after(self, place: int) -> Next:
        """The notices after a number, as they stand now."""
        with self._here.pool.connection() as connection:
            of = self._organisation
            its = None if of is None else tree.lineage(connection, of, AsOf(self._here.today()))
            params = {"after": place, "of": None if its is None else list(its), "limit": PAGE}
            found = [Notice._make(row) for row in connection.execute(NEXT_NOTICES.encode(), params).fetchall()]
        told = [Event(one.seq, NoticeLine.of(one).model_dump_json().encode()) for one in found]
        return Next(told, found[-1].seq if found else place)


def _read(connection: psycopg.Connection[Any]) -> int:
    try:
        return min(held.position for held in positions(connection, reach.VIEWS).values())
    except LookupError:
        return 0


def _number(connection: psycopg.Connection[Any], query: str) -> int:
    row = connection.execute(query.encode()).fetchone()
    return int(row[0]) if row else 0


def _json(record: dict[str, Any]) -> bytes:
    return msgspec.json.encode(record)
