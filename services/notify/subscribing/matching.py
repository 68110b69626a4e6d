"""Which subscriptions a record matches, and which silences: what was said of them by its place in the log."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import msgspec

from events import wire
from events.fact import Fact, Id, Record
from events.member import Member
from events.silence import SilenceBegun
from events.subscription import SubscriptionMade
from projections.notices import Told
from projections.subscribers import Silenced, Subscribed
from services.notify.states import Past, States
from services.notify.subscribing.circle import Circle, Circles
from services.notify.subscribing.index import ANY, Index, Wish, key_of
from services.notify.telling import Marks, Named
from services.notify.together import ALONE, is_told_together

RULE = "subscription"
"""The rule of a notice that a subscription made; its policy is `subscription/ID`."""
INBOX = "inbox"

Subscribing = Wish[SubscriptionMade]
Silencing = Wish[SilenceBegun]

_marks = msgspec.json.Decoder(Marks)


class Match(NamedTuple):
    """The subscriptions that send a notice, and the silences that cover it, over or not."""

    subscriptions: tuple[Subscribing, ...] = ()
    silences: tuple[Silencing, ...] = ()


NO_MATCH = Match()
Matches = Mapping[Id, Match]
"""By notice."""


class Matching:
    """Matches record by record in the order of the log: the same log, the same matches. For one thread."""

    def __init__(self, ledger: str, states: States, past: Past) -> None:
        self._ledger = ledger
        self._states = states
        self._circles = Circles(states, past)
        self._subscriptions: Index[SubscriptionMade] = Index()
        self._silences: Index[SilenceBegun] = Index()
        self._resting: dict[Id, Subscribing] = {}
        self.found: dict[Id, Match] = {}
        """Of the notices since somebody took them."""

    def load(self, subscriptions: Iterable[Subscribed], silences: Iterable[Silenced]) -> None:
        """Begin with what stands, as of the position that the notices have read to."""
        self._subscriptions, self._silences, self._resting = Index(), Index(), {}
        self.forget()
        for kept in subscriptions:
            wish = _wish(kept.id, kept.made, kept.made_in, kept.by)
            if wish is not None and kept.paused:
                self._resting[kept.id] = wish
            elif wish is not None:
                self._subscriptions.add(wish)
        for over in silences:
            self._silence(over.id, over.begun, over.made_in, over.by)

    def add(self, wish: Subscribing) -> None:
        """One more subscription."""
        self._subscriptions.add(wish)

    def forget(self) -> None:
        """Somebody reads again from an earlier place."""
        self._circles.forget()
        self.found.clear()

    def prepare(self, records: Sequence[Record], after: int) -> None:
        """Read what the records that somebody wants will ask for."""
        wanted = [record for record in records if self._wants(record.name)]
        if wanted:
            self._circles.prepare(wanted, after)

    def take(self, record: Record, told: Sequence[Told]) -> list[Told]:
        """The notices of one record beside those that a policy makes of it, which the states have seen.

        Raises whatever a record raises that cannot be read: its own, or one that it leans on.
        """
        self._circles.see(record)
        more = self.match(record, told) if self._wants(record.name) else []
        self._learn(record)
        return more

    def taken(self) -> dict[Id, Match]:
        """What was found since the last time, for whoever sends it."""
        found, self.found = self.found, {}
        return found

    def _wants(self, name: str) -> bool:
        return any(self._subscriptions.wants(one) or self._silences.wants(one) for one in names_of(name))

    def match(self, record: Record, told: Sequence[Told]) -> list[Told]:
        """The same of a record that somebody wants, where nothing is learnt from it."""
        if _marks.decode(record.data).backfill:
            return []  # nobody asked to be told of what was long ago
        fact = wire.decode(record.name, record.data)
        if record.kind == Member.KIND and self._is_told_together(record, fact):
            return []
        circle = self._circles.of(record, fact)
        keys, names = circle.keys(), names_of(record.name)
        by_organisation: dict[Id, list[Subscribing]] = {}
        for wish in self._subscriptions.of(keys, names):
            heir = self._circles.heir(wish.organisation, circle, record)
            if heir in circle.reached:
                by_organisation.setdefault(heir, []).append(wish)
        known = {one.organisation: one.id for one in told}
        for heir, wish in self._about_themselves(record, circle, known, names):
            if wish not in by_organisation.setdefault(heir, []):
                by_organisation[heir].append(wish)
        more = [
            self._told(record, circle, organisation, wishes)
            for organisation, wishes in by_organisation.items()
            if organisation not in known
        ]
        silences = self._silences.of(keys, names)
        for one in (*told, *more):
            over = tuple(w for w in silences if self._circles.heir(w.organisation, circle, record) == one.organisation)
            wishes = by_organisation.get(one.organisation, [])
            if over or wishes:
                self.found[one.id] = Match(tuple(wishes), over)
        return more

    def _about_themselves(
        self, record: Record, circle: Circle, told: Iterable[Id], names: Sequence[str]
    ) -> list[tuple[Id, Subscribing]]:
        """Subscriptions about the subscriber itself: what a policy tells it, of whomever, they send as they want it."""
        told = frozenset(told)
        if not told:
            return []
        found = self._subscriptions.of([("organisation", one) for one in sorted(told | circle.homes)], names)
        heirs = [(self._circles.heir(wish.organisation, circle, record), wish) for wish in found]
        return [(heir, wish) for heir, wish in heirs if heir in told and wish.key[1] == wish.organisation]

    def _is_told_together(self, record: Record, fact: Fact) -> bool:
        """As one of a list, whose own record has told of all."""
        member = self._states.member(record.stream, record.position)
        return is_told_together(fact, record.stream, member, lambda one: self._states.collective(one, record.position))

    def _told(self, record: Record, circle: Circle, organisation: Id, wishes: Sequence[Subscribing]) -> Told:
        of_list = record.name in ALONE
        subjects = tuple(dict.fromkeys(one for wish in wishes for one in _subjects(wish, circle)))
        listed = any(channel.way == INBOX for wish in wishes for channel in wish.what.channels)
        return Told(
            id=Named(self._ledger, record.position, organisation, RULE, RULE).id,
            position=record.position,
            subject=subjects[0],
            organisation=organisation,
            fact=record.name,
            role="subscriber",
            policy=f"{RULE}/{wishes[0].id}",
            rule=RULE,
            history=False,
            due_at=record.recorded_at,
            acknowledge_by=None,
            subjects=subjects if of_list else None,
            channels=(INBOX,) if listed else (),
            listed=listed,
        )

    def _learn(self, record: Record) -> None:
        """What a record says of subscriptions and silences holds from the next one on."""
        match record.name:
            case "subscription.made" | "silence.begun":
                fact = wire.decode(record.name, record.data)
                if isinstance(fact, SubscriptionMade):
                    wish = _wish(record.stream, fact, record.position, record.by)
                    if wish is not None:
                        self._subscriptions.add(wish)
                elif isinstance(fact, SilenceBegun):
                    self._silence(record.stream, fact, record.position, record.by)
            case "subscription.paused":
                self._rest(record.stream)
            case "subscription.resumed":
                if (resting := self._resting.pop(record.stream, None)) is not None:
                    self._subscriptions.add(resting)
            case "subscription.ended":
                self._resting.pop(record.stream, None)
                self._subscriptions.drop(record.stream)
            case "silence.ended":
                self._silences.drop(record.stream)

    def _rest(self, ident: Id) -> None:
        wish = self._subscriptions.get(ident)
        if wish is not None:
            self._resting[ident] = wish
            self._subscriptions.drop(ident)

    def _silence(self, ident: Id, begun: SilenceBegun, position: int, by: str) -> None:
        key = key_of(begun.about, begun.organisation)
        if key is not None:
            self._silences.add(Wish(ident, begun.organisation, key, begun.facts or ANY, position, begun, by))


def names_of(name: str) -> tuple[str, ...]:
    """What a record is called; that of a list as those of each on it, too, who are told of with it."""
    return (name, ALONE[name]) if name in ALONE else (name,)


def _subjects(wish: Subscribing, circle: Circle) -> list[Id]:
    """Whom somebody is told about: of a list those whom he asked for."""
    kind, of = wish.key
    if kind == "member" and of in circle.people:
        return [of]
    if kind == "residents_of":
        return [one for one, homes in circle.people.items() if of in homes]
    return list(circle.people) or [circle.stream]


def _wish(ident: Id, made: SubscriptionMade, position: int, by: str) -> Subscribing | None:
    key = key_of(made.about, made.organisation)
    return None if key is None else Wish(ident, made.organisation, key, made.facts, position, made, by)
