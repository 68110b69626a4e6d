"""What a member's stream says: his cell, his status, his home, where he is going, what he was given, as of any day."""

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import ClassVar, NamedTuple

from events.fact import Fact, Id, Refused
from events.member.facts import (
    MemberAdmitted,
    MemberDisciplined,
    MemberRecognised,
    ResidenceDeclared,
    RewardForm,
    RewardGiven,
    SanctionForm,
    Status,
    TransferIntroduced,
    TransferKind,
    TransferReceived,
    TransferRefused,
)
from events.papers import Decision
from events.timeline import Span, Timeline
from events.working_days import months_after


class Reward(NamedTuple):
    """A reward as it was recorded; `position` is its fact's place in the log."""

    position: int
    on: date
    form: RewardForm
    decision: Decision


class Sanction(NamedTuple):
    """A sanction as it was recorded; `position` is its fact's place in the log, `on` its announcement."""

    position: int
    on: date
    form: SanctionForm
    decision: Decision


class TransferState(StrEnum):
    """What has become of a transfer by some day."""

    IN_TRANSIT = "in_transit"
    OVERDUE = "overdue"
    RECEIVED = "received"
    REFUSED = "refused"


@dataclass
class Transfer:
    """One introduction and what became of it."""

    introduced: TransferIntroduced
    introduced_on: date
    outcome: TransferState | None = None
    ended_on: date | None = None

    def in_transit(self, day: date) -> bool:
        """Introduced by then, and neither received nor refused by then."""
        return self.introduced_on <= day and (self.ended_on is None or day < self.ended_on)

    def away(self, day: date) -> bool:
        """Temporarily at the destination: from reception to the last day of the transfer's term, which is included."""
        if self.introduced.kind is not TransferKind.TEMPORARY or self.outcome is not TransferState.RECEIVED:
            return False
        return (
            self.ended_on is not None
            and self.ended_on <= day
            and (self.introduced.until is None or day <= self.introduced.until)
        )

    def state_on(self, day: date) -> TransferState | None:
        """None before the introduction. Overdue is a question of dates: nothing happens on the day after `due_on`."""
        if day < self.introduced_on:
            return None
        if self.in_transit(day):
            due_on = self.introduced.due_on
            return TransferState.OVERDUE if due_on is not None and day > due_on else TransferState.IN_TRANSIT
        return self.outcome


class Standing(StrEnum):
    """How a member stands to a cell on some day."""

    FULL = "full"
    TEMPORARY_IN = "temporary_in"
    TEMPORARY_OUT = "temporary_out"
    EXEMPT = "exempt"
    IN_TRANSIT = "in_transit"
    OUT = "out"


