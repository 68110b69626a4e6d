"""From a record to its notices: which rules hold on its day, who is told by them, and until when they shall say so."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID, uuid5

import msgspec

from events import wire
from events.collective_transfer import CollectiveTransfer
from events.correction import NAMES as STRIKES
from events.correction import Struck
from events.fact import Fact, Id, Record, stored_name
from events.liaison import Liaison
from events.member import Member
from events.office import OfficerAppointed, OfficerEnded
from events.working_days import working_days_after
from projections.notices import Told
from services.notify import in_force
from services.notify.policies_in_force import Policies
from services.notify.policy import Policy, Rule, To
from services.notify.recipients import (
    Recipient,
    asked_about,
    cell_before,
    chain,
    correspondents,
    heir,
    recipients,
    stands_below,
    written_to,
)
from services.notify.states import KINDS, States
from services.notify.together import ALONE, Share, is_told_together, shares, singles

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


class Listed(msgspec.Struct):
    """Who is on a list of those who go together."""

    members: tuple[Id, ...] = ()


_lists = msgspec.json.Decoder(Listed)


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
        self.policies = policies.afresh()
        self.states = states

    def prepare(self, records: Sequence[Record], after: int) -> None:
        """Warm what the next records after a position will ask for: members in one question, then the tree above."""
        told = [record for record in records if self.policies.tells(ALONE.get(record.name, record.name))]
        streams = {record.stream for record in told if record.version > 1}
        self.states.warm(streams, after)
        liaisons = list(self.states.kept(Liaison, streams))
        members = streams | {liaison.introduced.member for liaison in liaisons if liaison.introduced is not None}
        for record in told:
            members.update(_named(record))
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
        self.policies.see(record)
        return [self._told(record, share) for share in self._shares(record, alone=False)]

    def _shares(self, record: Record, *, alone: bool) -> list[Share]:
        """Who is told of a record, and about whom; `alone`: also of a fact that was told as one of a list."""
        if record.kind not in KINDS or not self.policies.tells(ALONE.get(record.name, record.name)):
            return []
        fact = wire.decode(record.name, record.data)
        if isinstance(fact, Struck):
            return self._who_was_told(record, fact)
        if record.name in ALONE:
            return shares((one, self._recipients(record, single, one)) for one, single in singles(record, fact))
        subject = self._subject(record, fact)
        if subject is None or (not alone and self._is_told_together(record, fact, subject)):
            return []
        return [Share(recipient, (subject,)) for recipient in self._recipients(record, fact, subject)]

    def _recipients(self, record: Record, fact: Fact, subject: Id) -> list[Recipient]:
        """Who is told of a fact about somebody by the policy of the cell where he works."""
        on, at = record.effective_on, record.position
        member = self.states.member(subject, at)
        liaison = self.states.liaison(record.stream, at) if record.kind == Liaison.KIND else None
        rules = self._rules(stored_name(fact), record, member)
        late = [(policy, rule) for policy, rule in rules if rule.in_force]
        found = self._who_comes_late(late, record, fact, subject) if late else []
        side = None if liaison is None else written_to(fact, on, liaison, member)
        named = asked_about(rules, fact, on, member) | ({side} if side is not None else set())
        organisations = self.states.with_those_above(named, at)
        found += correspondents(rules, on, side, organisations)
        found += recipients(rules, fact, on, member, organisations)
        return found

    def _who_comes_late(
        self, rules: list[tuple[Policy, Rule]], record: Record, fact: Fact, subject: Id
    ) -> list[Recipient]:
        """The committee that comes to know somebody of whom something is in force, unless he is its own."""
        at, day = record.position, in_force.told_on(record)
        member = self.states.member(subject, at)
        liaison = self.states.liaison(record.stream, at) if record.kind == Liaison.KIND else None
        organisations = self.states.with_those_above(in_force.asked_about(fact, record, member, liaison), at)
        organisation = in_force.newcomer(fact, record, member, liaison, organisations)
        if organisation is None or in_force.of(subject, member, day, organisations).is_empty:
            return []
        policy, rule = rules[0]
        cell = cell_before(member, day)
        own = cell is not None and stands_below(cell, organisation, day, organisations)
        return [] if own and not rule.own_members else [Recipient(organisation, policy, rule)]

    def _who_was_told(self, record: Record, struck: Struck) -> list[Share]:
        """Those who were told of what a correction strikes, or who has their matters by now: found as it was then."""
        records = self.states.records(record.stream, struck.position)
        if not records or records[-1].position != struck.position or self._is_struck_together(record, records[-1]):
            return []
        then = Telling(self._ledger, self.policies, self.states.earlier())
        then.policies = self.policies
        told = then._shares(records[-1], alone=True)  # of its own class
        if not told:
            return []
        organisations = self.states.with_those_above({share.recipient.organisation for share in told}, record.position)
        member = self.states.member(told[0].subjects[0], record.position)
        rules = [one for one in self._rules(record.name, record, member) if one[1].to is To.TOLD]
        found: dict[Id, Share] = {}
        for policy, rule in rules[:1]:
            for share in told:
                now = heir(share.recipient.organisation, record.effective_on, organisations)
                if now is not None:
                    found.setdefault(now, Share(Recipient(now, policy, rule), share.subjects))
        return list(found.values())

    def _rules(self, name: str, record: Record, member: Member) -> list[tuple[Policy, Rule]]:
        """The rules of the day, of the policy that the nearest above his cell has adopted where somebody has."""
        on, at = record.effective_on, record.position
        above: list[Id] = []
        cell = cell_before(member, on)
        if self.policies.are_adopted and cell is not None:
            above = chain(cell, on, self.states.with_those_above({cell}, at))
        return self.policies.rules(name, on, above, at)

    def _subject(self, record: Record, fact: Fact) -> Id | None:
        """Whom a fact is about; None where it is about nobody."""
        if isinstance(fact, OfficerAppointed | OfficerEnded):
            return fact.member
        if record.kind == Liaison.KIND:
            introduced = self.states.liaison(record.stream, record.position).introduced
            return record.stream if introduced is None else introduced.member
        return record.stream if record.kind == Member.KIND else None

    def _is_told_together(self, record: Record, fact: Fact, subject: Id) -> bool:
        member = self.states.member(subject, record.position)
        return is_told_together(fact, subject, member, lambda one: self.states.collective(one, record.position))

    def _is_struck_together(self, record: Record, struck: Record) -> bool:
        """Whether the hand-over list of which a fact was is struck through in the same append, and told as a whole."""
        collective = None
        if record.kind == Member.KIND and struck.name in ALONE.values():
            member = self.states.earlier().member(struck.stream, struck.position)
            fact = wire.decode(struck.name, struck.data)
            known = member.transfers.get(getattr(fact, "transfer", Id("")))
            collective = None if known is None else known.introduced.collective
        if collective is None:
            return False
        own = self.states.records(collective, record.position)
        return any(one.name in STRIKES and one.command == record.command for one in own)

    def _told(self, record: Record, share: Share) -> Told:
        organisation, policy, rule = share.recipient
        # Raises here, where it is this record's trouble, what would be the whole batch's in the database.
        UUID(organisation)
        history = _marks.decode(record.data).backfill
        due = record.recorded_at + timedelta(minutes=rule.delay_minutes)
        by = None if history else term(rule, due)
        return Told(
            id=Named(self._ledger, record.position, organisation, policy.id, rule.id).id,
            position=record.position,
            subject=share.subjects[0],
            organisation=organisation,
            fact=record.name,
            role=rule.to,
            policy=f"{policy.id}@{policy.version}",
            rule=rule.id,
            history=history,
            due_at=due,
            acknowledge_by=by,
            subjects=share.subjects if record.kind == CollectiveTransfer.KIND else None,
            critical=rule.critical,
            channels=tuple(map(str, rule.channels)),
            rise_at=by + timedelta(days=policy.rises_after(rule)) if by is not None and policy.rises(rule) else None,
        )


def term(rule: Rule, since: datetime) -> datetime | None:
    """By when a notice that is told at an instant is to be acknowledged; at the same hour of a working day."""
    days = rule.acknowledge_within_days
    if days is None or not rule.working_days:
        return None if days is None else since + timedelta(days=days)
    return since + (working_days_after(since.date(), days) - since.date())


def _named(record: Record) -> Iterator[Id]:
    """Whom to read in advance; what cannot be read is its own record's trouble, when its turn comes."""
    with suppress(msgspec.DecodeError):
        if record.name in OFFICES:
            yield _officers.decode(record.data).member
        elif record.name in ALONE:
            yield from _lists.decode(record.data).members
