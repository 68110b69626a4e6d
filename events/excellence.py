"""How many may be excellent in a year: a fifth of those rated good, counted apart for cells and for members."""

from dataclasses import dataclass, field
from datetime import date
from typing import ClassVar
from uuid import UUID, uuid5

from events.classification import Rated
from events.fact import Fact, Id, Refused

# Facts


class ExcellenceGranted(Fact, frozen=True, tag="excellence.granted"):
    """One more of that kind is excellent in that year, within an organisation.

    Written together with the classification, so that of two who ask for the last place one finds the stream moved.
    """

    within: Id
    year: int
    kind: Rated
    subject: Id


class ExcellenceGivenUp(Fact, frozen=True, tag="excellence.given_up"):
    """The subject's year was opened again: its place is free."""

    subject: Id


# State

SHARE = 5
"""One in so many of those rated good."""


@dataclass
class Excellence:
    """The excellent ones of one kind in one year within one organisation."""

    KIND: ClassVar[str] = "excellence"

    holders: set[Id] = field(default_factory=set)

    def see(self, fact: Fact, _on: date, _position: int) -> None:
        """Take in one more fact."""
        match fact:
            case ExcellenceGranted(subject=subject):
                self.holders.add(subject)
            case ExcellenceGivenUp(subject=subject):
                self.holders.discard(subject)


def stream_of(within: Id, year: int, kind: Rated) -> Id:
    """The stream that counts them: the same for everybody who asks."""
    return Id(str(uuid5(UUID(within), f"excellence:{year}:{kind}")))


def needed(excellence: Excellence, subject: Id) -> int:
    """How many must be rated good before the subject may be excellent beside those who are."""
    return SHARE * len(excellence.holders | {subject})


# Decisions


def grant(excellence: Excellence, granted: ExcellenceGranted, good: int, _on: date) -> list[Fact]:
    """One more is excellent; `good` are rated good already, of whom at most a fifth, rounded down, may be.

    The cap is that of 366-QĐ/TW of 30 Aug 2025.

    Raises:
        Refused: `classification.excellent_cap`.
    """
    if granted.subject in excellence.holders:
        return []
    if good < needed(excellence, granted.subject):
        taken, allowed = len(excellence.holders), good // SHARE
        raise Refused(
            "classification.excellent_cap",
            f"{good} are rated good, a fifth of whom ({allowed}) may be excellent, and {taken} are: rate more first",
            "/band",
            {"good": good, "allowed": allowed, "excellent": taken},
        )
    return [granted]


def give_up(excellence: Excellence, subject: Id, _on: date) -> list[Fact]:
    """A place is free again; nothing new where the subject has none."""
    return [ExcellenceGivenUp(subject=subject)] if subject in excellence.holders else []
