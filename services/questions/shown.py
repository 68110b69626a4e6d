"""What is answered: organisations, members, transfers, meetings and histories (docs/reference/http.md)."""

from datetime import date, datetime
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, Field

from events.fact import Id
from events.member import TransferKind
from events.member.transit import removable_from, start_due_on
from projections import meetings, members, transfers, tree
from projections.sanctions import Sanction

Line = TypeVar("Line", bound=BaseModel)


class OrganisationLine(BaseModel):
    """An organisation; `ended_on`, and `successor` with its open matters, where it had ended by the day asked about."""

    id: Id
    name: str
    kind: str
    cell_kind: str | None
    code: str | None
    parent: Id | None
    place: str | None
    serves: str | None
    since: date
    ended_on: date | None
    successor: Id | None


class Organisation(OrganisationLine):
    """The same with its head-count, its own and of all cells below it."""

    members: int


class Branch(BaseModel):
    """An organisation with what stands below it; `members` counts all of it."""

    id: Id
    name: str
    kind: str
    code: str | None
    members: int
    children: list["Branch"]


class Residence(BaseModel):
    """Where somebody lives; a place whose committee is not here stands alone."""

    committee: Id | None
    place: str | None
    address: str | None


class Workplace(BaseModel):
    """The cell in which a member counts, and since when."""

    id: Id
    name: str | None
    since: date | None


class MemberLine(BaseModel):
    """A member in a list; `since` when he has been in the cell or, among residents, lived there."""

    id: Id
    name: str
    card: str | None
    code: str | None
    status: str | None
    cell: Id | None
    residence: Residence | None
    standing: str
    since: date | None
    workplace: Workplace | None


class SanctionShown(BaseModel):
    """`position` is that of its fact; `until` the day on which it lapses."""

    position: int
    form: str
    since: date = Field(serialization_alias="from")
    until: date | None
    state: str


class MemberShown(MemberLine):
    """A member with his sanctions, the lapsed ones, too."""

    sanctions: list[SanctionShown]


class TransferShown(BaseModel):
    """`age_days` counts from the introduction to the answer, or to the day asked about.

    An official one was to be introduced by `start_due_on`, 60 working days after its decision where that is known, and
    the member to arrive by `due_on`; not filed by `removable_from`, it gives ground for removal from the list.
    """

    id: Id
    member: Id
    from_cell: Id = Field(serialization_alias="from")
    to_cell: Id = Field(serialization_alias="to")
    kind: str
    ground: str | None
    code: str | None
    collective: Id | None
    state: str
    decided_on: date | None
    start_due_on: date | None
    introduced_on: date
    due_on: date | None
    removable_from: date | None
    until: date | None
    ended_on: date | None
    returned_on: date | None
    age_days: int


class MeetingLine(BaseModel):
    """A meeting in a list; `on` is the day on which it was held or, before that, is to be by now."""

    id: Id
    state: str
    model: bool
    cell: Id
    kind: str
    theme: str | None
    campaign: Id | None
    code: str | None
    on: date
    planned_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    present: int | None
    excused: int | None
    absent: int | None
    spoke: int | None
    pre_meeting_at: datetime | None
    documents_at: datetime | None
    tasks: int | None
    minutes_at: datetime | None
    minutes_sent_at: datetime | None
    self_score: float | None
    band: str | None


class Told(BaseModel):
    """A fact in a history; `struck` where a correction has struck it through."""

    position: int
    on: date
    recorded_at: datetime
    name: str
    sentence: str
    struck: bool = False


class Page(BaseModel, Generic[Line]):
    """The lines of a page; `next` is the `after` of the next one."""

    items: list[Line]
    next: str | None


OrganisationPage = Page[OrganisationLine]
MemberPage = Page[MemberLine]
TransferPage = Page[TransferShown]
MeetingPage = Page[MeetingLine]
HistoryPage = Page[Told]


def organisation(found: tree.Found) -> dict[str, Any]:
    """The fields of an organisation."""
    return {name: getattr(found, name) for name in OrganisationLine.model_fields}


def member(line: members.Line) -> dict[str, Any]:
    """The fields of a member."""
    fields = {name: getattr(line, name) for name in MemberLine.model_fields if name not in ("residence", "workplace")}
    lives = line.committee is not None or line.place is not None
    home = Residence(committee=line.committee, place=line.place, address=line.address) if lives else None
    works = Workplace(id=line.cell, name=line.cell_name, since=line.cell_since) if line.cell is not None else None
    return {**fields, "residence": home, "workplace": works}


def sanction(found: Sanction) -> SanctionShown:
    """A sanction."""
    return SanctionShown(**found._asdict())


def transfer(found: transfers.Found, day: date) -> TransferShown:
    """A transfer as of a day."""
    is_official, is_open = found.kind == TransferKind.OFFICIAL, found.ended_on is None
    return TransferShown(
        **found._asdict(),
        start_due_on=start_due_on(found.decided_on) if is_official else None,
        removable_from=removable_from(found.introduced_on) if is_official and is_open else None,
        age_days=((found.ended_on or day) - found.introduced_on).days,
    )


def meeting(of: Id, row: meetings.Row) -> MeetingLine:
    """A meeting in a line."""
    fields = {name: getattr(row, name) for name in MeetingLine.model_fields if hasattr(row, name)}
    return MeetingLine(id=of, on=row.meets_on, self_score=None if row.points is None else float(row.points), **fields)
