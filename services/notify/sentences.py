"""A notice in a sentence, with the record that it tells of: both as they stood at the record's place in the log."""

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any, NamedTuple

from events import wire
from events.collective_transfer import CollectiveTransfer, CollectiveTransferIntroduced, CollectiveTransferReceived
from events.correction import Struck, effective
from events.fact import Id, Record
from events.liaison import LiaisonAccepted
from events.member import Member, ResidenceDeclared
from events.mentions import mentions
from events.organisation import Organisation
from events.papers import Decision, as_id
from projections import inbox
from projections.inbox import Notice
from services.notify import in_force
from services.notify.absence.rules import Watch
from services.notify.called import day as _day
from services.notify.called import organisation as _organisation
from services.notify.recipients import cell_before
from services.notify.states import States
from services.notify.wording import sentence
from services.notify.wording_of_many import named_in, of_list, of_newcomer
from services.web.context import Context

OF_ENDPOINTS = {
    "endpoint.switched_off": "Điểm nhận {endpoint} đã tắt ngày {day} vì nhiều ngày liền chỉ có lỗi.",
    "endpoint.gone": "Điểm nhận {endpoint} báo không còn nhận nữa, ngày {day}.",
}
"""What becomes of whatever takes an organisation's webhooks."""


class Said(NamedTuple):
    """The sentence, and the record; an alert on absence tells of none."""

    sentence: str
    record: Record | None = None


def say(here: Context, notice: Notice) -> Said:
    """What a notice tells. It names people: for those who may see it."""
    if notice.rose_from is not None:
        return _risen(here, notice, notice.rose_from)
    if notice.alert:
        return Said(_absent(here, notice))
    return _Telling(here, notice).say()


class _Telling:
    """One notice of a record."""

    def __init__(self, here: Context, notice: Notice) -> None:
        self._here = here
        self._upto = notice.position
        self._states = States(lambda streams, upto: [here.ledger.streams(streams, upto)])
        self._histories = self._opened(notice.subjects or [notice.subject])
        self._subject = notice.subject
        self._record = self._told_of()
        self._fact = wire.decode(self._record.name, self._record.data)

    def say(self) -> Said:
        fact = self._fact
        if isinstance(fact, CollectiveTransferIntroduced | CollectiveTransferReceived):
            said = self._of_list(received=isinstance(fact, CollectiveTransferReceived))
        elif isinstance(fact, Struck) and self._record.kind == CollectiveTransfer.KIND:
            said = f"danh sách chuyển sinh hoạt của {self._people()} được đính chính, ngày {self._on}"
        elif isinstance(fact, ResidenceDeclared | LiaisonAccepted):
            said = self._of_newcomer()
        else:
            member = self._member(self._subject)
            on = self._record.effective_on
            names = self._names((self._record.stream, *mentions(fact)), member)
            return Said(sentence(fact, on, member, names, self._record.stream), self._record)
        return Said(said[:1].upper() + said[1:] + ".", self._record)

    @property
    def _on(self) -> str:
        return _day(self._record.effective_on)

    def _people(self) -> str:
        return f"{len(self._histories)} đồng chí: {', '.join(self._called())}"

    def _called(self) -> list[str]:
        members = (self._member(one) for one in self._histories)
        return [member.admitted.name for member in members if member.admitted is not None]

    def _of_list(self, *, received: bool) -> str:
        collective = self._states.collective(self._record.stream, self._upto)
        names = self._names(named_in(collective), Member())
        return of_list(collective, received=received, on=self._record.effective_on, whom=self._called(), names=names)

    def _of_newcomer(self) -> str:
        member, on = self._member(self._subject), self._record.effective_on
        today = in_force.told_on(self._record)
        liaison = self._states.liaison(self._record.stream, self._upto)
        above = in_force.asked_about(self._fact, self._record, member, liaison)
        organisations = self._states.with_those_above(above, self._upto)
        held = in_force.of(self._subject, member, today, organisations)
        named = {one for _, post in held.posts for one in mentions(post)} | {of for of, _ in held.offices}
        named |= {one for sanction in held.sanctions for one in _by(sanction.decision)}
        names = self._names(named, member)
        cell = cell_before(member, today)
        who = f"đồng chí {member.admitted.name if member.admitted is not None else ''}".strip()
        whom = f"{who} ({_organisation(cell, names)})" if cell is not None else who
        return of_newcomer(whom, on, today, held, names)

    def _told_of(self) -> Record:
        """The member's last one by then, or one of another stream that is about him."""
        history = self._histories[self._subject]
        if history and history[-1].position == self._upto:
            return history[-1]
        (record,) = self._here.opened(self._here.ledger.at([self._upto]))
        return record

    def _opened(self, streams: Sequence[Id]) -> dict[Id, list[Record]]:
        histories = {one: list[Record]() for one in streams}
        sealed = self._here.ledger.streams(streams, self._upto)
        for record in self._here.opened([record for one in streams for record in sealed[one]]):
            histories[record.stream].append(record)
        return histories

    def _member(self, ident: Id) -> Member:
        member = Member()
        for past in effective(self._histories[ident]):
            member.see(wire.decode(past.name, past.data), past.effective_on, past.position)
        return member

    def _names(self, told: Iterable[Id], member: Member) -> dict[Id, str]:
        """The names of the organisations that the sentence may name."""
        named = {*told, *(change.value for change in member.cells.changes)}
        for transfer in member.transfers.values():
            named |= {transfer.introduced.from_cell, transfer.introduced.to, transfer.to}
        return names_of(self._here, named, self._upto)


