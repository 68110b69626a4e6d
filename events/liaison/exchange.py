"""What the two committees tell each other of a resident: what he can do for the place, and messages about him."""

from datetime import date

from events.fact import Fact, Id, Refused
from events.liaison.facts import LiaisonIntroduced, MessageSent, StrengthsChanged
from events.liaison.state import Liaison, must_be_introduced


def change_strengths(liaison: Liaison, changed: StrengthsChanged, on: date) -> list[Fact]:
    """From that day on these are his strengths, all of them; either side may know of one.

    Raises:
        Refused: `liaison.not_introduced`, `liaison.refused`, `liaison.ended`, `liaison.strength_twice`.
    """
    if liaison.strengths.at(on) == changed.strengths:
        return []
    _must_be_open(liaison, on)
    if len(set(changed.strengths)) < len(changed.strengths):
        raise Refused("liaison.strength_twice", "a strength is named once", "/strengths")
    return [changed]


def send_message(liaison: Liaison, sent: MessageSent, on: date) -> list[Fact]:
    """One side writes to the other. The same text again is another message: only its key makes it the same.

    Raises:
        Refused: `liaison.not_introduced`, `liaison.refused`, `liaison.ended`, `liaison.nobody_to_write_to` (no
            workplace is on record).
    """
    introduced = _must_be_open(liaison, on)
    if sent.from_committee == introduced.committee and introduced.workplace is None:
        raise Refused("liaison.nobody_to_write_to", "no workplace is on record of this resident")
    return [sent]


def is_from_residence(sent: MessageSent, introduced: LiaisonIntroduced) -> bool:
    """Whether the committee where he lives wrote it; else it was the one where he works."""
    return sent.from_committee == introduced.committee


def other_side(sent: MessageSent, introduced: LiaisonIntroduced, works_in: Id | None) -> Id | None:
    """To whom a message goes: `works_in` is his cell of the day, which answers for him whatever cell introduced him."""
    return works_in or introduced.workplace if is_from_residence(sent, introduced) else introduced.committee


def _must_be_open(liaison: Liaison, on: date) -> LiaisonIntroduced:
    introduced = must_be_introduced(liaison, on)
    if liaison.refused_on is not None and on >= liaison.refused_on:
        raise Refused("liaison.refused", "this introduction was refused; a new one is another liaison")
    return introduced
