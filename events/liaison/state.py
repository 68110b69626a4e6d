"""What a liaison's stream says: how far it has come, who follows the member, and what was written of which year."""

from dataclasses import dataclass, field
from datetime import date
from typing import ClassVar

from events.fact import Fact, Id, Refused
from events.liaison.facts import (
    ContactKind,
    ContactMade,
    LiaisonAccepted,
    LiaisonAssigned,
    LiaisonEnded,
    LiaisonIntroduced,
    LiaisonRefused,
    MessageSent,
    RemarkConfirmed,
    RemarkDrafted,
    RemarkRequested,
    StrengthsChanged,
)
from events.timeline import Timeline


@dataclass
class Liaison:
    """One introduction and what came of it; `latest_on` is the last day of a contact or of work on a remark."""

    KIND: ClassVar[str] = "liaison"

    introduced: LiaisonIntroduced | None = None
    introduced_on: date | None = None
    accepted_on: date | None = None
    refused_on: date | None = None
    ended: LiaisonEnded | None = None
    ended_on: date | None = None
    latest_on: date | None = None
    cells: Timeline[Id] = field(default_factory=Timeline)
    contacts: set[tuple[date, ContactKind]] = field(default_factory=set)
    requested: set[int] = field(default_factory=set)
    drafts: dict[int, RemarkDrafted] = field(default_factory=dict)
    confirmed: set[int] = field(default_factory=set)
    strengths: Timeline[tuple[str, ...]] = field(default_factory=Timeline)
    messages: list[tuple[date, MessageSent]] = field(default_factory=list)

    def see(self, fact: Fact, on: date, position: int) -> None:
        """Take in one more fact."""
        match fact:
            case LiaisonIntroduced():
                self.introduced, self.introduced_on = fact, on
                self.strengths.change(on, position, fact.strengths)
            case LiaisonAccepted():
                self.accepted_on = on
            case LiaisonRefused():
                self.refused_on = on
            case LiaisonAssigned(cell=cell):
                self.cells.change(on, position, cell)
            case StrengthsChanged(strengths=strengths):
                self.strengths.change(on, position, strengths)
            case MessageSent():
                self.messages.append((on, fact))
            case ContactMade():
                self.contacts.add((fact.on, fact.kind))
                self._see_work(max(on, fact.on))
            case LiaisonEnded():
                self.ended, self.ended_on = fact, on
            case _:
                self._see_work(on)
                self._see_remark(fact)

    def _see_work(self, on: date) -> None:
        self.latest_on = on if self.latest_on is None else max(self.latest_on, on)

    def _see_remark(self, fact: Fact) -> None:
        match fact:
            case RemarkRequested(year=year):
                self.requested.add(year)
            case RemarkDrafted(year=year):
                self.drafts[year] = fact
            case RemarkConfirmed(year=year):
                self.confirmed.add(year)


def must_be_introduced(liaison: Liaison, on: date) -> LiaisonIntroduced:
    """Nothing happens before the introduction or after the end; answers the introduction.

    Raises:
        Refused: `liaison.not_introduced`, `liaison.ended`.
    """
    if liaison.introduced is None or liaison.introduced_on is None or on < liaison.introduced_on:
        raise Refused("liaison.not_introduced", "on that day the member has not been introduced")
    if liaison.ended_on is not None and on >= liaison.ended_on:
        raise Refused("liaison.ended", f"the liaison ended on {liaison.ended_on}")
    return liaison.introduced


def must_be_accepted(liaison: Liaison, on: date) -> LiaisonIntroduced:
    """What follows the acceptance needs it, by that day; answers the introduction.

    Raises:
        Refused: `liaison.not_introduced`, `liaison.ended`, `liaison.not_accepted`.
    """
    introduced = must_be_introduced(liaison, on)
    if liaison.accepted_on is None or on < liaison.accepted_on:
        raise Refused("liaison.not_accepted", "on that day the residence committee has not accepted the member")
    return introduced
