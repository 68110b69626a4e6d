"""What may happen between a working member and the committee where he lives: every fact of the liaison's stream."""

from datetime import date
from enum import StrEnum

from msgspec import field

from events.bands import Band
from events.fact import ERASED, Fact, Id, Personal


class LiaisonIntroduced(Fact, frozen=True, tag="liaison.introduced"):
    """`workplace` introduces him to `committee`; `strengths` are what he can do for the place.

    `activity_exempt`: he lives in barracks, works where work takes him, or studies full time, and no activity is asked.
    """

    member: Id
    committee: Id
    workplace: Id | None = None
    activity_exempt: bool = False
    strengths: tuple[Personal, ...] = ()
    code: str | None = None


class LiaisonAccepted(Fact, frozen=True, tag="liaison.accepted"):
    """The residence committee has put him on its list."""


class LiaisonRefused(Fact, frozen=True, tag="liaison.refused"):
    """The residence committee did not take him; another introduction is another liaison."""

    reason: Personal = ERASED


class LiaisonAssigned(Fact, frozen=True, tag="liaison.assigned"):
    """From that day this cell keeps in touch with him."""

    cell: Id


class StrengthsChanged(Fact, frozen=True, tag="liaison.strengths_changed"):
    """What he can do for the place, all of it, from that day on."""

    strengths: tuple[Personal, ...] = ()


class MessageSent(Fact, frozen=True, tag="liaison.message_sent"):
    """One of the two committees writes to the other about him; `from_committee` is the one that writes."""

    from_committee: Id
    text: Personal = ERASED


class ContactKind(StrEnum):
    """How the cell and its resident were in touch."""

    MEETING = "meeting"
    VISIT = "visit"
    OPINION = "opinion"
    CONTRIBUTION = "contribution"


class ContactMade(Fact, frozen=True, tag="liaison.contact_made"):
    """That there was a contact, and when; never what was said."""

    on: date
    kind: ContactKind


class RemarkRequested(Fact, frozen=True, tag="liaison.remark_requested"):
    """Somebody needs a remark for that year, also of a member of whom none is due."""

    year: int


class RemarkDrafted(Fact, frozen=True, tag="liaison.remark_drafted"):
    """The cell's draft; `consulted` are the bodies that were asked, `items` a band for each task that was looked at."""

    year: int
    band: Band
    items: dict[str, Band] = field(default_factory=dict)
    consulted: tuple[str, ...] = ()
    sha256: str | None = None


class RemarkConfirmed(Fact, frozen=True, tag="liaison.remark_confirmed"):
    """The committee stands by the last draft of that year."""

    year: int


class LiaisonGround(StrEnum):
    """Why a liaison ends."""

    MOVED = "moved"
    RETIRED = "retired"
    DIED = "died"
    LEFT = "left"


class LiaisonEnded(Fact, frozen=True, tag="liaison.ended"):
    """Either side has ended it."""

    ground: LiaisonGround
