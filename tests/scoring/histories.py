"""What may happen to two cells that a board looks at, in any order, back-dated: meetings, members, rules, the tree."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

from hypothesis import strategies as st

from events.bands import Band
from events.correction import MeetingStruck
from events.fact import Fact, Id
from events.ledger import Ledger
from events.liaison import ContactKind, ContactMade, LiaisonAccepted, LiaisonAssigned, LiaisonIntroduced
from events.meeting import (
    Attendance,
    BandDecided,
    Counts,
    MeetingCalled,
    MeetingCancelled,
    MeetingChosenAsModel,
    MeetingHeld,
    MeetingKind,
    MeetingPostponed,
    MinutesApproved,
    PreMeetingHeld,
    Presence,
    ResolutionAdopted,
    SelfScored,
)
from events.member import (
    ExemptionEnded,
    ExemptionGround,
    MemberAdmitted,
    MemberExempted,
    MemberSuspended,
    Status,
    TransferIntroduced,
    TransferKind,
    TransferReceived,
)
from events.office import Office, OfficerAppointed, OfficerEnded
from events.organisation import OrganisationHandedOver
from events.rule import RuleAdopted, stream_of
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
    PROVINCE,
    PROVINCE_ESTABLISHED,
    an_id,
)
from tests.scoring.ledger import put
from tests.scoring.meeting import ALL_JUDGED

CELLS = (CELL_7, CELL_8)
MEETINGS = [an_id(f"meeting {number}") for number in range(5)]
MEMBERS = [an_id(f"member {number}") for number in range(4)]
LIAISONS = [an_id(f"liaison {number}") for number in range(2)]
PACKS = ("meeting-ward", "meeting-gated", "meeting-national")
DAYS = st.dates(date(2025, 11, 20), date(2026, 2, 20))
CLOCK = timedelta(hours=17)
"""Near midnight in Hanoi, so that a day there is another one in UTC."""


class Happened(NamedTuple):
    """A fact of a stream, and its day."""

    stream: Id
    fact: Fact
    on: date


def evening(day: date, after: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC) + CLOCK + timedelta(minutes=after)


def settle(ledger: Ledger) -> None:
    """The two cells below their commune, a bloc beside it, four members and two residents."""
    founded = {
        PROVINCE: PROVINCE_ESTABLISHED, COMMUNE: COMMUNE_ESTABLISHED, BLOC: BLOC_ESTABLISHED,
        CELL_7: CELL_7_ESTABLISHED, CELL_8: CELL_8_ESTABLISHED,
    }  # fmt: skip
    for stream, fact in founded.items():
        put(ledger, stream, [fact], on=BOOK_OPENED)
    for number, member in enumerate(MEMBERS):
        admitted = MemberAdmitted(
            name=f"Đảng viên {number}", cell=CELLS[number % 2], status=Status.OFFICIAL, admitted_on=date(2020, 5, 19)
        )
        put(ledger, member, [admitted], on=BOOK_OPENED)
    for number, liaison in enumerate(LIAISONS):
        put(ledger, liaison, [LiaisonIntroduced(member=MEMBERS[number], committee=COMMUNE)], on=BOOK_OPENED)
    for number, meeting in enumerate(MEETINGS):
        day = date(2026, 1, 3 + number)
        kind = MeetingKind.THEMATIC if number == 3 else MeetingKind.REGULAR
        called = MeetingCalled(cell=CELLS[number % 2], kind=kind, planned_at=evening(day))
        put(ledger, meeting, [called, held(day, (Presence.PRESENT,) * 4)], on=day)


def held(day: date, statuses: tuple[Presence, ...]) -> MeetingHeld:
    listed = tuple(Attendance(member, status) for member, status in zip(MEMBERS, statuses, strict=False))
    counts = None if listed else Counts(present=3, excused=1, absent=0)
    return MeetingHeld(started_at=evening(day), ended_at=evening(day, 120), attendance=listed, counts=counts)


def _of_meetings(day: date) -> list[st.SearchStrategy[Fact]]:
    self_scored = SelfScored(items={name: Decimal(points) for name, points in ALL_JUDGED.items()})
    return [
        st.builds(held, st.just(day), st.lists(st.sampled_from(Presence), max_size=4).map(tuple)),
        st.sampled_from(
            [
                MeetingPostponed(planned_at=evening(day)), MeetingCancelled(), MeetingChosenAsModel(),
                MinutesApproved(approved_at=evening(day, 130)), PreMeetingHeld(held_at=evening(day, -3000)),
                ResolutionAdopted(), self_scored, SelfScored(total=Decimal("92.5")),
            ]
        ),
        st.sampled_from(Band).map(lambda band: BandDecided(band=band)),
    ]  # fmt: skip


def _of_members(day: date) -> list[Fact]:
    way = an_id(f"way {day}")
    return [
        MemberExempted(ground=ExemptionGround.ILLNESS),
        ExemptionEnded(),
        MemberSuspended(until=day + timedelta(days=40)),
        TransferIntroduced(
            transfer=way, from_cell=CELL_7, to=CELL_8, kind=TransferKind.TEMPORARY, until=day + timedelta(days=100)
        ),
        TransferIntroduced(transfer=way, from_cell=CELL_8, to=CELL_7, kind=TransferKind.OFFICIAL),
        TransferReceived(transfer=way),
    ]


def _of_cells(member: Id) -> list[Fact]:
    return [
        OfficerAppointed(member=member, office=Office.SECRETARY),
        OfficerAppointed(member=member, office=Office.DEPUTY_SECRETARY),
        OfficerEnded(member=member, office=Office.DEPUTY_SECRETARY),
        OrganisationHandedOver(to=BLOC),
        OrganisationHandedOver(to=COMMUNE),
    ]


@st.composite
def happened(draw: Callable[..., object]) -> Happened:
    """One more fact; some make no sense where they come, as in books that are entered from paper."""
    day: date = draw(DAYS)  # type: ignore[assignment]
    kind = draw(st.sampled_from(["meeting", "meeting", "meeting", "struck", "member", "cell", "rule", "liaison"]))
    stream: object
    fact: object
    if kind == "meeting":
        stream, fact = draw(st.sampled_from(MEETINGS)), draw(st.one_of(*_of_meetings(day)))
    elif kind == "struck":
        # The settled log has 11 records before the meetings' own.
        fact = MeetingStruck(position=draw(st.integers(12, 21)))  # type: ignore[arg-type]
        stream = MEETINGS[(fact.position - 12) // 2]
    elif kind == "member":
        stream, fact = draw(st.sampled_from(MEMBERS)), draw(st.sampled_from(_of_members(day)))
    elif kind == "cell":
        member = draw(st.sampled_from(MEMBERS))
        stream, fact = draw(st.sampled_from(CELLS)), draw(st.sampled_from(_of_cells(member)))  # type: ignore[arg-type]
    elif kind == "rule":
        pack, of = draw(st.sampled_from(PACKS)), draw(st.sampled_from([CELL_7, COMMUNE, BLOC, PROVINCE]))
        stream, fact = stream_of(pack), RuleAdopted(pack=pack, organisation=of)  # type: ignore[arg-type]
    else:
        stream = draw(st.sampled_from(LIAISONS))
        cell = draw(st.sampled_from(CELLS))
        contact = ContactMade(on=day, kind=ContactKind.VISIT)
        fact = draw(st.sampled_from([LiaisonAccepted(), LiaisonAssigned(cell=cell), contact]))  # type: ignore[arg-type]
    return Happened(stream, fact, day)  # type: ignore[arg-type]
