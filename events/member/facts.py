"""What may happen to a member: every fact of his stream, in the order of a life in the Party."""

from datetime import date
from enum import StrEnum

from events.fact import ERASED, Fact, Id, Personal
from events.papers import Decision, PersonalDate

# Admission


class Status(StrEnum):
    """Whether probation is over."""

    PROBATIONARY = "probationary"
    OFFICIAL = "official"


class MemberAdmitted(Fact, frozen=True, kw_only=True, tag="member.admitted"):
    """On the roll of `cell` from the day it takes effect; `admitted_on` may be decades before the book was opened."""

    name: Personal = ERASED
    cell: Id
    status: Status
    admitted_on: date
    recognised_on: date | None = None
    born_on: PersonalDate | None = None
    card: Personal | None = None
    citizen: Personal | None = None
    code: str | None = None
    note: Personal | None = None


class MemberRecognised(Fact, frozen=True, tag="member.recognised"):
    """Probation is over: official from the day it takes effect."""


# Residence


class ResidenceDeclared(Fact, frozen=True, tag="member.residence_declared"):
    """A place (a commune code) whose committee is not here stands alone: then nobody can be told."""

    committee: Id | None = None
    place: str | None = None
    address: Personal | None = None


# The end of a cell


class MemberMoved(Fact, frozen=True, tag="member.moved"):
    """His place in `from_cell`, on its roll or as its guest, is one in `cell`: what became of `by` took him along."""

    cell: Id
    from_cell: Id
    by: Id


# Transfer


class TransferKind(StrEnum):
    """For good, or for a time, when head-count and full rights stay at the origin."""

    OFFICIAL = "official"
    TEMPORARY = "temporary"


class TransferGround(StrEnum):
    """Why he goes; study may take longer than anything else."""

    WORK = "work"
    STUDY = "study"
    OTHER = "other"


class TransferIntroduced(Fact, frozen=True, tag="member.transfer_introduced"):
    """The origin sends him, and he counts there until he is received; during a temporary transfer he counts there too.

    `due_on` is the last day on which to arrive on an official transfer; `until` the last day of a temporary one;
    `decided_on` the day of the decision that sends him, `collective` the collective transfer in which he goes.
    """

    transfer: Id
    from_cell: Id
    to: Id
    kind: TransferKind
    due_on: date | None = None
    ground: TransferGround | None = None
    until: date | None = None
    code: str | None = None
    decided_on: date | None = None
    collective: Id | None = None


class TransferReceived(Fact, frozen=True, tag="member.transfer_received"):
    """The destination has him from that day; `at` is the cell that took him where the destination had ended by then."""

    transfer: Id
    at: Id | None = None


class TransferRefused(Fact, frozen=True, kw_only=True, tag="member.transfer_refused"):
    """The destination did not take him; he is where he was."""

    transfer: Id
    reason: Personal = ERASED


class TransferWithdrawn(Fact, frozen=True, tag="member.transfer_withdrawn"):
    """The origin took its introduction back before anybody answered; he is where he was."""

    transfer: Id


class TransferSide(StrEnum):
    """Which of the two committees of a transfer speaks."""

    ORIGIN = "origin"
    DESTINATION = "destination"


class TransferExtensionAsked(Fact, frozen=True, tag="member.transfer_extension_asked"):
    """One side asks for a later last day; nothing changes until the other asks for the same."""

    transfer: Id
    until: date
    side: TransferSide


class TransferExtended(Fact, frozen=True, tag="member.transfer_extended"):
    """Both sides have asked for it: `until` is the last day of the temporary transfer now."""

    transfer: Id
    until: date


class TransferReturned(Fact, frozen=True, tag="member.transfer_returned"):
    """From that day he is back where he counts, before the temporary transfer's last day or after it."""

    transfer: Id


# Reward and discipline


class RewardForm(StrEnum):
    """Commendation, the two certificates of merit, and the badges of long membership by their years."""

    COMMENDATION = "commendation"
    CERTIFICATE_LOWER = "certificate_lower"
    CERTIFICATE_HIGHER = "certificate_higher"
    BADGE_30 = "badge_30"
    BADGE_40 = "badge_40"
    BADGE_45 = "badge_45"
    BADGE_50 = "badge_50"
    BADGE_55 = "badge_55"
    BADGE_60 = "badge_60"
    BADGE_65 = "badge_65"
    BADGE_70 = "badge_70"
    BADGE_75 = "badge_75"
    BADGE_80 = "badge_80"
    BADGE_85 = "badge_85"
    BADGE_90 = "badge_90"
    OTHER = "other"

    @property
    def is_badge(self) -> bool:
        """A badge of long membership."""
        return self.startswith("badge_")


class RewardGiven(Fact, frozen=True, tag="member.reward_given"):
    """A reward, from the day on which it is awarded, which need not be the day of its decision."""

    form: RewardForm
    decision: Decision


class SanctionForm(StrEnum):
    """The only four forms for a member; removal from the list is not among them, because it is no discipline."""

    REPRIMAND = "reprimand"
    WARNING = "warning"
    REMOVAL_FROM_POST = "removal_from_post"
    EXPULSION = "expulsion"


class MemberDisciplined(Fact, frozen=True, tag="member.disciplined"):
    """In force from its announcement, the day it takes effect; an expulsion ends the membership."""

    form: SanctionForm
    decision: Decision


# Erasure


class MemberErased(Fact, frozen=True, tag="member.erased"):
    """His key is destroyed: what is personal in his facts can never be read again; that they happened stays.

    `ground` says why, and is not sealed itself, so it names nobody.
    """

    ground: str
