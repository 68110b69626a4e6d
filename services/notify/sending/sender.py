"""Sends what is queued: claims rows, sends them side by side, and writes down what became of them, in batches."""

import asyncio
from collections import Counter
from collections.abc import Awaitable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from time import monotonic
from typing import Any

import psycopg
import structlog

from events.fact import Id
from events.keys import Keyring
from services.notify.sending import claims, results
from services.notify.sending.claims import Claimed, Room
from services.notify.sending.closing import ENDED, GONE, OFF, close
from services.notify.sending.outcome import Kind, Outcome
from services.notify.sending.pace import Pace
from services.notify.sending.results import Result
from services.notify.sending.sessions import Connection, Session
from services.notify.sending.targets import Target, Targets
from services.notify.sending.ways import Ways, not_set_up

LISTEN = "LISTEN deliveries"
PAUSE = 1.0
"""Seconds until hints are listened for again, after the database was away."""

log = structlog.get_logger("sender")


class Sender:
    """One sender of however many there are. For one event loop."""

    def __init__(self, conninfo: str, keyring: Keyring, ways: Ways, pace: Pace) -> None:
        self._conninfo = conninfo
        self._ways = ways
        self._pace = pace
        self._targets = Targets(conninfo, keyring)
        self._me = 0
        self._claiming = Session(conninfo, self._register)
        self._writing = Session(conninfo)
        self._listening = Session(conninfo, _listen)
        self._wake = asyncio.Event()
        self._results = asyncio.Event()
        self._urgent = asyncio.Event()
        """What comes next waits for what has just come of a message before it."""
        self._done: list[Result] = []
        self._tasks: dict[asyncio.Task[None], Claimed] = {}
        self._on_their_way: Counter[Id] = Counter()
        self._gone: set[Id] = set()
        """Who has just said that nothing shall be sent there, which is being written down."""
        self._free_at = 0.0
        self._stopped = False

    async def run(self, stop: asyncio.Event) -> None:
        """Send until `stop` is set; what is on its way has some seconds, and is then given back.

        Raises:
            psycopg.OperationalError: the database has been away for a minute; what was claimed becomes free.
        """
        beside = [asyncio.create_task(work) for work in (self._hear(), self._write(), self._watch(stop))]
        try:
            while not stop.is_set():
                for task in beside:
                    if task.done():
                        task.result()
                await self._look()
            await self._finish()
            self._stopped = True
            self._results.set()
            self._urgent.set()
            await beside[1]
        finally:
            await _end([*beside, *self._tasks])
            for session in (self._claiming, self._writing, self._listening):
                await session.close()
            self._targets.close()

    async def _look(self) -> None:
        """Claim what there is room for and send it off; wait where there is nothing, and a little after there was."""
        begun, room = monotonic(), self._pace.in_flight - len(self._tasks)
        self._wake.clear()
        got = await self._claimed(room) if room > 0 else []
        for one in got:
            task = asyncio.create_task(self._send(one))
            self._tasks[task] = one
            self._on_their_way[one.target] += 1
            task.add_done_callback(self._sent)
        if not got:
            await _within(self._wake.wait(), self._pace.look)
        await asyncio.sleep(max(0.0, begun + self._pace.gather - monotonic()))

    async def _claimed(self, room: int) -> list[Claimed]:
        """What is ours from now on, its receivers known."""
        pace = self._pace

        async def act(connection: Connection) -> list[Claimed]:
            if monotonic() >= self._free_at:
                await claims.free(connection)
                self._free_at = monotonic() + pace.look
            each = pace.in_flight_a_target
            ways = dict(self._on_their_way) | dict.fromkeys(self._gone, each)
            failing = sum(message.failing for message in self._tasks.values()) < pace.in_flight // 2
            within = Room(room, each, pace.in_flight_unknown, failing)
            return await claims.claim(connection, self._me, within, pace.lease, ways)

        got = await self._claiming.patiently(act)
        missing = self._targets.missing({one.target: one.version for one in got})
        if missing:
            await self._claiming.patiently(lambda _: asyncio.to_thread(self._targets.load, missing))
        return got

    async def _send(self, message: Claimed) -> None:
        """One message, to its end; whatever goes wrong with it is its own outcome."""
        at = datetime.now(UTC)
        try:
            target = self._targets.known(message.target, message.version)
            outcome = await self._outcome(message, target, at)
        except Exception as error:
            log.exception("sending.failed", delivery=message.id)
            outcome = Outcome(None, Kind.GARBLED, 0, error=type(error).__name__)
        if outcome.kind == Kind.GONE:
            self._gone.add(message.target)
        self._done.append(Result(message, at, outcome))
        self._results.set()
        if message.fifo:
            self._urgent.set()

    async def _outcome(self, message: Claimed, target: Target | None, at: datetime) -> Outcome:
        if target is None or target.ended or message.address >= len(target.addresses):
            return Outcome(None, Kind.FINAL, 0, error="nothing is to be sent there any more")
        return await self._ways.get(message.channel, not_set_up)(message, target, at)

    def _sent(self, task: asyncio.Task[None]) -> None:
        message = self._tasks.pop(task)
        self._on_their_way[message.target] -= 1
        if not self._on_their_way[message.target]:
            del self._on_their_way[message.target]
        self._wake.set()

    async def _write(self) -> None:
        """Write down what has become of messages, all that has come since the last writing in one transaction."""
        while not self._stopped or self._done:
            await self._results.wait()
            self._results.clear()
            self._urgent.clear()
            batch, self._done = self._done, []
            if not batch:
                continue
            begun = monotonic()
            failing = await self._writing.patiently(lambda connection: results.write(connection, batch))  # noqa: B023
            if any(result.message.fifo for result in batch):
                self._wake.set()
            await self._close(batch, failing)
            self._gone.difference_update(one.message.target for one in batch)
            if not self._stopped:
                await _within(self._urgent.wait(), max(0.0, begun + self._pace.settle - monotonic()))

    async def _close(self, batch: list[Result], failing: list[results.Failing]) -> None:
        """Close receivers that said so, that ended, or to which nothing has come for days."""
        patience = timedelta(seconds=self._pace.off_after)
        states = {one.target: (GONE, one.at) for one in failing if one.gone}
        states |= {one.target: (OFF, one.at) for one in failing if not one.gone and one.at - one.since >= patience}
        versions = {one.message.target: one.message.version for one in batch}
        for target, at in {one.message.target: one.at for one in batch}.items():
            known = self._targets.known(target, versions[target])
            if known is not None and known.ended:
                states[target] = ENDED, at
            if target in states and known is not None:
                act = _closing(self._conninfo, target, known.organisation, *states[target])
                await self._writing.patiently(lambda _: asyncio.to_thread(act))  # noqa: B023
                log.warning("target.closed", target=target, state=states[target][0])

    async def _finish(self) -> None:
        """Those on their way have some seconds; nobody knows of the others whether they arrived."""
        if self._tasks:
            await asyncio.wait(list(self._tasks), timeout=self._pace.grace)
        cut = dict(self._tasks)
        await _end(list(cut))
        ended = {result.message.id for result in self._done}
        await self._claiming.patiently(
            lambda connection: claims.give_back(connection, [one for one in cut.values() if one.id not in ended])
        )
        await self._claiming.patiently(lambda connection: claims.leave(connection, self._me))

    async def _hear(self) -> None:
        """Look at once when somebody says that there is something."""
        while True:
            try:
                async for _ in (await self._listening.connected()).notifies():
                    self._wake.set()
            except psycopg.OperationalError:
                # Without hints there are still looks.
                await self._listening.close()
                await asyncio.sleep(PAUSE)

    async def _watch(self, stop: asyncio.Event) -> None:
        await stop.wait()
        self._wake.set()

    async def _register(self, connection: Connection) -> None:
        self._me = await claims.register(connection)


async def _listen(connection: Connection) -> None:
    await connection.execute(LISTEN)


def _closing(conninfo: str, target: Id, owner: Id, state: str, at: datetime) -> Any:
    def act() -> bool:
        with psycopg.connect(conninfo, autocommit=True, connect_timeout=5) as connection:
            return close(connection, target, owner, state, at)

    return act


async def _within(awaitable: Awaitable[Any], seconds: float) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await awaitable


async def _end(tasks: list[asyncio.Task[Any]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
