"""The classification of a cell, an organisation or a member for a year: decided, re-opened, decided again."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import ClassVar
from uuid import UUID, uuid5

from events.fact import ERASED, Fact, Id, Personal, Refused
from events.timeline import Timeline

# Facts


class YearBand(StrEnum):
    """From the best to the worst."""

    EXCELLENT = "excellent"
    GOOD = "good"
    COMPLETED = "completed"
    NOT_COMPLETED = "not_completed"


class Rated(StrEnum):
    """What is classified: an organisation by its kind, or a member."""

    PROVINCE = "province"
    SUPERIOR = "superior"
    GRASSROOTS = "grassroots"
    SECTIONAL = "sectional"
    CELL = "cell"
    MEMBER = "member"


class ClassificationDecided(Fact, frozen=True, tag="classification.decided"):
    """The band of a year, and the points where they were told.

    `cell` is that of a member. The year is charged to where the subject stood on `placed_on`, also when it is decided
    again years later. `quota` is the stream in which an excellent one is counted.
    """

    subject: Id
    kind: Rated
    year: int
    band: YearBand
    placed_on: date
    points: Decimal | None = None
    cell: Id | None = None
    quota: Id | None = None


class ClassificationReopened(Fact, frozen=True, kw_only=True, tag="classification.reopened"):
    """Facts were found later: until it is decided again, there is no band."""

    subject: Id
    year: int
    reason: Personal = ERASED


# State


@dataclass
class Classification:
    """One subject's year; `band` is None before it is decided and while it is re-opened."""

    KIND: ClassVar[str] = "classification"

    decided: ClassificationDecided | None = None
    band: YearBand | None = None
    bands: Timeline[ClassificationDecided | None] = field(default_factory=Timeline)
    reopened: ClassificationReopened | None = None
    latest_on: date = date.min

    def see(self, fact: Fact, on: date, position: int) -> None:
        """Take in one more fact."""
        self.latest_on = max(self.latest_on, on)
        match fact:
            case ClassificationDecided():
                self.decided, self.band, self.reopened = fact, fact.band, None
                self.bands.change(on, position, fact)
            case ClassificationReopened():
                self.band, self.reopened = None, fact
                self.bands.change(on, position, None)

    @property
    def member(self) -> Id | None:
        """The member whose year it is; None where it is an organisation's."""
        return self.decided.subject if self.decided is not None and self.decided.kind is Rated.MEMBER else None


def stream_of(subject: Id, year: int) -> Id:
    """The stream of a subject's year: the same for everybody who asks."""
    return Id(str(uuid5(UUID(subject), f"classification:{year}")))


# Decisions; from how many points on a band may be given is the rule pack's to say


ANY: Mapping[str, Decimal] = {}
"""Where no pack holds, any points go with any band."""


def says_the_same(classification: Classification, decided: ClassificationDecided) -> bool:
    """Whether that band stands already, by the same points."""
    known = classification.decided
    return (
        known is not None
        and classification.band is decided.band
        and (known.subject, known.year, known.points) == (decided.subject, decided.year, decided.points)
    )


def classify(
    classification: Classification, decided: ClassificationDecided, on: date, *, least: Mapping[str, Decimal] = ANY
) -> list[Fact]:
    """A band for a year (366-QĐ/TW of 30 Aug 2025), once, until it is re-opened; points allow a worse one than theirs.

    `least`: from how many points on each band is given, by the pack in force for the year.

    Raises:
        Refused: `classification.decided` (otherwise, already), `classification.year_not_begun`,
            `classification.too_early` (before the re-opening), `classification.points` (fewer than the band asks for).
    """
    if says_the_same(classification, decided):
        return []
    if classification.band is not None:
        raise Refused("classification.decided", "the band of this year is decided already: re-open it first", "/band")
    if decided.year > on.year:
        raise Refused("classification.year_not_begun", "that year has not begun on that day", "/year")
    _must_go_on(classification, on)
    wanted = least.get(decided.band, Decimal())
    if decided.points is not None and decided.points < wanted:
        raise Refused("classification.points", f"{decided.band} asks for {wanted:f} points", "/points")
    return [decided]


def reopen(classification: Classification, reason: str, on: date) -> list[Fact]:
    """A decided year is opened again, for facts found later; it stays charged to where it happened.

    Raises:
        Refused: `classification.not_decided`, `classification.too_early`.
    """
    if classification.reopened is not None:
        return []
    if classification.decided is None or classification.band is None:
        raise Refused("classification.not_decided", "there is no band of that year to be opened again")
    _must_go_on(classification, on)
    decided = classification.decided
    return [ClassificationReopened(subject=decided.subject, year=decided.year, reason=reason)]


def _must_go_on(classification: Classification, on: date) -> None:
    if on < classification.latest_on:
        raise Refused("classification.too_early", f"the step before is of {classification.latest_on}", "/effective_on")
