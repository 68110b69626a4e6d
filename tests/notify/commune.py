"""A commune that follows its residents, the hospital where some of them work, and a log in which they live."""

from datetime import date
from typing import Any
from uuid import uuid4

import psycopg

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
    TransferRefused,
)
from events.notice import NoticeAcknowledged
from events.organisation import CellKind, OrganisationEstablished, OrganisationKind
from events.request import Entry, Request, Write
from projections import notices
from services.notify.policies_in_force import Policies
from services.notify.worker import Worker
from tests.database import Database
from tests.examples import (
    BLOC,
    BLOC_ESTABLISHED,
    BOOK_OPENED,
    CELL_7,
    CELL_7_ESTABLISHED,
    CELL_8,
    CELL_8_ESTABLISHED,
    COMMUNE,
    COMMUNE_ESTABLISHED,
    HOSPITAL,
    HOSPITAL_ESTABLISHED,
    PROVINCE,
    PROVINCE_ESTABLISHED,
    SURGERY,
    SURGERY_ESTABLISHED,
    an_id,
)

WARD, PAEDIATRICS = an_id("ward"), an_id("paediatrics")
NAM = an_id("nam")
"""Works in the hospital's surgery; where he lives is for each test to say."""

WARD_ESTABLISHED = OrganisationEstablished(
    name="Đảng bộ phường Hồng Gai", kind=OrganisationKind.SUPERIOR, parent=PROVINCE
)
PAEDIATRICS_ESTABLISHED = OrganisationEstablished(
    name="Chi bộ Khoa Nhi", kind=OrganisationKind.CELL, cell_kind=CellKind.PUBLIC_SERVICE, parent=HOSPITAL
)
ORGANISATIONS = {
    PROVINCE: PROVINCE_ESTABLISHED, COMMUNE: COMMUNE_ESTABLISHED, WARD: WARD_ESTABLISHED, BLOC: BLOC_ESTABLISHED,
    HOSPITAL: HOSPITAL_ESTABLISHED, CELL_7: CELL_7_ESTABLISHED, CELL_8: CELL_8_ESTABLISHED,
    SURGERY: SURGERY_ESTABLISHED, PAEDIATRICS: PAEDIATRICS_ESTABLISHED,
}  # fmt: skip
SHIPPED = Policies.read(known=wire.FACTS)


def admitted(cell: Id = SURGERY, name: str = "Phạm Văn Nam") -> MemberAdmitted:
    return MemberAdmitted(name=name, cell=cell, status=Status.OFFICIAL, admitted_on=date(2010, 2, 3))


def living_in(committee: Id | None) -> ResidenceDeclared:
    return ResidenceDeclared(committee=committee, place="06799")


def introduced(transfer: Id, to: Id, origin: Id = SURGERY) -> TransferIntroduced:
    return TransferIntroduced(transfer=transfer, from_cell=origin, to=to, kind=TransferKind.OFFICIAL)


def received(transfer: Id) -> TransferReceived:
    return TransferReceived(transfer=transfer)


def refused(transfer: Id) -> TransferRefused:
    return TransferRefused(transfer=transfer, reason="hồ sơ thiếu")


class Log:
    """Writes facts into a ledger as the services do, and remembers how far each stream has come."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self._versions: dict[Id, int] = {}

    def put(self, stream: Id, fact: Fact, on: date = BOOK_OPENED, *, backfill: bool = False) -> int:
        """Appends one fact; its position."""
        data = wire.encode(fact)
        if backfill:
            data = data[:-1] + (b"," if data != b"{}" else b"") + b'"backfill":true}'
        return self.put_raw(stream, stored_name(fact), data, on)

    def put_raw(self, stream: Id, name: str, data: bytes, on: date = BOOK_OPENED) -> int:
        """Appends anything at all."""
        version = self._versions.get(stream, 0)
        request = Request(Id(str(uuid4())), "clerk", [Write(stream, version, [Entry(name, on, data)])])
        first = self.ledger.append(request).first
        self._versions[stream] = version + 1
        return first

    def put_organisations(self) -> None:
        """All of them, the superior ones first."""
        for stream, established in ORGANISATIONS.items():
            self.put(stream, established)

    def put_member(self, stream: Id = NAM, cell: Id = SURGERY, committee: Id | None = COMMUNE) -> None:
        """Somebody of a cell, living in the place of a committee."""
        self.put(stream, admitted(cell))
        self.put(stream, living_in(committee))

    def acknowledge(self, notice: Id, organisation: Id, position: int) -> int:
        """The committee says that it knows."""
        return self.put(notice, NoticeAcknowledged(organisation=organisation, position=position))


def tell_all(worker: Worker) -> None:
    """Until nothing more comes."""
    while worker.step(0.05):
        pass


def told(database: Database) -> set[tuple[int, Id, str]]:
    """(position, organisation, role) of every notice."""
    return set(rows(database, "position, organisation::text, role"))


def rows(database: Database, columns: str = notices.FROM_THE_LOG) -> list[tuple[Any, ...]]:
    """Every notice, in the order of the log."""
    with psycopg.connect(database.app) as connection:
        query = f"SELECT {columns} FROM exchange.notices ORDER BY position, id"
        return connection.execute(query.encode()).fetchall()


def position(database: Database) -> int:
    """How far the notices have read."""
    with psycopg.connect(database.app) as connection:
        return int(connection.execute("SELECT position FROM views.positions WHERE view = 'notices'").fetchone()[0])  # type: ignore[index]
