"""From a record to its notices: which rules hold on its day, who is told by them, and until when they shall say so."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from typing import NamedTuple
from uuid import UUID, uuid5

import msgspec

from events import wire
from events.fact import Id, Record, stored_name
from events.liaison import Liaison
from events.member import Member
from events.office import OfficerAppointed, OfficerEnded
from events.organisation import Organisation
from projections.notices import Told
from services.notify.policy import Policies
from services.notify.recipients import Recipient, asked_about, correspondents, recipients, written_to
from services.notify.states import States

NAMESPACE = UUID("6f0c1d5e-8d63-5c0b-9a3e-2b1f6f0f7a11")
"""Of the ids of notices. Never another one: an acknowledgement names its notice by its id."""


class Marks(msgspec.Struct):
    """What stands in any fact's data beside its own fields: `backfill` says that history was being entered."""

    backfill: bool = False


_marks = msgspec.json.Decoder(Marks)


class Officer(msgspec.Struct):
    """Whom an office is given to, or taken from."""

    member: Id


_officers = msgspec.json.Decoder(Officer)
OFFICES = frozenset(stored_name(fact) for fact in (OfficerAppointed, OfficerEnded))


def _officer(record: Record) -> Id | None:
    """Whom to read in advance; what cannot be read is its own record's trouble, when its turn comes."""
    if record.name not in OFFICES:
        return None
    with suppress(msgspec.DecodeError):
        return _officers.decode(record.data).member
    return None


class Named(NamedTuple):
    """What makes a notice the same one when it is made again."""

    ledger: str
    position: int
    organisation: Id
    policy: str
    rule: str

    @property
    def id(self) -> Id:
        """The notice's id."""
        return Id(str(uuid5(NAMESPACE, "/".join(map(str, self)))))


class Telling:
    """Says who is told of what, record by record in the order of the log: the same log, the same notices."""

    def __init__(self, ledger: str, policies: Policies, states: States) -> None:
        self._ledger = ledger
        self._policies = policies
        self.states = states

    def prepare(self, records: Sequence[Record], after: int) -> None:
        """Warm what the next records after a position will ask for: members in one question, then the tree above."""
        streams = {r.stream for r in records if r.version > 1 and self._policies.rules(r.name, r.effective_on)}
        self.states.warm(streams, after)
        liaisons = list(self.states.kept(Liaison, streams))
        members = streams | {liaison.introduced.member for liaison in liaisons if liaison.introduced is not None}
        members |= {officer for record in records if (officer := _officer(record)) is not None}
        self.states.warm(members, after)
        named: set[Id] = set()
        for member in self.states.kept(Member, members):
            named.update(change.value for change in member.cells.changes)
            named.update(home.value.committee for home in member.residences.changes if home.value.committee)
        self.states.warm_with_those_above(named, after)

    def take(self, record: Record) -> list[Told]:
        """The notices of one record; [] of most.

        Raises whatever a record raises that cannot be read: its own, or one that it leans on.
        """
        self.states.see(record)
        rules = self._policies.rules(record.name, record.effective_on)
        if not rules or record.kind not in (Member.KIND, Liaison.KIND, Organisation.KIND):
            return []
        fact = wire.decode(record.name, record.data)
        on, at = record.effective_on, record.position
        if record.kind == Liaison.KIND:
            liaison = self.states.liaison(record.stream, at)
            subject = liaison.introduced.member if liaison.introduced is not None else record.stream
            side = written_to(fact, on, liaison, self.states.member(subject, at))
            organisations = self.states.with_those_above({side} if side is not None else (), at)
            found = correspondents(rules, on, side, organisations)
        else:
            subject = fact.member if isinstance(fact, OfficerAppointed | OfficerEnded) else record.stream
            member = self.states.member(subject, at)
            organisations = self.states.with_those_above(asked_about(rules, fact, on, member), at)
            found = recipients(rules, fact, on, member, organisations)
        history = _marks.decode(record.data).backfill
        return [self._told(record, subject, recipient, history) for recipient in found]

    def _told(self, record: Record, subject: Id, recipient: Recipient, history: bool) -> Told:
        organisation, policy, rule = recipient
        UUID(
            organisation
        )  # raises here, where it is this record's trouble, what would be the whole batch's in the database
        days = None if history else rule.acknowledge_within_days
        return Told(
            id=Named(self._ledger, record.position, organisation, policy.id, rule.id).id,
            position=record.position,
            subject=subject,
            organisation=organisation,
            fact=record.name,
            role=rule.to,
            policy=f"{policy.id}@{policy.version}",
            rule=rule.id,
            history=history,
            due_at=record.recorded_at,
            acknowledge_by=None if days is None else record.recorded_at + timedelta(days=days),
        )
