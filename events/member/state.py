"""What a member's stream says: his cell, his status, his home, where he is going, what he was given, as of any day."""

from dataclasses import dataclass, field
from datetime import date
from typing import ClassVar

from events.fact import Fact, Id, Refused
from events.member.absences import Absences
from events.member.facts import (
    MemberAdmitted,
    MemberDisciplined,
    MemberErased,
    MemberMoved,
    MemberRecognised,
    ResidenceDeclared,
    RewardForm,
    RewardGiven,
    SanctionForm,
    Status,
    TransferIntroduced,
    TransferKind,
    TransferReceived,
)
from events.member.facts_of_life import MemberAppointed, MemberDied, MemberRemoved, RemovalComplained, RemovalRestored
from events.member.facts_of_order import ComplaintAnswered, SanctionComplained, SanctionRestored
from events.member.honours import Reward, Sanction, Sanctions
from events.member.membership import Membership
from events.member.moved import Moved, led_on
from events.member.removed import Removal
from events.member.transit import OF_ONE_TRANSFER, Transfer, TransferState
from events.papers import Decision
from events.timeline import Span, Timeline


@dataclass
class Member:
    """One member; nothing holds of him before `since`, `latest_on` is the last day of any fact.

    `rewards` are known by their papers.
    """

    KIND: ClassVar[str] = "member"

    admitted: MemberAdmitted | None = None
    since: date | None = None
    latest_on: date | None = None
    cells: Timeline[Id] = field(default_factory=Timeline)
    statuses: Timeline[Status] = field(default_factory=Timeline)
    residences: Timeline[ResidenceDeclared] = field(default_factory=Timeline)
    moves: list[Moved] = field(default_factory=list)
    transfers: dict[Id, Transfer] = field(default_factory=dict)
    rewards: dict[tuple[RewardForm, Decision], Reward] = field(default_factory=dict)
    sanctions: Sanctions = field(default_factory=Sanctions)
    erased: bool = False
    membership: Membership = field(default_factory=Membership)
    removals: list[Removal] = field(default_factory=list)
    absences: Absences = field(default_factory=Absences)
    appointments: list[tuple[date, MemberAppointed]] = field(default_factory=list)

    def see(self, fact: Fact, on: date, position: int) -> None:
        """Take in one more fact."""
        if isinstance(fact, MemberErased):
            self.erased = True
            return
        self.latest_on = on if self.latest_on is None else max(self.latest_on, on)
        match fact:
            case MemberAdmitted():
                self.admitted, self.since = fact, on
                self.membership.begin(on, position)
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
            case _ if isinstance(fact, OF_ONE_TRANSFER):
                self._transferred(self.transfers[fact.transfer], fact, on, position)
            case RewardGiven(form=form, decision=decision):
                self.rewards.setdefault((form, decision), Reward(position, on, form, decision))
            case _:
                self._take_course(fact, on, position)

    def _take_course(self, fact: Fact, on: date, position: int) -> None:
        """What he was disciplined with, what he need not do, and how he leaves or comes back."""
        match fact:
            case MemberDisciplined(form=form):
                self.sanctions.announce(fact, on, position)
                if form is SanctionForm.EXPULSION:
                    self._leave(on, position)
            case SanctionComplained():
                self.sanctions.appeal(fact, on)
            case ComplaintAnswered(cell=cell) | SanctionRestored(cell=cell):
                if self.sanctions.appeal(fact, on):
                    self._return(cell, on, position)
            case MemberAppointed():
                self.appointments.append((on, fact))
            case MemberRemoved() | RemovalComplained() | RemovalRestored() | MemberDied():
                self._go_or_return(fact, on, position)
            case _:
                self.absences.see(fact, on, self.membership.left_after(on))

    def _transferred(self, transfer: Transfer, fact: Fact, on: date, position: int) -> None:
        transfer.see(fact, on)
        if isinstance(fact, TransferReceived) and transfer.introduced.kind is TransferKind.OFFICIAL:
            self.cells.change(on, position, transfer.to)

    def _moved(self, move: Moved, position: int) -> None:
        self.moves.append(move)
        if self.cells.at(move.on) == move.from_cell:
            self.cells.change(move.on, position, move.cell)

    def _go_or_return(self, fact: Fact, on: date, position: int) -> None:
        match fact:
            case MemberRemoved():
                self.removals.append(Removal(fact, on))
                self._leave(on, position)
            case MemberDied():
                self.membership.die(on)
                self._leave(on, position)
            case RemovalComplained() if self.removals:
                self.removals[-1].complained_on = on
            case RemovalRestored(cell=cell) if self.removals:
                self.removals[-1].restored_on = on
                self._return(cell, on, position)

    def _leave(self, on: date, position: int) -> None:
        """Nothing that was open stays so: nobody waits for him, and what was to end some day has ended."""
        self.membership.end(on, position)
        self.absences.leave(on)
        for transfer in self.transfers.values():
            if transfer.outcome is None:
                transfer.outcome, transfer.ended_on = TransferState.WITHDRAWN, max(on, transfer.introduced_on)

    def _return(self, cell: Id | None, on: date, position: int) -> None:
        self.membership.begin(on, position)
        if cell is not None:
            self.cells.change(on, position, cell)

    @property
    def left_on(self) -> date | None:
        """When he left, where he has not come back; None where he is on a roll, or was never on any."""
        return self.membership.left_on

    @property
    def died_on(self) -> date | None:
        """The day of his death."""
        return self.membership.died_on

    def listed_on(self, day: date) -> bool:
        """On the roll of some cell: admitted by that day, and not gone by it, or back again."""
        return self.membership.on(day)

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
        return next((transfer for transfer in self.transfers.values() if self.is_away(transfer, day)), None)

    def is_away(self, transfer: Transfer, day: date) -> bool:
        """Whether he is on this temporary transfer."""
        return transfer.away(day) and self.origin_on(transfer, day) == self.cell_on(day)

    def origin_on(self, transfer: Transfer, day: date) -> Id:
        """The cell that answers for an introduction: the one that made it, or what has become of that one."""
        moves = [move for move in self.moves if move.on >= transfer.introduced_on]
        return led_on(transfer.introduced.from_cell, moves, day)

    def host_on(self, transfer: Transfer, day: date) -> Id:
        """The cell that has or is to have him, or what has become of it since it received him."""
        since = transfer.ended_on
        return transfer.to if since is None else led_on(transfer.to, [m for m in self.moves if m.on >= since], day)

    def cell_spans(self) -> tuple[Span[Id], ...]:
        """The cells in which he counted, from when to when."""
        return self.membership.within(self.cells.spans())

    def residence_spans(self) -> tuple[Span[ResidenceDeclared], ...]:
        """Where he lived, from when to when, for as long as he is a member."""
        return self.membership.within(self.residences.spans())

    def sanction_spans(self) -> tuple[Span[Sanction], ...]:
        """Each sanction, from when to when it is in force."""
        return self.sanctions.spans()

    def sanctions_on(self, day: date) -> tuple[Sanction, ...]:
        """Those in force on that day."""
        return tuple(s.value for s in self.sanction_spans() if s.since <= day and (s.until is None or day < s.until))

    def exempt_on(self, day: date) -> bool:
        """Whether he need not take part on that day."""
        return self.absences.exemptions.on(day) is not None and self.listed_on(day)

    def suspended_on(self, day: date) -> bool:
        """Whether he may not take part on that day."""
        return self.absences.suspensions.on(day) is not None and self.listed_on(day)

    def inspected_on(self, day: date) -> bool:
        """Whether he is looked into on that day, which keeps him from being transferred for good."""
        return self.absences.inspections.on(day) is not None and self.listed_on(day)

    def complaint_open_on(self, day: date) -> bool:
        """Whether a complaint of his, against a sanction or a removal, waits for its answer: the same for transfers."""
        return self.sanctions.complaint_open_on(day) or any(one.complaint_open_on(day) for one in self.removals)


def must_be_listed(member: Member, on: date) -> None:
    """No fact takes effect before the admission, after the end, or between an end and the day that it was undone.

    Raises:
        Refused: `member.not_yet_admitted`, `member.died`, `member.left`.
    """
    if member.since is None or on < member.since:
        raise Refused("member.not_yet_admitted", "on that day the member is not on the roll yet")
    if member.died_on is not None and on >= member.died_on:
        raise Refused("member.died", f"the member died on {member.died_on}")
    if not member.listed_on(on):
        raise Refused("member.left", "on that day the membership has ended")


def must_be_last(member: Member, on: date) -> None:
    """For what ends a membership: nothing that is on record would be of no member.

    Raises:
        Refused: `member.later_facts`.
    """
    if member.latest_on is not None and on < member.latest_on:
        raise Refused("member.later_facts", f"what took effect on {member.latest_on} would be of no member")