def names_of(here: Context, named: Iterable[Id], upto: int) -> dict[Id, str]:
    """The names of those among them that are organisations."""
    names: dict[Id, str] = {}
    for ident, records in here.ledger.streams(set(named), upto).items():
        organisation = Organisation()
        for record in effective(records):
            if record.kind == Organisation.KIND:
                organisation.see(wire.decode(record.name, record.data), record.effective_on, record.position)
        if organisation.name:
            names[ident] = organisation.name
    return names


def _risen(here: Context, notice: Notice, ident: Id) -> Said:
    """The notice that nobody acknowledged, and whose it is."""
    with here.pool.connection() as connection:
        below = inbox.find(connection, ident)
    if below is None:
        return Said(_absent(here, notice))
    told = say(here, below)
    who = _organisation(below.organisation, names_of(here, [below.organisation], notice.position))
    late = f"{who} chưa xác nhận đã biết, hạn {_day(notice.day or notice.due_at.date())}"
    return Said(f"{late}: {told.sentence}", told.record)


def _absent(here: Context, notice: Notice) -> str:
    """What did not happen, in the words of the rule that watches it."""
    rule, on = _watch().find(notice.policy, notice.rule), notice.day or notice.due_at.date()
    if notice.rule in OF_ENDPOINTS:
        return OF_ENDPOINTS[notice.rule].format(endpoint=notice.subject, day=_day(on))
    name = _name(here, notice)
    said = f"{name}: {notice.rule}, {_day(on)}" if rule is None else rule.sentence(name, on)
    return said[:1].upper() + said[1:] + "."


def _name(here: Context, notice: Notice) -> str:
    """What the subject of an alert is called: a cell, a member, or nobody who has a name."""
    records = here.opened(here.ledger.stream(notice.subject, notice.position))
    if not records or records[0].kind not in (Member.KIND, Organisation.KIND):
        return ""
    state: Any = wire.state_of(records[0].kind)()
    for record in effective(records):
        state.see(wire.decode(record.name, record.data), record.effective_on, record.position)
    if isinstance(state, Member):
        return f"đồng chí {state.admitted.name}" if state.admitted is not None else ""
    return str(state.name)


def _by(decision: Decision | None) -> list[Id]:
    found = None if decision is None else as_id(decision.by)
    return [] if found is None else [found]


@cache
def _watch() -> Watch:
    return Watch.read()