@dataclass
class Member:
    """One member; `since` and `left_on` bound everything that holds of him."""

    KIND: ClassVar[str] = "member"

    admitted: MemberAdmitted | None = None
    since: date | None = None
    left_on: date | None = None
    cells: Timeline[Id] = field(default_factory=Timeline)
    statuses: Timeline[Status] = field(default_factory=Timeline)
    residences: Timeline[ResidenceDeclared] = field(default_factory=Timeline)
    transfers: dict[Id, Transfer] = field(default_factory=dict)
    rewards: list[Reward] = field(default_factory=list)
    sanctions: list[Sanction] = field(default_factory=list)

    def see(self, fact: Fact, on: date, position: int) -> None:
        """Take in one more fact."""
        match fact:
            case MemberAdmitted():
                self.admitted, self.since = fact, on
                self.cells.change(on, position, fact.cell)
                self.statuses.change(on, position, fact.status)
            case MemberRecognised():
                self.statuses.change(on, position, Status.OFFICIAL)
            case ResidenceDeclared():
                self.residences.change(on, position, fact)
            case TransferIntroduced(transfer=transfer):
                self.transfers[transfer] = Transfer(fact, on)
            case TransferReceived(transfer=transfer) | TransferRefused(transfer=transfer):
                self._answer(self.transfers[transfer], fact, on, position)
            case RewardGiven(form=form, decision=decision):
                self.rewards.append(Reward(position, on, form, decision))
            case MemberDisciplined(form=sanction, decision=decision):
                self.sanctions.append(Sanction(position, on, sanction, decision))
                if sanction is SanctionForm.EXPULSION:
                    self.left_on = on if self.left_on is None else min(self.left_on, on)

    def _answer(self, transfer: Transfer, answer: Fact, on: date, position: int) -> None:
        received = isinstance(answer, TransferReceived)
        transfer.outcome, transfer.ended_on = TransferState.RECEIVED if received else TransferState.REFUSED, on
        if received and transfer.introduced.kind is TransferKind.OFFICIAL:
            self.cells.change(on, position, transfer.introduced.to)

    def listed_on(self, day: date) -> bool:
        """On the roll of some cell: admitted by that day, and not gone by it."""
        return self.since is not None and self.since <= day and (self.left_on is None or day < self.left_on)

    def cell_on(self, day: date) -> Id | None:
        """Where he counts; the one cell of a member in transit is still the origin."""
        return self.cells.at(day) if self.listed_on(day) else None

    def status_on(self, day: date) -> Status | None:
        """Probationary or official; None where he is on no roll."""
        return self.statuses.at(day) if self.listed_on(day) else None

    def residence_on(self, day: date) -> ResidenceDeclared | None:
        """Where he lives; None where nobody has said."""
        return self.residences.at(day) if self.listed_on(day) else None

    def in_transit(self, day: date) -> Transfer | None:
        """The open introduction of that day, of either kind."""
        if not self.listed_on(day):
            return None
        return next((transfer for transfer in self.transfers.values() if transfer.in_transit(day)), None)

    def away(self, day: date) -> Transfer | None:
        """The temporary transfer that he is on, which an official one from its origin to elsewhere has ended."""
        cell = self.cell_on(day)
        return next(
            (t for t in self.transfers.values() if t.away(day) and t.introduced.from_cell == cell),
            None,
        )

    def cell_spans(self) -> tuple[Span[Id], ...]:
        """The cells in which he counted, from when to when."""
        return self.cells.spans(end=self.left_on)

    def residence_spans(self) -> tuple[Span[ResidenceDeclared], ...]:
        """Where he lived, from when to when, for as long as he is a member."""
        return self.residences.spans(end=self.left_on)

    def sanction_spans(self) -> tuple[Span[Sanction], ...]:
        """Each from its announcement to the day on which it has lapsed; several may be in force together."""
        in_order = sorted(self.sanctions, key=lambda sanction: (sanction.on, sanction.position))
        announced = [sanction.on for sanction in in_order]
        return tuple(Span(s.on, lapses_on(s.form, s.on, announced), s) for s in in_order)

    def sanctions_on(self, day: date) -> tuple[Sanction, ...]:
        """Those in force on that day."""
        return tuple(s.value for s in self.sanction_spans() if s.since <= day and (s.until is None or day < s.until))


def lapses_on(form: SanctionForm, announced: date, others: list[date] | None = None) -> date | None:
    """The day from which a sanction no longer holds, by dates alone: no fact is needed and no timer runs.

    One year after its announcement, unless a new sanction was announced within that year (`others`): the earlier one
    then holds as long as the new one. An expulsion never lapses.
    """
    if form is SanctionForm.EXPULSION:
        return None
    end = months_after(announced, 12)
    for other in sorted(others or ()):
        if announced < other < end:
            end = months_after(other, 12)
    return end


def standing(member: Member, on: date, seen_from: Id | None = None) -> Standing:
    """How he stands on that day; `seen_from` the cell that he is with for a time, he is `temporary_in`.

    An introduction that nobody has answered comes before a temporary absence: it is what somebody must act on.
    """
    if not member.listed_on(on):
        return Standing.OUT
    if member.in_transit(on):
        return Standing.IN_TRANSIT
    if away := member.away(on):
        return Standing.TEMPORARY_IN if seen_from == away.introduced.to else Standing.TEMPORARY_OUT
    return Standing.FULL


def must_be_listed(member: Member, on: date) -> None:
    """No fact takes effect before the admission or after the end.

    Raises:
        Refused: `member.not_yet_admitted`, `member.left`.
    """
    if member.since is None or on < member.since:
        raise Refused("member.not_yet_admitted", "on that day the member is not on the roll yet")
    if member.left_on is not None and on >= member.left_on:
        raise Refused("member.left", f"the membership ended on {member.left_on}")
