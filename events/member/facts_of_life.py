"""What else happens in the life of a member: posts, exemption, removal from the list, death."""

from datetime import date
from decimal import Decimal
from enum import StrEnum

from msgspec import Struct

from events.fact import ERASED, Fact, Id, Personal
from events.papers import Decision, IdOrName

# Appointment


class MemberAppointed(Fact, frozen=True, kw_only=True, tag="member.appointed"):
    """Appointed or promoted to a post, in the state or the Party, `at` some organisation.

    The post is sealed as a name is: with its day it says of one person alone who he is.
    """

    post: Personal = ERASED
    at: IdOrName | None = None


# Exemption


class ExemptionGround(StrEnum):
    """Why a member need not take part: the first two have no end of their own."""

    AGE = "age"
    ILLNESS = "illness"
    OTHER = "other"


class MemberExempted(Fact, frozen=True, tag="member.exempted"):
    """On the roll and outside the base of attendance; `until` is the last day of it."""

    ground: ExemptionGround
    until: date | None = None


class ExemptionEnded(Fact, frozen=True, tag="member.exemption_ended"):
    """He takes part again from that day."""


# Removal from the list


class RemovalGround(StrEnum):
    """Why a member is taken off the list."""

    UNQUALIFIED = "unqualified"
    ABSENT = "absent"
    DUES = "dues"
    OWN_REQUEST = "own_request"
    PROBATION = "probation"
    OTHER = "other"


class Ballot(Struct, frozen=True, omit_defaults=True, rename={"for_": "for"}):
    """How one body voted: the `share` that was for it (0 to 1), or how many were `for` it `of` all who had a vote."""

    share: Decimal | None = None
    for_: int | None = None
    of: int | None = None


class RemovalVotes(Struct, frozen=True, omit_defaults=True):
    """The two votes before the superior's decision; a cell directly below a superior has no committee above it."""

    cell: Ballot
    committee: Ballot | None = None


class MemberRemoved(Fact, frozen=True, tag="member.removed"):
    """Off the list from that day, which is no discipline."""

    ground: RemovalGround
    decision: Decision
    votes: RemovalVotes | None = None


class RemovalComplained(Fact, frozen=True, tag="member.removal_complained"):
    """He complains of his removal."""


class RemovalRestored(Fact, frozen=True, tag="member.removal_restored"):
    """A wrongful removal is undone and stays on record; `cell`: whose roll he is on again, where he lives to see it."""

    cell: Id | None = None


# Death


class MemberDied(Fact, frozen=True, tag="member.died"):
    """The membership ends for good."""


OF_LIFE: tuple[type[Fact], ...] = (
    MemberAppointed,
    MemberExempted,
    ExemptionEnded,
    MemberRemoved,
    RemovalComplained,
    RemovalRestored,
    MemberDied,
)
