"""The oath review of one cell: who was on the roll, who reported, who was excused."""

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import ClassVar
from uuid import UUID, uuid5

from events.fact import Fact, Id, Refused

# Facts


class Excuse(StrEnum):
    """Why somebody on the roll does not report."""

    EXEMPT = "exempt"
    TEMPORARILY_AWAY = "temporarily_away"
    ILL = "ill"
    OTHER = "other"


class OathReviewOpened(Fact, frozen=True, tag="oath_review.opened"):
    """The roll is frozen: who comes later is not asked, who goes later is still counted."""

    campaign: Id
    cell: Id
    roll: tuple[Id, ...]
    closes_on: date


class OathReported(Fact, frozen=True, tag="oath_review.reported"):
    """A member presented the review: numbers of promises, and of opinions heard; the text of it stays outside."""

    member: Id
    kept: int
    not_well: int
    not_done: int
    opinions: int
    meeting: Id | None = None


class MemberExcused(Fact, frozen=True, tag="oath_review.excused"):
    """A member on the roll does not report, for a reason of the list."""

    member: Id
    reason: Excuse


class OathReviewClosed(Fact, frozen=True, tag="oath_review.closed"):
    """The cell's review is over."""


# State


@dataclass
class OathReview:
    """One cell's review in one campaign."""

    KIND: ClassVar[str] = "oath_review"

    opened: OathReviewOpened | None = None
    roll: frozenset[Id] = frozenset()
    reported: dict[Id, OathReported] = field(default_factory=dict)
    excused: dict[Id, Excuse] = field(default_factory=dict)
    closed_on: date | None = None

    def see(self, fact: Fact, on: date, _position: int) -> None:
        """Take in one more fact."""
        match fact:
            case OathReviewOpened():
                self.opened, self.roll = fact, frozenset(fact.roll)
            case OathReported(member=member):
                self.reported[member] = fact
                self.excused.pop(member, None)
            case MemberExcused(member=member, reason=reason):
                self.excused[member] = reason
            case OathReviewClosed():
                self.closed_on = on


def stream_of(campaign: Id, cell: Id) -> Id:
    """The stream of that cell's review: the same for everybody who asks."""
    return Id(str(uuid5(UUID(campaign), cell)))


# Decisions


def open_review(review: OathReview, opened: OathReviewOpened, _on: date) -> list[Fact]:
    """The cell's roll is frozen, once.

    Raises:
        Refused: `oath_review.exists`, `oath_review.member_twice`.
    """
    if review.opened == opened:
        return []
    if review.opened is not None:
        raise Refused("oath_review.exists", "this review is open already, and its roll is frozen")
    if len(set(opened.roll)) < len(opened.roll):
        raise Refused("oath_review.member_twice", "a member stands on the roll twice", "/roll")
    return [opened]


def report(review: OathReview, reported: OathReported, on: date) -> list[Fact]:
    """A member presents the review, once; someone excused before may still do so.

    Raises:
        Refused: `oath_review.closed`, `oath_review.not_on_roll`, `oath_review.has_reported` (otherwise, already).
    """
    if review.reported.get(reported.member) == reported:
        return []
    _must_take(review, reported.member, on)
    if reported.member in review.reported:
        raise Refused("oath_review.has_reported", "this member's report is on record already, and otherwise", "/member")
    return [reported]


def excuse(review: OathReview, member: Id, reason: Excuse, on: date) -> list[Fact]:
    """The cell explains why a member on the roll does not report.

    Raises:
        Refused: `oath_review.closed`, `oath_review.not_on_roll`, `oath_review.has_reported`.
    """
    if review.excused.get(member) == reason:
        return []
    _must_take(review, member, on)
    if member in review.reported:
        raise Refused("oath_review.has_reported", "who has reported needs no excuse", "/member")
    return [MemberExcused(member=member, reason=reason)]


def close_review(review: OathReview, _on: date) -> list[Fact]:
    """The cell's review ends with its campaign; what is missing stays visible as unexplained."""
    return [OathReviewClosed()] if review.opened is not None and review.closed_on is None else []


def _must_take(review: OathReview, member: Id, on: date) -> None:
    if review.opened is None or (review.closed_on is not None and on >= review.closed_on):
        raise Refused("oath_review.closed", "the review is not open on that day")
    if member not in review.roll:
        raise Refused("oath_review.not_on_roll", "not on the roll that was frozen at the start", "/member")
