"""A province with a year of meetings: tree, members, officers; and others like it beside it, copied in its views."""

import gc
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

import psycopg

from bench.cells import HEADS, MEETINGS, years
from bench.facts import ACTOR
from bench.filling import fill
from bench.server import Database
from events import wire
from events.fact import Fact, Id, stored_name
from events.ledger import Ledger
from events.member import MemberAdmitted, Status
from events.office import Office, OfficerAppointed, Post
from events.organisation import CellKind, OrganisationEstablished, OrganisationKind
from events.organisation_papers import FourGoodPlanAdopted, TargetKind, TargetSet, WorkingRulesAdopted
from events.request import Entry, Request, Write
from projections.catalogue import VIEWS
from projections.rebuild import rebuild
from services.ingest.asked import new_id
from services.scoring.boards.board_feed import BoardFeeder

CELLS, FEW = 2618, 40
"""Of a province, and for a quick look."""
A_SUPERIOR = 30
"""Cells of one."""
FOUNDED = date(2020, 1, 1)
ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
COPIED = {
    "tree": ("stream", "parent"),
    "roll": ("stream", "cell"),
    "offices": ("stream", "member"),
    "papers": ("stream",),
    "cell_months": ("cell",),
    "cell_years": ("cell",),
}
"""Views that a board asks, and their columns with ids that are another province's under other ids."""
COLUMNS = """
SELECT column_name FROM information_schema.columns WHERE table_schema = 'views' AND table_name = %s
ORDER BY ordinal_position
"""


@dataclass(frozen=True)
class Province:
    """Its id, its cells, and how many meetings they held."""

    id: Id
    cells: list[Id]

    @property
    def meetings(self) -> int:
        """All of the year."""
        return len(self.cells) * MEETINGS


def settled(database: Database, count: int) -> Province:
    """A province of so many cells, with all views; those who are listed at its meetings are on its rolls."""
    province, members = new_id(), {new_id(): [new_id() for _ in range(HEADS)] for _ in range(count)}
    cells, superiors = list(members), [new_id() for _ in range(0, count, A_SUPERIOR)]
    with Ledger(database.app) as ledger:
        fill(ledger, _tree(province, superiors, cells))
        fill(ledger, _people(members))
        fill(ledger, years(members))
    for view in VIEWS:
        rebuild(database.app, view)
    analyse(database)
    return Province(province, cells)


def boarded(database: Database, count: int) -> Province:
    """The same with the months of its board."""
    province = settled(database, count)
    feeder = BoardFeeder(database.app, ZONE)
    feeder.step()
    feeder.close()
    analyse(database)
    return province


def analyse(database: Database) -> None:
    """As the server does by itself after a while."""
    with psycopg.connect(database.owner, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")


@contextmanager
def collecting_as_served() -> Iterator[None]:
    """Memory is looked through for what is left over as seldom as in the HTTP process, where all of it is asked for."""
    usual = gc.get_threshold()
    gc.set_threshold(100_000, 50, 1_000)
    try:
        yield
    finally:
        gc.set_threshold(*usual)


def beside(database: Database, first: int, last: int) -> None:
    """Provinces like it under other ids, from one number to another: the rows of their views, and of their board."""
    with psycopg.connect(database.owner) as connection:
        for view, ids in COPIED.items():
            columns = [row[0] for row in connection.execute(COLUMNS, [view])]
            copied = [f"md5({name}::text || n)::uuid" if name in ids else name for name in columns]
            connection.execute(f"CREATE TABLE IF NOT EXISTS first_{view} AS SELECT * FROM views.{view}".encode())  # noqa: S608
            connection.execute(
                f"INSERT INTO views.{view} ({', '.join(columns)}) SELECT {', '.join(copied)} "  # noqa: S608  # our names
                f"FROM first_{view}, generate_series({first}, {last}) AS n".encode()
            )
    analyse(database)


def _tree(province: Id, superiors: list[Id], cells: list[Id]) -> Iterator[Request]:
    target = TargetSet(year=2026, kind=TargetKind.ADMISSIONS, value=2030)
    yield _of(province, OrganisationEstablished(name="Đảng bộ tỉnh", kind=OrganisationKind.PROVINCE), target)
    for number, superior in enumerate(superiors):
        name, kind = f"Đảng bộ xã {number}", OrganisationKind.SUPERIOR
        yield _of(superior, OrganisationEstablished(name=name, kind=kind, parent=province))
    kinds = list(CellKind)
    for number, cell in enumerate(cells):
        name, parent = f"Chi bộ {number}", superiors[number // A_SUPERIOR]
        of = kinds[number % len(kinds)]
        founded = OrganisationEstablished(name=name, kind=OrganisationKind.CELL, cell_kind=of, parent=parent)
        yield _of(cell, founded, WorkingRulesAdopted(term="2025-2030"), FourGoodPlanAdopted(year=2026))


def _people(members: Mapping[Id, list[Id]]) -> Iterator[Request]:
    """Of each cell, the first three its committee, and somebody of the cell before in charge of it."""
    people = list(members.values())
    for cell, its in members.items():
        for number, member in enumerate(its):
            name, status = f"Đảng viên {number}", Status.OFFICIAL
            yield _of(member, MemberAdmitted(name=name, cell=cell, status=status, admitted_on=FOUNDED))
    for number, (cell, its) in enumerate(members.items()):
        post = Post.VILLAGE_HEAD if number % 3 else None
        appointed = (
            OfficerAppointed(member=its[0], office=Office.SECRETARY, concurrently=post),
            OfficerAppointed(member=its[1], office=Office.DEPUTY_SECRETARY),
            OfficerAppointed(member=its[2], office=Office.COMMITTEE_MEMBER),
            OfficerAppointed(member=people[number - 1][1], office=Office.SUPERVISOR),
        )
        yield _of(cell, *appointed, version=3)


def _of(stream: Id, *facts: Fact, version: int = 0) -> Request:
    entries = [Entry(stored_name(fact), FOUNDED, wire.encode(fact)) for fact in facts]
    return Request(new_id(), ACTOR, [Write(stream, version, entries)])
