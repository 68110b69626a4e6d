"""From a notice to messages: which endpoints and subscriptions carry it, and what waits, and why.

Who is told is settled when a notice is made; by which endpoints and addresses, as they are now: those of an
organisation that has ended are its successor's.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

import psycopg

from events.fact import Id, Record
from events.subscription import Way
from projections import subscribers
from projections.deliveries import Send, enqueue
from projections.notices import Told, reach, write
from projections.steps import DEFERRED, GROUPED, SILENCED, Step, step
from services.notify.subscribing.alerts import inhibited, matches_of
from services.notify.subscribing.matching import NO_MATCH, Match, Matches, Silencing, Subscribing
from services.notify.subscribing.messages import Said, lines, to_endpoint, to_subscriber
from services.notify.subscribing.timing import GROUPED as WINDOW
from services.notify.subscribing.timing import Wait, wait

ENDPOINTS = """
SELECT organisation::text, id::text, fifo FROM exchange.endpoints
WHERE ended_in IS NULL AND organisation = ANY (%s::uuid[]) ORDER BY made_in
"""
ANY_SUBSCRIBER = """
SELECT EXISTS (SELECT FROM exchange.endpoints WHERE ended_in IS NULL)
    OR EXISTS (SELECT FROM exchange.subscriptions WHERE ended_in IS NULL)
    OR EXISTS (SELECT FROM exchange.silences WHERE ended_in IS NULL)
"""
WINDOWS = """
SELECT subscription::text, max(until) FROM exchange.waiting
WHERE subscription = ANY (%s::uuid[]) AND why = 'grouped' AND until > %s GROUP BY subscription
"""
WAIT = """
INSERT INTO exchange.waiting (notice, subscription, why, until, since)
SELECT notice, subscription, why, until, %s FROM unnest(%s::uuid[], %s::uuid[], %s::text[], %s::timestamptz[])
     AS w (notice, subscription, why, until) ON CONFLICT DO NOTHING
