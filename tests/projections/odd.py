"""A view made for tests: it says of each stream what was last told, and chokes on what it is told to choke on."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import uuid4

import msgspec
import psycopg

from events.fact import Id, Record
from events.ledger import Ledger
from events.request import Entry, Request, Write
from projections.positions import REGISTER, positions
from projections.reading import page
from projections.view import View
from tests.database import Database
from tests.examples import BOOK_OPENED, HOA, LAN, MINH

TOLD, UNREAD = "thing.told", "thing.unread"


class Odd:
    """A row for each number of the last record, `[1, 2]`, or one for a text, of which `"raise"` raises."""

    chokes = True
    """Until somebody repairs it."""

    def __init__(self) -> None:
        self._rows: list[tuple[int, str]] = []

    def see(self, record: Record) -> None:
        said = msgspec.json.decode(record.data)
        if said == "raise" and type(self).chokes:
            raise KeyError("Nguyễn Thị Lan")
        self._rows = [(0, said)] if isinstance(said, str) else [(number, "") for number in said]

    def rows(self) -> Sequence[tuple[int, str]]:
        return self._rows


class Repaired(Odd):
    """Chokes on nothing."""

    chokes = False


ODD = View(
    name="odd",
    columns={"number": "bigint NOT NULL", "words": "text NOT NULL CHECK (words <> 'no table takes this')"},
    reads=frozenset({TOLD}),
    subject=Odd,
    indexes=("(number)",),
)
REPAIRED = replace(ODD, subject=Repaired)
EVEN = replace(ODD, name="even")

Row = tuple[Id, int, int, int | None, int | str]


def install(conninfo: str, *views: View) -> None:
    """As the application does for its own views."""
    for view in views or (ODD, EVEN):
        with psycopg.connect(conninfo) as connection:
            connection.execute("SET ROLE caunoi_app")
            connection.execute(REGISTER, {"view": view.name, "shape": view.shape})
            for statement in (view.table("views"), *view.keys("views")):
                connection.execute(statement.encode())


def tell(ledger: Ledger, stream: Id, *said: object, name: str = TOLD) -> int:
    """One record for each thing said; the position of the last."""
    stands = ledger.versions([stream]).get(stream, 0)
    entries = [Entry(name, BOOK_OPENED, msgspec.json.encode(one)) for one in said]
    done = ledger.append(Request(Id(str(uuid4())), "test", [Write(stream, stands, entries)]))
    return done.first + done.facts - 1


def rows(conninfo: str, view: View = ODD) -> list[Row]:
    """All that were ever known, as they came: stream, no, known_from, known_to or None, and what it says."""
    query = f"""SELECT stream::text, no, known_from, nullif(known_to, {2**63 - 1}), number, words FROM views.{view.name}
                ORDER BY known_from, stream, no"""
    with psycopg.connect(conninfo) as connection:
        return [(*row[:4], row[5] or row[4]) for row in connection.execute(query.encode()).fetchall()]


def now(conninfo: str, view: View = ODD) -> dict[Id, list[int | str]]:
    """What each stream says now."""
    said: dict[Id, list[int | str]] = {}
    for stream, _, _, known_to, number in rows(conninfo, view):
        if known_to is None:
            said.setdefault(stream, []).append(number)
    return said


def stands(database: Database, view: str = "odd") -> int:
    """The position up to which a view has been fed."""
    with psycopg.connect(database.app) as connection:
        return positions(connection, [view])[view].position


def log_of(database: Database) -> list[Any]:
    """All there is in the log."""
    with psycopg.connect(database.app) as connection:
        return page(connection, 0, 10_000)


def tell_much(ledger: Ledger) -> None:
    """Sixty records of three streams."""
    for number in range(30):
        tell(ledger, (LAN, HOA, MINH)[number % 3], [number, number + 3], [number + 3])


def spoil(database: Database, statement: str) -> None:
    """What no feeder does to a view."""
    with psycopg.connect(database.app, autocommit=True) as connection:
        connection.execute(statement.encode())


def left_over(database: Database) -> list[Any]:
    """The tables that a rebuild has not cleared away."""
    with psycopg.connect(database.app) as connection:
        return connection.execute(
            "SELECT relname FROM pg_class WHERE relnamespace = 'rebuild'::regnamespace"
        ).fetchall()
