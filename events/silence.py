"""A silence: somebody says, for all to see, that nothing is sent about something until an instant."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar

from events.fact import Fact, Id, Refused
from events.subscription import About

# Facts


class SilenceBegun(Fact, frozen=True, tag="silence.begun"):
    """What the organisation is told about it stands in its inbox only; without `facts`, whatever it is.

    Who wants it is who recorded it, and why is the record's reason.
    """

    organisation: Id
    about: About
    until: datetime
    facts: tuple[str, ...] = ()


class SilenceEnded(Fact, frozen=True, tag="silence.ended"):
    """Before its time: what is told from now on is sent."""


FACTS = (SilenceBegun, SilenceEnded)

# State


@dataclass
class Silence:
    """One silence; it is over at its instant, or when somebody ended it."""

    KIND: ClassVar[str] = "silence"

    begun: SilenceBegun | None = None
    ended_on: date | None = None

    def see(self, fact: Fact, on: date, _position: int) -> None:
        """Take in one more fact."""
        match fact:
            case SilenceBegun():
                self.begun = fact
            case SilenceEnded():
                self.ended_on = on


# Decisions


def silence(state: Silence, begun: SilenceBegun, _on: date) -> list[Fact]:
    """A new silence; the same said again adds nothing.

    Raises:
        Refused: `silence.exists`, this id is that of another one.
    """
    if state.begun is None:
        return [begun]
    if state.begun == begun:
        return []
    raise Refused("silence.exists", "on record already, and otherwise: end it, and begin another", "/id")


def end(state: Silence, _on: date) -> list[Fact]:
    """Before its time; one that is over by itself may be ended, too, and it changes nothing."""
    return [SilenceEnded()] if state.ended_on is None else []