"""
DEFER = """
UPDATE exchange.notices n SET deferred_until = w.until
FROM unnest(%s::uuid[], %s::timestamptz[]) AS w (id, until) WHERE n.id = w.id AND n.queued_at IS NULL
"""
SILENCE = """
UPDATE exchange.notices n SET silenced_by = s.silence
FROM unnest(%s::uuid[], %s::uuid[]) AS s (id, silence) WHERE n.id = s.id
"""
STATES = {"deferred": DEFERRED, "digest": DEFERRED, "grouped": GROUPED}
WHY = {
    "deferred": "quiet hours of {0} until {1}",
    "digest": "digest of {0} at {1}",
    "grouped": "group of {0} until {1}",
}


class Waiting(NamedTuple):
    """A notice that a subscription sends later."""

    notice: Id
    subscription: Id
    wait: Wait


class Kept(NamedTuple):
    """Notices that are new, and whether a message of one of them was queued."""

    new: list[Told]
    queued: bool


class Endpoints:
    """The endpoints of those who are told, as they are now."""

    def __init__(self, families: Mapping[Id, Sequence[Id]], rows: Iterable[tuple[Id, Id, bool]]) -> None:
        self._families = families
        self._of: dict[Id, list[Id]] = {}
        self.fifo: dict[Id, bool] = {}
        for organisation, endpoint, fifo in rows:
            self._of.setdefault(organisation, []).append(endpoint)
            self.fifo[endpoint] = fifo

    def of(self, organisation: Id) -> list[Id]:
        """Those of an organisation, of its successor, and of whoever that one took over from."""
        return [
            endpoint for one in self._families.get(organisation, [organisation]) for endpoint in self._of.get(one, [])
        ]


def tell(
    connection: psycopg.Connection[Any],
    told: Sequence[Told],
    acknowledged: Sequence[Record] = (),
    matches: Matches | None = None,
) -> Kept:
    """Keep notices and what was acknowledged, queue what they are sent as, and lay the others into the inbox.

    In the transaction that is open, by whoever holds the position of the notices. What was kept before is left alone.
    """
    new = write(connection, told, acknowledged)
    sent = address(connection, new, matches)
    reach(connection, [one.id for one in new if one.id not in sent])
    return Kept(new, bool(sent))


def address(
    connection: psycopg.Connection[Any],
    notices: Sequence[Told],
    matches: Matches | None = None,
    now: datetime | None = None,
) -> frozenset[Id]:
    """Queue, or let wait, what new notices shall be sent as, in the transaction that keeps them; history stays silent.

    The answer are those of which a message was queued: `deliveries.HINT` tells the senders, after the commit, where
    it delays nobody; else one finds it at its next look. `matches` say which subscriptions send a notice, and which
    silences cover it; of alerts it is looked for here.
    """
    live = [one for one in notices if not one.history]
    if not live or not (matches or _any(connection)):
        return frozenset()
    at = now or datetime.now(UTC)
    families = subscribers.families(connection, sorted({one.organisation for one in live}), at.date())
    found = dict(matches or {}) | matches_of(connection, [one for one in live if one.alert], families, at)
    everybody = sorted({one for family in families.values() for one in family} | {one.organisation for one in live})
    rows = connection.execute(ENDPOINTS, [everybody]).fetchall()
    addressing = _Addressing(Endpoints(families, rows), _windows(connection, found.values(), at), at)
    gone = inhibited(connection, [one for one in live if one.alert], at)
    for one in live:
        match = found.get(one.id, NO_MATCH)
        addressing.take(one, match, gone.get(one.id))
    return addressing.keep(connection)


class _Addressing:
    """One batch: what is sent now, what waits, and what is silenced."""

    def __init__(self, endpoints: Endpoints, windows: dict[Id, datetime], now: datetime) -> None:
        self._endpoints = endpoints
        self._windows = windows
        self._now = now
        self._sends: list[Send] = []
        self._waiting: list[Waiting] = []
        self._silenced: list[tuple[Id, Id]] = []
        self._steps: list[Step] = []

    def take(self, notice: Told, match: Match, gone: str | None) -> None:
        """One notice; `gone` says that what it is about is no more."""
        silence = next((one for one in match.silences if one.what.until > self._now), None)
        if gone is not None:
            self._silence(notice, notice.subject, gone)
        elif silence is not None:
            self._silence(notice, silence.id, _cause(silence))
        else:
            self._send(notice, match.subscriptions)

    def keep(self, connection: psycopg.Connection[Any]) -> frozenset[Id]:
        """All of it, in the transaction that is open; of which notices a message was queued."""
        if self._silenced:
            connection.execute(SILENCE, _columns(self._silenced))
        if self._waiting:
            rows = [(one.notice, one.subscription, *one.wait) for one in self._waiting]
            connection.execute(WAIT, [self._now, *_columns(rows)])
            first: dict[Id, datetime] = {}
            for one in self._waiting:
                first[one.notice] = min(first.get(one.notice, one.wait.until), one.wait.until)
        step(connection, self._steps)
        enqueue(connection, self._sends)
        if self._waiting:
            connection.execute(DEFER, _columns(list(first.items())))
        return frozenset(notice for send in self._sends for notice in send.notices)

    def _silence(self, notice: Told, by: Id, cause: str) -> None:
        self._silenced.append((notice.id, by))
        self._steps.append(Step(notice.id, self._now, SILENCED, cause))

    def _send(self, notice: Told, subscriptions: Sequence[Subscribing]) -> None:
        """An endpoint that a subscription names is told by that, when and as it wants; the others by the policy."""
        said = said_of(notice)
        at = max(self._now, notice.due_at)
        told: set[Id] = set()
        before = len(self._sends) + len(self._waiting)
        for one in subscriptions:
            ways = lines(one.id, one.what, self._endpoints.fifo)
            told |= {line.target for line in ways if line.way is Way.WEBHOOK}
            if not ways:
                continue
            later = wait(one.what, at, self._windows.get(one.id), critical=notice.critical)
            if later is None:
                fifo = self._endpoints.fifo
                self._sends += [
                    to_subscriber(said, one.id, line, at, fifo=fifo.get(line.target, False)) for line in ways
                ]
                continue
            if later.why == WINDOW:
                self._windows[one.id] = later.until
            self._waiting.append(Waiting(notice.id, one.id, later))
            self._steps.append(Step(notice.id, self._now, STATES[later.why], _why(later, one)))
        if Way.WEBHOOK in notice.channels:
            self._sends += [
                to_endpoint(said, endpoint, at, fifo=self._endpoints.fifo[endpoint])
                for endpoint in self._endpoints.of(notice.organisation)
                if endpoint not in told
            ]
        if not notice.listed and len(self._sends) + len(self._waiting) == before:
            self._silence(notice, subscriptions[0].id if subscriptions else notice.id, "no channel is left")


def said_of(notice: Told) -> Said:
    """What of a notice stands in a message."""
    return Said(
        notice.id, notice.fact, notice.rule, notice.position, notice.subject, notice.organisation, notice.due_at,
        notice.alert,
    )  # fmt: skip


def _any(connection: psycopg.Connection[Any]) -> bool:
    row = connection.execute(ANY_SUBSCRIBER).fetchone()
    return row is not None and bool(row[0])


def _windows(connection: psycopg.Connection[Any], matches: Iterable[Match], now: datetime) -> dict[Id, datetime]:
    """Until when the groups gather that are open."""
    grouping = sorted({one.id for match in matches for one in match.subscriptions if one.what.group_minutes})
    return dict(connection.execute(WINDOWS, [grouping, now]).fetchall()) if grouping else {}


def _cause(silence: Silencing) -> str:
    """By which silence, whose, and until when: nothing that names a person."""
    return f"silence {silence.id} by {silence.by} until {silence.what.until.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _why(later: Wait, subscription: Subscribing) -> str:
    return WHY[later.why].format(subscription.id, f"{later.until:%Y-%m-%dT%H:%M:%SZ}")


def _columns(rows: Sequence[Sequence[Any]]) -> list[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)]
