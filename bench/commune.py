"""Whom the HTTP figures reward: a grassroots organisation with its cells, and members who live elsewhere."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from bench.facts import ACTOR
from bench.filling import fill
from events import wire
from events.fact import Fact, Id, stored_name
from events.ledger import Ledger
from events.member.facts import MemberAdmitted, ResidenceDeclared, Status
from events.organisation import OrganisationEstablished, OrganisationKind
from events.request import Entry, Request, Write
from services.ingest.asked import new_id

FOUNDED = date(2020, 1, 1)
CELLS = 20
AGENCY, RESIDENCE = "Đảng bộ cơ quan", "Đảng bộ xã"


@dataclass(frozen=True)
class Commune:
    """Ids: the organisation above the members' cells, the committee where they live, and the members."""

    agency: Id
    residence: Id
    members: list[Id]


def settle(ledger: Ledger, members: int) -> Commune:
    """Establish it all."""
    province, superior, agency, residence = (new_id() for _ in range(4))
    cells = [new_id() for _ in range(CELLS)]
    people = [new_id() for _ in range(members)]
    organisations = [
        (province, OrganisationEstablished(name="Đảng bộ tỉnh", kind=OrganisationKind.PROVINCE)),
        (superior, OrganisationEstablished(name="Đảng ủy", kind=OrganisationKind.SUPERIOR, parent=province)),
        (agency, OrganisationEstablished(name=AGENCY, kind=OrganisationKind.GRASSROOTS, parent=superior)),
        (residence, OrganisationEstablished(name=RESIDENCE, kind=OrganisationKind.GRASSROOTS, parent=superior)),
        *(
            (cell, OrganisationEstablished(name=f"Chi bộ {number}", kind=OrganisationKind.CELL, parent=agency))
            for number, cell in enumerate(cells, 1)
        ),
    ]
    fill(ledger, (_first(stream, established) for stream, established in organisations))
    fill(ledger, _admissions(people, cells, residence))
    return Commune(agency, residence, people)


def _admissions(people: list[Id], cells: list[Id], residence: Id) -> Iterator[Request]:
    home = ResidenceDeclared(committee=residence)
    for number, member in enumerate(people):
        admitted = MemberAdmitted(
            name=f"Đảng viên {number}", cell=cells[number % CELLS], status=Status.OFFICIAL, admitted_on=FOUNDED
        )
        yield _first(member, admitted, home)


def _first(stream: Id, *facts: Fact) -> Request:
    entries = [Entry(stored_name(fact), FOUNDED, wire.encode(fact)) for fact in facts]
    return Request(new_id(), ACTOR, [Write(stream, 0, entries)])
