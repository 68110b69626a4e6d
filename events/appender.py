"""Group commit: one appender a process folds all waiting requests into one transaction."""

from collections import deque
from collections.abc import Sequence
from threading import Condition, Lock, Thread
from time import monotonic, sleep
from typing import Any

import psycopg
from psycopg import pq

from events.group import (
    GROUP,
    ONE,
    Done,
    Outcome,
    Pending,
    is_plain,
    pack_group,
    pack_one,
    read_refusals,
    refused,
    take_group,
)
from events.request import Appended, LedgerAway, Request

PATIENCE = 15.0
"""Seconds that a request waits for a database that does not answer, before `LedgerAway`."""

SESSION = (
    "SET default_transaction_isolation = 'read committed'; SET synchronous_commit = on; SET jit = off;"
    # The one statement is planned once and for ever: never as a scan, however small the tables were that day.
    "SET plan_cache_mode = force_generic_plan; SET enable_seqscan = off; SET enable_hashjoin = off;"
    "SET enable_mergejoin = off; SET application_name = 'caunoi appender'"
)


class Appender:
    """Takes requests from any thread and appends them in groups, in one transaction a group, through one connection."""

    def __init__(self, conninfo: str) -> None:
        self._conninfo = conninfo
        self._connection: psycopg.Connection[Any] | None = None
        self._names: dict[str, int] = {}
        self._actors: dict[str, int] = {}
        self._waiting: deque[Pending] = deque()
        self._turn = Lock()
        self._wake = Condition()
        self._thread: Thread | None = None
        self._closed = False
        self._room = 0
        self._part = 0

    def append(self, request: Request) -> Appended:
        """Append and wait. Whoever gets the turn writes for all who wait, so a lone caller pays for no other thread.

        Raises:
            Conflict, Claimed, CommandReused, LedgerAway: nothing was stored (LedgerAway: it is not known).
        """
        pending = Pending(request, None)
        self._waiting.append(pending)
        while pending.outcome is None:
            with self._turn:
                if pending.outcome is None:
                    self._write_group()
        if isinstance(pending.outcome, Exception):
            raise pending.outcome
        return pending.outcome

    def submit(self, requests: Sequence[Request], done: Done) -> list[Pending]:
        """Append from an event loop: returns at once, and calls `done` a group later, from the appender's thread."""
        pendings = [Pending(request, done) for request in requests]
        with self._wake:
            if self._thread is None:
                self._thread = Thread(target=self._run, name="appender", daemon=True)
                self._thread.start()
            self._waiting.extend(pendings)
            self._wake.notify()
        return pendings

    def close(self) -> None:
        """Write what waits, then close the connection."""
        with self._wake:
            self._closed = True
            self._wake.notify()
        if self._thread is not None:
            self._thread.join()
        with self._turn:
            if self._connection is not None:
                self._connection.close()
                self._connection = None

    def _run(self) -> None:
        while True:
            with self._wake:
                while not self._waiting and not self._closed:
                    self._wake.wait()
                if not self._waiting:
                    return
            with self._turn:
                self._write_group()

    def _write_group(self) -> None:
        group = take_group(self._waiting)
        if group:
            for pending, outcome in self._outcomes(group):
                pending.outcome = outcome
            told: dict[Done, list[tuple[Pending, Outcome]]] = {}
            for pending in group:
                if pending.done is not None and pending.outcome is not None:
                    told.setdefault(pending.done, []).append((pending, pending.outcome))
            for done, pairs in told.items():
                done(pairs)

    def _outcomes(self, group: list[Pending]) -> list[tuple[Pending, Outcome]]:
        """Append the group; where the database refuses all of it, each half alone: nobody suffers for another."""
        until = monotonic() + PATIENCE
        while True:
            try:
                return self._execute(group)
            except psycopg.OperationalError as away:
                # Sent or not sent, stored or not: the commands tell when we ask again.
                self._drop()
                if monotonic() > until or self._closed:
                    return [(pending, LedgerAway(str(away).splitlines()[0])) for pending in group]
                sleep(0.05)
            except psycopg.Error as error:
                if len(group) == 1:
                    return [(group[0], error)]
                half = len(group) // 2
                return self._outcomes(group[:half]) + self._outcomes(group[half:])

    def _execute(self, group: list[Pending]) -> list[tuple[Pending, Outcome]]:
        connection = self._connection or self._connect()
        self._number(connection, group)
        if len(group) == 1 and is_plain(group[0].request):
            statement, params = b"one", pack_one(group[0].request, self._names, self._actors)
        else:
            statement, params = b"group", pack_group(group, self._names, self._actors)
        result = connection.pgconn.exec_prepared(statement, params, [1] * len(params), 1)
        if result.status != pq.ExecStatus.TUPLES_OK:
            if connection.pgconn.status != pq.ConnStatus.OK:
                raise psycopg.OperationalError(result.error_message.decode(errors="replace") or "connection lost")
            raise psycopg.errors.error_from_result(result)
        head = int.from_bytes(result.get_value(0, 0) or b"", "big")
        at = int.from_bytes(result.get_value(0, 1) or b"", "big")
        said = result.get_value(0, 2)
        refusals = {refusal.request: refusal for refusal in read_refusals(said)} if said else {}
        outcomes: list[tuple[Pending, Outcome]] = []
        for number, pending in enumerate(group, 1):
            refusal = refusals.get(number)
            if refusal is not None:
                outcomes.append((pending, refused(pending, refusal)))
                continue
            outcomes.append((pending, Appended(head + 1 if pending.size else 0, pending.size, at)))
            head += pending.size
        if head >= self._room - self._part:
            self._extend(connection, head)
        return outcomes

    def _connect(self) -> psycopg.Connection[Any]:
        connection = psycopg.connect(self._conninfo, autocommit=True, connect_timeout=5)
        connection.execute(SESSION)
        for name, statement in ((b"group", GROUP), (b"one", ONE)):
            prepared = connection.pgconn.prepare(name, statement, None)
            if prepared.status != pq.ExecStatus.COMMAND_OK:
                raise psycopg.errors.error_from_result(prepared)
        row = connection.execute("SELECT position, partition_size FROM ledger.counter").fetchone()
        if row is None:
            raise psycopg.DataError("the ledger has no counter: it was not installed")
        self._part = row[1]
        self._extend(connection, row[0])
        self._connection = connection
        return connection

    def _extend(self, connection: psycopg.Connection[Any], head: int) -> None:
        """Make the next part of the log long before it is needed."""
        connection.execute("SELECT ledger.extend(%s)", [head + self._part])
        self._room = ((head + self._part) // self._part + 1) * self._part

    def _number(self, connection: psycopg.Connection[Any], group: list[Pending]) -> None:
        names = {e.name for p in group for w in p.request.writes for e in w.entries}.difference(self._names)
        if names:
            self._names.update(connection.execute("SELECT * FROM ledger.number_names(%s)", [sorted(names)]).fetchall())
        actors = {p.request.by for p in group}.difference(self._actors)
        if actors:
            if len(self._actors) > 10_000:
                self._actors.clear()
                actors = {p.request.by for p in group}
            found = connection.execute("SELECT * FROM ledger.number_actors(%s)", [sorted(actors)]).fetchall()
            self._actors.update(found)

    def _drop(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None
