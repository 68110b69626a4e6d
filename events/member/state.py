"""What a member's stream says: his cell, his status, his home, where he is going, what he was given, as of any day."""

from dataclasses import dataclass, field
from datetime import date
from typing import ClassVar

from events.fact import Fact, Id, Refused
from events.member.facts import (
    MemberAdmitted,
    MemberDisciplined,
    MemberErased,
    MemberMoved,
    MemberRecognised,
    ResidenceDeclared,
    RewardGiven,
    SanctionForm,
    Status,
    TransferIntroduced,
    TransferKind,
    TransferReceived,
    TransferRefused,
)
from events.member.honours import Reward, Sanction, in_force
from events.member.moved import Moved
from events.member.transit import Transfer, TransferState
from events.timeline import Span, Timeline


@dataclass
class Member:
    """One member; `since` and `left_on` bound all that holds of him, `latest_on` is the last day of any fact."""

    KIND: ClassVar[str] = "member"

    admitted: MemberAdmitted | None = None
    since: date | None = None
    left_on: date | None = None
    latest_on: date | None = None
    cells: Timeline[Id] = field(default_factory=Timeline)
    statuses: Timeline[Status] = field(default_factory=Timeline)
    residences: Timeline[ResidenceDeclared] = field(default_factory=Timeline)
    moves: list[Moved] = field(default_factory=list)
    transfers: dict[Id, Transfer] = field(default_factory=dict)
    rewards: list[Reward] = field(default_factory=list)
    sanctions: list[Sanction] = field(default_factory=list)
    erased: bool = False

    def see(self, fact: Fact, on: date, position: int) -> None:
        """Take in one more fact."""
        if isinstance(fact, MemberErased):
            self.erased = True
            return
        self.latest_on = on if self.latest_on is None else max(self.latest_on, on)
        match fact:
            case MemberAdmitted():
                self.admitted, self.since = fact, on
                self.cells.change(on, position, fact.cell)
                self.statuses.change(on, position, fact.status)
            case MemberRecognised():
                self.statuses.change(on, position, Status.OFFICIAL)
            case ResidenceDeclared():
                self.residences.change(on, position, fact)
            case MemberMoved(cell=cell, from_cell=from_cell):
                self._moved(Moved(on, from_cell, cell), position)
            case TransferIntroduced(transfer=transfer):
                self.transfers[transfer] = Transfer(fact, on)
            case TransferReceived(transfer=transfer) | TransferRefused(transfer=transfer):
                self._answer(self.transfers[transfer], fact, on, position)
            case RewardGiven(form=form, decision=decision):
                self.rewards.append(Reward(position, on, form, decision))
            case MemberDisciplined():
                self._disciplined(fact, on, position)

    def _answer(self, transfer: Transfer, answer: Fact, on: date, position: int) -> None:
        received = isinstance(answer, TransferReceived)
        transfer.outcome, transfer.ended_on = TransferState.RECEIVED if received else TransferState.REFUSED, on
        if received and transfer.introduced.kind is TransferKind.OFFICIAL:
            self.cells.change(on, position, transfer.introduced.to)

    def _moved(self, move: Moved, position: int) -> None:
        self.moves.append(move)
        if self.cells.at(move.on) == move.from_cell:
            self.cells.change(move.on, position, move.cell)

    def _disciplined(self, fact: MemberDisciplined, on: date, position: int) -> None:
        self.sanctions.append(Sanction(position, on, fact.form, fact.decision))
        if fact.form is SanctionForm.EXPULSION:
            self.left_on = on if self.left_on is None else min(self.left_on, on)

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
        """Each sanction, from when to when it is in force."""
        return in_force(self.sanctions)

    def sanctions_on(self, day: date) -> tuple[Sanction, ...]:
        """Those in force on that day."""
        return tuple(s.value for s in self.sanction_spans() if s.since <= day and (s.until is None or day < s.until))


def must_be_listed(member: Member, on: date) -> None:
    """No fact takes effect before the admission or after the end.

    Raises:
        Refused: `member.not_yet_admitted`, `member.left`.
    """
    if member.since is None or on < member.since:
        raise Refused("member.not_yet_admitted", "on that day the member is not on the roll yet")
    if member.left_on is not None and on >= member.left_on:
        raise Refused("member.left", f"the membership ended on {member.left_on}")
