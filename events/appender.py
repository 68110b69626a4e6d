"""Group commit: one appender a process folds all waiting requests into one transaction."""

import struct
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from threading import Condition, Event, Lock, Thread
from time import monotonic, sleep
from typing import Any

import psycopg
from psycopg import pq

from events.asking import ask, done, prepare, run
from events.group import ALONE, GROUP, GROUP_FACTS, ONE, Done, Outcome, Pending, read_refusals, refused, take_group
from events.numbers import Numbers
from events.parcel import is_plain, pack_group, pack_one, pack_unless
from events.request import Appended, LedgerAway, Request, Unstorable
from events.rows import Oids, read_oids, uuid_bytes

PATIENCE = 15.0
"""Seconds that a request waits for a database that does not answer, before `LedgerAway`; twice that where it froze."""
PAUSE = 0.05
HANDOVER = 0.05
"""Seconds after which one who waits tries for the turn: it may have been passed on to somebody who was interrupted."""

EXTEND = b"SELECT position, partition_size, ledger.extend(position + partition_size + $1) FROM ledger.counter"
NOTHING = Appended(0, 0, 0)
# Data exceptions, violated constraints, too much of something, unreadable bytes; all else is not the request's fault.
REFUSED_FOR = ("21", "22", "23", "54", "08P01")
SESSION = (
    b"SET default_transaction_isolation = 'read committed'; SET synchronous_commit = on; SET jit = off;"
    # The one statement is planned once and for ever: never as a scan, however small the tables were that day.
    b"SET plan_cache_mode = force_generic_plan; SET enable_seqscan = off; SET enable_hashjoin = off;"
    b"SET enable_mergejoin = off; SET application_name = 'caunoi appender'"
)


