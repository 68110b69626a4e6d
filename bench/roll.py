"""Who was on the roll on a day of the past, of a whole province and of one member, while the log grows to a million."""

import random
import time
from collections.abc import Callable, Iterator
from datetime import date

import psycopg

from bench.facts import ACTOR
from bench.figure import Case, Sizes, Target, percentile
from bench.filling import fill
from bench.logs import a_reward
from bench.server import Database, Server
from events import wire
from events.fact import Fact, Id, stored_name
from events.ledger import Ledger
from events.member import (
    MemberAdmitted,
    ResidenceDeclared,
    Status,
    TransferIntroduced,
    TransferKind,
    TransferReceived,
)
from events.organisation import OrganisationEstablished, OrganisationKind
from events.request import Entry, Request, Write
from projections import members, residents, roll, tree
from projections.asked import AsOf
from projections.rebuild import rebuild
from services.ingest.asked import new_id

NAME = "roll"
GROWTH = (1 / 30, 1 / 3, 10 / 3)
"""Times the records of other figures: ten thousand, a hundred thousand, a million, where those have 300,000."""
FACTS = 24
"""Of each member, most of them nothing to the roll: a million are those of 42,022 members, beside the tree."""
A_CELL = 16
MOVED = 4
"""One in so many went to another cell, for good, on a day after the one that is asked about."""
FOUNDED, ASKED, LATER = date(2020, 1, 1), date(2023, 6, 30), date(2024, 2, 1)
ROUNDS, ONES = 7, 500
SAID = {
    "roll": "the members of every cell of a province on a day of the past, in the order of their names, by cell",
    "one": "one member with his cell, home and standing on that day, a random one each time",
}


def run(server: Server, sizes: Sizes) -> Iterator[Case]:
    """For each size of the log: the whole roll, and one member of it."""
    for times in GROWTH:
        records = int(sizes.records * times)
        with server.database() as own:
            province, people = _fill(own, records)
            for view in (tree.VIEW, roll.VIEW, residents.VIEW):
                rebuild(own.app, view)
            with psycopg.connect(own.app, autocommit=True) as connection:
                connection.execute("ANALYZE")
                yield from _asked(server, connection, records, province, people)


def _asked(
    server: Server, connection: psycopg.Connection[tuple[object, ...]], records: int, province: Id, people: list[Id]
) -> Iterator[Case]:
    as_of, dice = AsOf(ASKED), random.Random(1)

    def whole() -> None:
        found = sum(map(len, roll.rolls_below(connection, province, ASKED).values()))
        if found != len(people):
            raise RuntimeError(f"{found} on the roll, of {len(people)}")

    def one() -> None:
        if members.one(connection, dice.choice(people), as_of) is None:
            raise RuntimeError("nobody found")

    for question, ask, times, most in (("roll", whole, ROUNDS, 500.0), ("one", one, ONES, 10.0)):
        latencies = sorted(_times(ask, times))
        p50, p99 = percentile(latencies, 0.50), percentile(latencies, 0.99)
        assert p50 is not None, "something was asked"
        yield Case(
            NAME,
            {"question": question, "records": records, "members": len(people)},
            p50,
            "ms",
            settings={"asked": times, "day": ASKED.isoformat(), **SAID, **server.settings},
            p50_ms=p50,
            p99_ms=p99,
            targets=(Target("p50_ms", most=most),),
        )


def _times(ask: Callable[[], None], times: int) -> Iterator[float]:
    ask()
    for _ in range(times):
        start = time.perf_counter()
        ask()
        yield time.perf_counter() - start


def _fill(database: Database, records: int) -> tuple[Id, list[Id]]:
    """A province with so many records; its id, and its members."""
    number = max(2, records // FACTS)
    cells = [new_id() for _ in range(max(2, number // A_CELL))]
    province, superior = new_id(), new_id()
    people = [new_id() for _ in range(number)]
    top = OrganisationEstablished(name="Đảng bộ tỉnh", kind=OrganisationKind.PROVINCE)
    below = OrganisationEstablished(name="Đảng ủy", kind=OrganisationKind.SUPERIOR, parent=province)
    with Ledger(database.app) as ledger:
        fill(ledger, [_of(province, 0, top), _of(superior, 0, below)])
        fill(ledger, (_of(cell, 0, _cell(no, superior)) for no, cell in enumerate(cells, 1)))
        fill(ledger, _lives(people, cells, superior))
    return province, people


def _lives(people: list[Id], cells: list[Id], committee: Id) -> Iterator[Request]:
    """Each fact of all, then the next one of all, so that no life lies in one piece."""
    for no, member in enumerate(people):
        admitted = MemberAdmitted(
            name=f"Đảng viên {no}", cell=cells[no % len(cells)], status=Status.OFFICIAL, admitted_on=FOUNDED
        )
        yield _of(member, 0, admitted, ResidenceDeclared(committee=committee))
    for version in range(2, FACTS - 2, 5):
        for member in people:
            yield Request(new_id(), ACTOR, [Write(member, version, [a_reward(version + n) for n in range(5)])])
    for no, member in enumerate(people[::MOVED]):
        here, there = cells[no * MOVED % len(cells)], cells[(no * MOVED + 1) % len(cells)]
        moved = TransferIntroduced(transfer=new_id(), from_cell=here, to=there, kind=TransferKind.OFFICIAL)
        version = 2 + 5 * len(range(2, FACTS - 2, 5))
        yield _of(member, version, moved, TransferReceived(transfer=moved.transfer), on=LATER)


def _cell(number: int, parent: Id) -> OrganisationEstablished:
    return OrganisationEstablished(name=f"Chi bộ {number}", kind=OrganisationKind.CELL, parent=parent)


def _of(stream: Id, version: int, *facts: Fact, on: date = FOUNDED) -> Request:
    entries = [Entry(stored_name(fact), on, wire.encode(fact)) for fact in facts]
    return Request(new_id(), ACTOR, [Write(stream, version, entries)])
