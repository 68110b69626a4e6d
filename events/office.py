"""The offices of an organisation: who is appointed to which and until when, and what post is held beside it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from events.fact import Fact, Id
from events.timeline import Timeline

# Facts


class Office(StrEnum):
    """From who leads the organisation to who has it in charge for those above it."""

    SECRETARY = "secretary"
    DEPUTY_SECRETARY = "deputy_secretary"
    COMMITTEE_MEMBER = "committee_member"
    SUPERVISOR = "supervisor"


class Post(StrEnum):
    """What an officer may be beside his office: such as the head of the village or of the unit."""

    VILLAGE_HEAD = "village_head"
    STREET_HEAD = "street_head"
    UNIT_HEAD = "unit_head"
    FRONT_HEAD = "front_head"
    YOUTH_SECRETARY = "youth_secretary"
    OTHER = "other"


class OfficerAppointed(Fact, frozen=True, tag="organisation.officer_appointed"):
    """A member holds an office from that day; said again with another post, the post changes and the office goes on."""

    member: Id
    office: Office
    concurrently: Post | None = None


class OfficerEnded(Fact, frozen=True, tag="organisation.officer_ended"):
    """A member holds an office no longer; who leaves the roll holds none without a word."""

    member: Id
    office: Office


FACTS = (OfficerAppointed, OfficerEnded)

# State


class Held(NamedTuple):
    """That an office is held, and the post beside it."""

    concurrently: Post | None


class Term(NamedTuple):
    """A member in an office from the day `since` on and until, not including, `until`; None: no end is known."""

    member: Id
    office: Office
    concurrently: Post | None
    since: date
    until: date | None


@dataclass
class Offices:
    """Every office of one organisation, as its stream tells of it: who has left the roll is not known here."""

    held: dict[tuple[Office, Id], Timeline[Held | None]] = field(default_factory=dict)

    def see(self, fact: Fact, on: date, position: int) -> None:
        """Take in one more fact of the organisation's stream."""
        match fact:
            case OfficerAppointed(member=member, office=office, concurrently=post):
                self.held.setdefault((office, member), Timeline()).change(on, position, Held(post))
            case OfficerEnded(member=member, office=office):
                self.held.setdefault((office, member), Timeline()).change(on, position, None)

    def held_on(self, office: Office, member: Id, day: date) -> Held | None:
        """Whether the member holds that office on that day, and with which post beside it."""
        line = self.held.get((office, member))
        return None if line is None else line.at(day)

    def ended_on(self, office: Office, member: Id, day: date) -> bool:
        """Whether it is on record that the member's office ends on that very day."""
        line = self.held.get((office, member))
        return line is not None and any(change.on == day and change.value is None for change in line.changes)

    def terms(self) -> Iterator[Term]:
        """Every term, one after another where the post beside the office changed."""
        for (office, member), line in self.held.items():
            for since, until, held in line.spans():
                if held is not None:
                    yield Term(member, office, held.concurrently, since, until)

    def until(self, office: Office, member: Id, day: date) -> date | None:
        """The day on which an office that the member takes on `day` is known to end; None: on none."""
        line = self.held.get((office, member))
        later = (
            [] if line is None else [change.on for change in line.changes if change.on > day and change.value is None]
        )
        return min(later, default=None)