class Appender:
    """Takes requests from any thread and appends them in groups, in one transaction a group, through one connection."""

    def __init__(self, conninfo: str, *, patience: float = PATIENCE) -> None:
        self._conninfo = conninfo
        self._patience = patience
        self._connection: psycopg.Connection[Any] | None = None
        self._numbers = Numbers()
        self._waiting: deque[Pending] = deque()
        self._turn = Lock()
        self._wake = Condition()
        self._thread: Thread | None = None
        self._closing = False
        self._closed = False
        self._room = 0
        self._part = 0
        self._oids = Oids(0, 0, 0, 0, 0)

    def append(self, request: Request) -> Appended:
        """Append and wait. Whoever gets the turn writes for all who wait, so a lone caller pays for no other thread.

        Raises:
            Conflict, Claimed, CommandReused, Unstorable, LedgerAway: nothing was stored (LedgerAway: it is not known).
        """
        pending = Pending(request, None)
        self._waiting.append(pending)
        while pending.outcome is None:
            if self._turn.acquire(blocking=False):
                self._lead(pending)
            elif pending.wake is None:
                # And one more look, at the turn too: whoever has it may have ended before he could see that we wait.
                pending.wake = Event()
            else:
                pending.wake.wait(HANDOVER)
                pending.wake.clear()
        if isinstance(pending.outcome, Exception):
            raise pending.outcome
        return pending.outcome

    def submit(self, requests: Sequence[Request], done: Done, ticket: object = None) -> list[Pending]:
        """Append from an event loop: returns at once, and calls `done` a group later, from the appender's thread.

        Raises:
            LedgerAway: it is closed.
        """
        pendings = [Pending(request, done, ticket) for request in requests]
        if self._turn.locked():
            # While the group before is on its way there is time, here and not when it is these ones' turn; for as much
            # as a group takes, since the event loop stands still for it.
            facts = 0
            for pending in pendings:
                if facts >= GROUP_FACTS:
                    break
                facts += pending.size or 1
                pending.pack_early(self._numbers)
        with self._wake:
            if self._closing:
                raise LedgerAway("the ledger is closed")
            if self._thread is None:
                self._thread = Thread(target=self._run, name="appender", daemon=True)
                self._thread.start()
            self._waiting.extend(pendings)
            self._wake.notify()
        return pendings

    def close(self) -> None:
        """Write what waits, then close the connection; who comes later is told that it is closed."""
        with self._wake:
            self._closing = True
            self._wake.notify()
        if self._thread is not None:
            self._thread.join()
        with self._turn:
            while self._waiting:
                self._write_group()
            self._closed = True
            self._drop()

    def _run(self) -> None:
        while True:
            with self._wake:
                while not self._waiting and not self._closing:
                    self._wake.wait()
                if not self._waiting:
                    return
            with self._turn:
                self._write_group()

    def _lead(self, pending: Pending) -> None:
        """Write a group, if the outcome is not there by now, and pass the turn on to the first of those who wait.

        (Who queued for the lock alone would learn his outcome behind the next commit, and groups would be of two.)
        """
        try:
            if pending.outcome is None:
                self._write_group()
        finally:
            self._turn.release()
            if self._waiting:
                with suppress(IndexError):  # another has the turn by now, and took them
                    if (wake := self._waiting[0].wake) is not None:
                        wake.set()

    def _write_group(self) -> None:
        """Give each of the next group its outcome, whatever happens: none of them may wait for ever."""
        group = take_group(self._waiting)
        if not group:
            return
        try:
            for pending, outcome in self._outcomes(group):
                pending.outcome = outcome
        finally:
            told: dict[Done, list[tuple[Pending, Outcome]]] = {}
            for pending in group:
                if pending.outcome is None:
                    # Whoever wrote for all was interrupted in the middle of it.
                    self._drop()
                    pending.outcome = LedgerAway("interrupted")
                if pending.wake is not None:
                    pending.wake.set()
                if pending.done is not None:
                    told.setdefault(pending.done, []).append((pending, pending.outcome))
            for done, pairs in told.items():
                done(pairs)

    def _outcomes(self, group: list[Pending]) -> list[tuple[Pending, Outcome]]:
        """Append the group; where the database refuses all of it, each half alone: nobody suffers for another."""
        until = group[0].since + self._patience
        while not self._closed:
            try:
                return self._execute(group)
            except Exception as error:  # noqa: BLE001  # it is the requester's, whose turn it may not even be
                if _is_away(error):
                    # Sent or not sent, stored or not: the commands tell when we ask again.
                    self._drop()
                    if monotonic() > until or self._closing:
                        return [(pending, LedgerAway(f"{type(error).__name__}: {error}")) for pending in group]
                    sleep(PAUSE)
                elif len(group) == 1:
                    return [(group[0], _refusal(error))]
                else:
                    half = len(group) // 2
                    return self._outcomes(group[:half]) + self._outcomes(group[half:])
        return [(pending, LedgerAway("the ledger is closed")) for pending in group]

    def _execute(self, group: list[Pending]) -> list[tuple[Pending, Outcome]]:
        connection = self._connection or self._connect()
        pgconn, numbers = connection.pgconn, self._numbers
        alone = len(group) == 1 and is_plain(group[0].request)
        unpacked = [pending.request for pending in group if alone or pending.parcel is None]
        numbers.learn(connection, unpacked, self._patience)
        if (facts := sum(pending.size for pending in group)) > self._part:
            self._extend(connection, facts)
        if alone:
            statement, params = b"one", pack_one(group[0].request, numbers.names, numbers.actors)
        else:
            parcels = [pending.packed(numbers) for pending in group]
            statement, params = b"group", pack_group(parcels, facts, self._oids)
            if (unless := group[0].request.unless) is not None:
                statement, params = b"alone", [*pack_unless(unless), *params]
        result = done(pgconn, ask(pgconn, statement, params, self._patience))
        head = int.from_bytes(result.get_value(0, 0) or b"", "big")
        at = int.from_bytes(result.get_value(0, 1) or b"", "big")
        said = result.get_value(0, 2)
        refusals = read_refusals(said) if said else {}
        outcomes: list[tuple[Pending, Outcome]] = []
        for pending in group:
            refusal = refusals.get(uuid_bytes(pending.request.command)) if refusals else None
            if refusal is not None:
                outcomes.append((pending, refused(pending, refusal)))
                continue
            outcomes.append((pending, Appended(head + 1, pending.size, at) if pending.size else NOTHING))
            head += pending.size
        if head >= self._room - self._part:
            self._extend(connection)
        return outcomes

    def _connect(self) -> psycopg.Connection[Any]:
        connection = psycopg.connect(self._conninfo, autocommit=True, connect_timeout=5)
        try:
            self._begin(connection)
        except BaseException:
            connection.close()
            raise
        self._connection = connection
        return connection

    def _begin(self, connection: psycopg.Connection[Any]) -> None:
        pgconn, patience = connection.pgconn, self._patience
        # A request that nobody waits for any more shall not stay in the queue for the counter.
        run(pgconn, SESSION + b"; SET statement_timeout = %d" % (int(patience * 1000) + 5000), patience)
        for statement, query in ((b"group", GROUP), (b"one", ONE), (b"alone", ALONE), (b"extend", EXTEND)):
            prepare(pgconn, statement, query, patience)
        self._numbers.prepare(pgconn, patience)
        self._oids = read_oids(pgconn, patience)
        self._extend(connection)

    def _extend(self, connection: psycopg.Connection[Any], facts: int = 0) -> None:
        """Make the next part of the log long before it is needed, and as many as so many facts fill."""
        head, self._part = extend(connection.pgconn, facts, self._patience)
        self._room = ((head + self._part + facts) // self._part + 1) * self._part

    def _drop(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def extend(pgconn: pq.abc.PGconn, facts: int, patience: float) -> tuple[int, int]:
    """Make the parts of the log that so many facts fill, and the one after them; the head, and a part's size.

    Raises:
        psycopg.Error: the ledger was not installed, the connection is lost, or nothing came for so many seconds.
    """
    result = done(pgconn, ask(pgconn, b"extend", [facts.to_bytes(8, "big")], patience))
    if not result.ntuples:
        raise psycopg.OperationalError("the ledger has no counter: it was not installed")
    head, part = (int.from_bytes(result.get_value(0, column) or b"", "big") for column in (0, 1))
    return head, part


def _is_away(error: Exception) -> bool:
    """Whether the database is away, or not what it should be; otherwise what was asked is at fault."""
    if isinstance(error, psycopg.Error) and not isinstance(error, psycopg.DataError):
        return error.sqlstate is None or not error.sqlstate.startswith(REFUSED_FOR)
    return False


def _refusal(error: Exception) -> Exception:
    if not isinstance(error, psycopg.Error | ValueError | OverflowError | struct.error):
        return error
    unstorable = Unstorable((isinstance(error, psycopg.Error) and error.sqlstate) or type(error).__name__)
    unstorable.__cause__ = error
    return unstorable
