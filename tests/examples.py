"""Example data with names: a commune, an agency beside it, and people who do not exist."""

from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from uuid import NAMESPACE_URL, uuid5

from events.bands import Band
from events.fact import Id
from events.liaison import LiaisonIntroduced, RemarkDrafted
from events.meeting import (
    Attendance,
    Counts,
    MeetingCalled,
    MeetingHeld,
    MeetingKind,
    Presence,
    SelfScored,
)
from events.member import (
    Member,
    MemberAdmitted,
    MemberDisciplined,
    ResidenceDeclared,
    RewardForm,
    RewardGiven,
    SanctionForm,
    Status,
    TransferIntroduced,
    TransferKind,
)
from events.oath_review import OathReported, OathReviewOpened
from events.organisation import CellKind, Organisation, OrganisationEstablished, OrganisationKind
from events.papers import Decision


def an_id(name: str) -> Id:
    """The same id for the same name, in every run."""
    return Id(str(uuid5(NAMESPACE_URL, f"caunoi:{name}")))


BOOK_OPENED = date(2025, 1, 1)

# Organisations: a commune with two cells, and a hospital of the agency bloc with one

PROVINCE, COMMUNE, BLOC, HOSPITAL = map(an_id, ("province", "commune", "bloc", "hospital"))
CELL_7, CELL_8, SURGERY = map(an_id, ("cell-7", "cell-8", "surgery"))
HAI_HOA = "06799"

PROVINCE_ESTABLISHED = OrganisationEstablished(name="Đảng bộ tỉnh", kind=OrganisationKind.PROVINCE, code="T")
COMMUNE_ESTABLISHED = OrganisationEstablished(
    name="Đảng bộ xã Hải Hòa", kind=OrganisationKind.SUPERIOR, parent=PROVINCE, place=HAI_HOA, serves=HAI_HOA, code="HH"
)
BLOC_ESTABLISHED = OrganisationEstablished(name="Đảng bộ Khối", kind=OrganisationKind.SUPERIOR, parent=PROVINCE)
HOSPITAL_ESTABLISHED = OrganisationEstablished(
    name="Đảng bộ Bệnh viện", kind=OrganisationKind.GRASSROOTS, parent=BLOC, code="BV"
)
CELL_7_ESTABLISHED = OrganisationEstablished(
    name="Chi bộ thôn Trại Lê", kind=OrganisationKind.CELL, cell_kind=CellKind.VILLAGE, parent=COMMUNE, code="HH-07"
)
CELL_8_ESTABLISHED = OrganisationEstablished(
    name="Chi bộ thôn Nà Pheo", kind=OrganisationKind.CELL, cell_kind=CellKind.VILLAGE, parent=COMMUNE, code="HH-08"
)
SURGERY_ESTABLISHED = OrganisationEstablished(
    name="Chi bộ Khoa Ngoại", kind=OrganisationKind.CELL, cell_kind=CellKind.PUBLIC_SERVICE, parent=HOSPITAL
)


def an_organisation(established: OrganisationEstablished = CELL_7_ESTABLISHED, on: date = BOOK_OPENED) -> Organisation:
    """The state of an organisation that is established and nothing more."""
    state = Organisation()
    state.see(established, on, 1)
    return state


# Members

LAN, HOA, MINH, STRANGER = map(an_id, ("lan", "hoa", "minh", "stranger"))
CLERK, SECRETARY = "clerk", "secretary"

LAN_ADMITTED = MemberAdmitted(
    name="Nguyễn Thị Lan",
    cell=CELL_7,
    status=Status.OFFICIAL,
    admitted_on=date(1998, 5, 19),
    recognised_on=date(1999, 5, 19),
    born_on=date(1975, 9, 2),
    card="000220000001",
    citizen="000175000001",
)
MINH_ADMITTED = MemberAdmitted(
    name="Trần Văn Minh",
    cell=CELL_7,
    status=Status.PROBATIONARY,
    admitted_on=date(2025, 9, 2),
    card="000220000002",
)
LAN_LIVES_IN_HAI_HOA = ResidenceDeclared(committee=COMMUNE, place=HAI_HOA)


def a_decision(number: str = "12-QĐ/ĐU", on: date = date(2026, 2, 27)) -> Decision:
    """A paper of the commune's committee."""
    return Decision(number=number, on=on, by=COMMUNE)


def a_reprimand() -> MemberDisciplined:
    """The mildest form."""
    return MemberDisciplined(form=SanctionForm.REPRIMAND, decision=a_decision("13-QĐ/ĐU"))


def an_expulsion() -> MemberDisciplined:
    """The one that ends a membership."""
    return MemberDisciplined(form=SanctionForm.EXPULSION, decision=a_decision("14-QĐ/ĐU"))


def a_certificate() -> RewardGiven:
    """A certificate of merit of the lower level."""
    return RewardGiven(form=RewardForm.CERTIFICATE_LOWER, decision=a_decision())


TRANSFER = an_id("transfer")


def lans_introduction(due_on: date | None = date(2026, 4, 13)) -> TransferIntroduced:
    """From cell 7 to the hospital's surgery, for good."""
    return TransferIntroduced(
        transfer=TRANSFER, from_cell=CELL_7, to=SURGERY, kind=TransferKind.OFFICIAL, due_on=due_on
    )


def a_member(admitted: MemberAdmitted = LAN_ADMITTED, on: date = BOOK_OPENED) -> Member:
    """The state of a member who is admitted and nothing more."""
    state = Member()
    state.see(admitted, on, 1)
    return state


# A meeting of cell 7

MEETING = an_id("meeting")
HANOI = timezone(timedelta(hours=7))
MARCH_MEETING = MeetingCalled(
    cell=CELL_7,
    kind=MeetingKind.REGULAR,
    planned_at=datetime(2026, 3, 5, 19, 30, tzinfo=HANOI),
    agenda=("Tình hình tháng 2", "Nhiệm vụ tháng 3"),
)
STARTED, ENDED = datetime(2026, 3, 5, 19, 30, tzinfo=HANOI), datetime(2026, 3, 5, 21, 5, tzinfo=HANOI)
BY_NAME = (
    Attendance(member=LAN, status=Presence.PRESENT, spoke=True),
    Attendance(member=HOA, status=Presence.PRESENT, spoke=False),
    Attendance(member=MINH, status=Presence.EXCUSED),
)
HELD_BY_NAME = MeetingHeld(started_at=STARTED, ended_at=ENDED, chair=LAN, attendance=BY_NAME)
HELD_IN_COUNTS = MeetingHeld(
    started_at=STARTED, ended_at=ENDED, chair=LAN, counts=Counts(present=2, excused=1, absent=0, spoke=1)
)
NINETY_TWO = SelfScored(total=Decimal("92.5"))

# Lan works at the hospital and lives in the commune

LAN_INTRODUCED = LiaisonIntroduced(member=LAN, committee=COMMUNE, workplace=HOSPITAL, strengths=("medicine",))
GOOD_2025 = RemarkDrafted(year=2025, band=Band.GOOD, consulted=("Ban công tác Mặt trận",))

# The oath review of cell 7

CAMPAIGN = an_id("oath-review-2026")
CELL_7_OPENED = OathReviewOpened(campaign=CAMPAIGN, cell=CELL_7, roll=(LAN, HOA), closes_on=date(2026, 5, 31))
LAN_REPORTED = OathReported(member=LAN, meeting=MEETING, kept=5, not_well=1, not_done=0, opinions=4)
