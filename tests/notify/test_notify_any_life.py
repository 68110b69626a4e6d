"""Whatever happens, in whatever order: each due notice is in exactly one state, and its steps explain it."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import psycopg
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg.rows import dict_row

from events.endpoint import EndpointRegistered
from events.fact import Id
from events.organisation import OrganisationEstablished, OrganisationKind
from events.papers import Decision
from events.silence import SilenceBegun
from events.subscription import About, Channel, Digest, SubscriptionMade, Way
from projections import inbox, notices
from projections.inbox import Notice
from projections.steps import Step, steps_of
from services.notify.sending import results
from services.notify.sending.claims import Claimed
from services.notify.sending.outcome import Kind, Outcome
from services.notify.sending.results import Result
from services.notify.subscribing.releasing import release
from services.notify.worker import Worker
from tests.database import Database
from tests.examples import COMMUNE, PROVINCE, a_certificate
from tests.notify.commune import Log, tell_all
from tests.notify.conftest import Hire

MARCH = date(2026, 3, 2)
DONE = {"ok": Kind.OK, "fails": Kind.BROKEN, "refuses": Kind.FINAL}
ACTIONS = [
    "reward", "reward", "history", "tell", "tell", "restart", "sever", "endpoint", "digest", "silence", "release",
    "ok", "fails", "refuses", "sender dies", "open", "acknowledge", "ten days pass", "three days of tries",
]  # fmt: skip
SEVER = """SELECT pg_terminate_backend(pid) FROM pg_stat_activity
           WHERE datname = current_database() AND application_name IN ('caunoi notify', 'caunoi reader')"""
LATER = """UPDATE exchange.notices SET acknowledge_by = acknowledge_by - interval '11 days' WHERE organisation = %s"""
AGAIN = "UPDATE exchange.deliveries SET next_at = now() WHERE state = 'failed'"
CLAIM = """
UPDATE exchange.deliveries d SET claimed_by = 1
WHERE state IN ('due', 'failed') AND next_at <= now()
AND target IN (SELECT id FROM exchange.endpoints WHERE organisation = %s)
RETURNING d.*, d.id::text AS id, d.target::text AS target, 1 AS by
"""
ALL = "SELECT id::text FROM exchange.notices WHERE organisation = %s ORDER BY seq"


class Town:
    """A committee of its own, a resident, and all that may happen to what it is told."""

    def __init__(self, database: Database, log: Log, hire: Hire) -> None:
        self._database, self._log, self._hire = database, log, hire
        self.committee, self._resident, self._endpoint = (Id(str(uuid4())) for _ in range(3))
        self._worker: Worker = hire()
        self._rewards = self._endpoints = 0
        self.expected: list[tuple[int, bool]] = []
        established = OrganisationEstablished(name="Đảng bộ xã", kind=OrganisationKind.SUPERIOR, parent=PROVINCE)
        log.put(self.committee, established)
        log.put_member(self._resident, committee=self.committee)

    def do(self, action: str) -> None:
        with psycopg.connect(self._database.app, autocommit=True) as connection:
            match action:
                case "reward" | "history":
                    self._reward(backfill=action == "history")
                case "endpoint" | "digest" | "silence":
                    self._wish(action)
                case "tell":
                    tell_all(self._worker)
                case "restart":
                    self._worker.close()
                    self._worker = self._hire()
                case "sever":
                    with psycopg.connect(self._database.owner, autocommit=True) as owner:
                        owner.execute(SEVER)
                case "ten days pass":
                    connection.execute(LATER, [self.committee])
                case "three days of tries":
                    connection.execute(AGAIN)
                case "release":
                    release(connection, datetime.now(UTC) + timedelta(days=2))
                case "open" | "acknowledge":
                    self._answer(connection, action)
                case _:
                    asyncio.run(self._send(action))

    def end(self) -> None:
        tell_all(self._worker)
        self._worker.close()

    def notices(self) -> list[tuple[Notice, list[Step]]]:
        with psycopg.connect(self._database.app, autocommit=True) as connection:
            ids = [row[0] for row in connection.execute(ALL, [self.committee]).fetchall()]
            found = [(inbox.find(connection, ident), steps_of(connection, ident)) for ident in ids]
        return [(notice, steps) for notice, steps in found if notice is not None]

    def _reward(self, *, backfill: bool) -> None:
        self._rewards += 1
        decision = Decision(number=str(self._rewards), on=MARCH, by=COMMUNE)
        fact = type(a_certificate())(form=a_certificate().form, decision=decision)
        at = self._log.put(self._resident, fact, MARCH, backfill=backfill)
        self.expected.append((at, backfill))

    def _wish(self, action: str) -> None:
        if action == "endpoint":
            first, self._endpoints = self._endpoints == 0, self._endpoints + 1
            ident = self._endpoint if first else Id(str(uuid4()))
            self._log.put(ident, EndpointRegistered(organisation=self.committee))
        elif action == "digest":
            made = SubscriptionMade(
                organisation=self.committee, facts=("member.*",),
                channels=(Channel(way=Way.WEBHOOK, endpoint=self._endpoint),),
                about=About(residents_of=self.committee), timezone="UTC", digest=Digest.DAILY,
            )  # fmt: skip
            self._log.put(Id(str(uuid4())), made)
        else:
            until = datetime.now(UTC) + timedelta(hours=1)
            silence = SilenceBegun(organisation=self.committee, about=About(member=self._resident), until=until)
            self._log.put(Id(str(uuid4())), silence)

    def _answer(self, connection: psycopg.Connection[tuple[object, ...]], action: str) -> None:
        open_ = [one for one, _ in self.notices() if one.state not in ("history", "acknowledged")]
        if open_ and action == "open":
            notices.opened(connection, open_[0].id, "a token")
        elif open_ and not self._log.ledger.stream(open_[0].id):
            self._log.acknowledge(open_[0].id, self.committee, open_[0].position)

    async def _send(self, action: str) -> None:
        """A sender that takes all there is, and learns the same of each message, or dies before it can say so."""
        async with await psycopg.AsyncConnection.connect(self._database.app, autocommit=True) as connection:
            async with connection.cursor(row_factory=dict_row) as cursor:
                rows = await (await cursor.execute(CLAIM, [self.committee])).fetchall()
            if action == "sender dies":
                return
            outcome = Outcome(200 if action == "ok" else 500, DONE[action], 1)
            claimed = [Claimed(**{field: row.get(field, 0) for field in Claimed._fields}) for row in rows]
            if claimed:
                await results.write(connection, [Result(one, datetime.now(UTC), outcome) for one in claimed])


def explained(notice: Notice, steps: Sequence[Step]) -> str:
    """The state that a life of such steps comes to."""
    if notice.acknowledge_by is None:
        return "history" if not steps else "a life of what has none"
    came = {step.state for step in steps}
    queued = {step.delivery for step in steps if step.state == "queued"}
    failed = {step.delivery for step in steps if step.state == "failed"}
    if "acknowledged" in came:
        return "acknowledged"
    if notice.acknowledge_by <= datetime.now(UTC):
        return "overdue"
    for state, holds in (
        ("opened", "opened" in came), ("delivered", "delivered" in came), ("failed", bool(queued) and queued <= failed),
        ("sent", "sent" in came), ("queued", bool(queued)), ("silenced", "silenced" in came),
        ("deferred", bool(came & {"deferred", "grouped"})),
    ):  # fmt: skip
        if holds:
            return state
    return "due"


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(actions=st.lists(st.sampled_from(ACTIONS), min_size=5, max_size=25))
def test_each_due_notice_is_in_one_state_and_its_steps_explain_it(
    database: Database, log: Log, hire: Hire, actions: list[str]
) -> None:
    if log.ledger.head() == 0:
        log.put_organisations()
    town = Town(database, log, hire)
    try:
        for action in ["reward", *actions]:
            town.do(action)
            for notice, steps in town.notices():
                assert notice.state == explained(notice, steps), [(step.state, step.cause) for step in steps]
    finally:
        town.end()
    told = [(notice.position, notice.state == "history") for notice, _ in town.notices()]
    assert told == town.expected, "each once, in their order, and none is lost"
