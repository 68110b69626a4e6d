"""What follows a sanction, and what stands between a member and his rights: complaints, inspections, suspensions."""

from datetime import date
from enum import StrEnum

from events.fact import ERASED, Fact, Id, Personal
from events.member.facts import SanctionForm

# Complaint and restoration; `sanction` is the place of the sanction's own fact in the log


class ComplaintOutcome(StrEnum):
    """What a complaint came to."""

    UPHELD = "upheld"
    CHANGED = "changed"
    CANCELLED = "cancelled"


class SanctionComplained(Fact, frozen=True, tag="member.sanction_complained"):
    """He complains of a sanction, and obeys it meanwhile."""

    sanction: int


class ComplaintAnswered(Fact, frozen=True, tag="member.complaint_answered"):
    """What the superior decides: the sanction stands, is of another `form` from that day, or is no more.

    `cell`: whose roll he is on again, where an expulsion gives way.
    """

    sanction: int
    outcome: ComplaintOutcome
    form: SanctionForm | None = None
    cell: Id | None = None


class SanctionRestored(Fact, frozen=True, tag="member.sanction_restored"):
    """A wrongful sanction is undone from that day, and stays on record; `cell` as in an answer."""

    sanction: int
    cell: Id | None = None


# Inspection and suspension


class InspectionOpened(Fact, frozen=True, kw_only=True, tag="member.inspection_opened"):
    """He is looked into; until it ends he is not transferred for good."""

    ground: Personal = ERASED


class InspectionEnded(Fact, frozen=True, tag="member.inspection_ended"):
    """Whatever it found: a sanction is a fact of its own."""


class MemberSuspended(Fact, frozen=True, tag="member.suspended"):
    """He takes no part and is outside the base of attendance; `until`, where known, is the last day of it."""

    until: date | None = None


class SuspensionEnded(Fact, frozen=True, tag="member.suspension_ended"):
    """He takes part again from that day."""


OF_ORDER: tuple[type[Fact], ...] = (
    SanctionComplained,
    ComplaintAnswered,
    SanctionRestored,
    InspectionOpened,
    InspectionEnded,
    MemberSuspended,
    SuspensionEnded,
)
