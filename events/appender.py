"""Group commit: one appender a process folds all waiting requests into one transaction."""

from collections import deque
from collections.abc import Callable, Sequence
from struct import pack
from threading import Condition, Lock, Thread
from time import monotonic, sleep
from typing import Any

import msgspec
import psycopg
from psycopg import pq

from events import packed
from events.fact import Id
from events.request import Appended, Claimed, CommandReused, Conflict, LedgerAway, NotAppended, Request

Outcome = Appended | Exception
Done = Callable[[list[tuple["Pending", Outcome]]], None]

GROUP = b"SELECT head, at, refusals FROM ledger.append(%s)" % b", ".join(b"$%d" % n for n in range(1, 26))
ONE = b"SELECT head, at, refusals FROM ledger.append_one($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"
GROUP_FACTS = 10_000
GROUP_BYTES = 8_000_000
PATIENCE = 15.0
"""Seconds that a request waits for a database that does not answer, before `LedgerAway`."""

SESSION = (
    "SET default_transaction_isolation = 'read committed'; SET synchronous_commit = on; SET jit = off;"
    # The one statement is planned once and for ever: never as a scan, however small the tables were that day.
    "SET plan_cache_mode = force_generic_plan; SET enable_seqscan = off; SET enable_hashjoin = off;"
    "SET enable_mergejoin = off; SET application_name = 'caunoi appender'"
)


class Refusal(msgspec.Struct, frozen=True):
    """What the database says of a request that is not in."""

    request: int
    why: str
    what: str
    stands: int
    digest: int


_refusals = msgspec.json.Decoder(list[Refusal])


class Pending:
    """A request that waits for its turn; `done` is called with it and its outcome, from the thread that wrote it."""

    __slots__ = ("done", "outcome", "request", "size", "weight")

    def __init__(self, request: Request, done: Done | None) -> None:
        self.request = request
        self.done = done
        self.outcome: Outcome | None = None
        self.size = request.size
        self.weight = sum(len(entry.data) for write in request.writes for entry in write.entries)


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
        group = self._take_group()
        if group:
            for pending, outcome in self._outcomes(group):
                pending.outcome = outcome
            told: dict[Done, list[tuple[Pending, Outcome]]] = {}
            for pending in group:
                if pending.done is not None and pending.outcome is not None:
                    told.setdefault(pending.done, []).append((pending, pending.outcome))
            for done, pairs in told.items():
                done(pairs)

    def _take_group(self) -> list[Pending]:
        """Those of the waiting that do not touch each other, first come first; the others wait for the next group."""
        group: list[Pending] = []
        later: list[Pending] = []
        written: set[str] = set()
        looked_at: set[str] = set()
        facts = weight = 0
        while self._waiting and facts < GROUP_FACTS and weight < GROUP_BYTES:
            pending = self._waiting.popleft()
            request = pending.request
            touches: list[str] = [request.command, *[write.stream for write in request.writes]]
            touches += [claim for claim, _ in (*request.takes, *request.releases)]
            conditions = [stream for stream, _ in request.conditions]
            if (
                not written.isdisjoint(touches)
                or not looked_at.isdisjoint(touches)
                or not written.isdisjoint(conditions)
            ):
                later.append(pending)
            else:
                group.append(pending)
                facts += pending.size
                weight += pending.weight
            written.update(touches)
            looked_at.update(conditions)
        self._waiting.extendleft(reversed(later))
        return group

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
        if len(group) == 1 and _is_plain(group[0].request):
            statement, params = b"one", _pack_one(group[0].request, self._names, self._actors)
        else:
            statement, params = b"group", _pack(group, self._names, self._actors)
        result = connection.pgconn.exec_prepared(statement, params, [1] * len(params), 1)
        if result.status != pq.ExecStatus.TUPLES_OK:
            if connection.pgconn.status != pq.ConnStatus.OK:
                raise psycopg.OperationalError(result.error_message.decode(errors="replace") or "connection lost")
            raise psycopg.errors.error_from_result(result)
        head = int.from_bytes(result.get_value(0, 0) or b"", "big")
        at = int.from_bytes(result.get_value(0, 1) or b"", "big")
        said = result.get_value(0, 2)
        refusals = {refusal.request: refusal for refusal in _refusals.decode(said)} if said else {}
        outcomes: list[tuple[Pending, Outcome]] = []
        for number, pending in enumerate(group, 1):
            refusal = refusals.get(number)
            if refusal is not None:
                outcomes.append((pending, _refused(pending, refusal)))
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


def _refused(pending: Pending, refusal: Refusal) -> Outcome:
    if refusal.why == "known":
        if refusal.digest != pending.request.digest:
            return CommandReused("the command is known with another body")
        return Appended(refusal.stands, pending.size, 0, replayed=True)
    if refusal.why == "claimed":
        return Claimed(refusal.what)
    if refusal.why in ("version", "condition"):
        return Conflict(Id(refusal.what), refusal.stands)
    return NotAppended(refusal.why)


def _is_plain(request: Request) -> bool:
    """One fact for one stream, with neither conditions nor claims."""
    return (
        len(request.writes) == 1
        and len(request.writes[0].entries) == 1
        and not (request.conditions or request.takes or request.releases)
    )


def _pack_one(request: Request, names: dict[str, int], actors: dict[str, int]) -> list[bytes]:
    """The request as the ten values of `ledger.append_one`."""
    stream, expected, entries = request.writes[0]
    name, on, data = entries[0]
    return [
        pack(">q", request.cause), pack(">q", request.digest), pack(">i", expected),
        pack(">i", on.toordinal() - packed.PG_EPOCH), pack(">i", actors[request.by]), pack(">h", names[name]),
        uuid_bytes(stream), uuid_bytes(request.command), request.reason.encode(), data,
    ]  # fmt: skip


def _pack(group: list[Pending], names: dict[str, int], actors: dict[str, int]) -> list[bytes]:
    """The group as the 25 arrays of `ledger.append`."""
    commands, silent, answers = [], [], []
    h_request, h_stream, h_expected, h_version = [], [], [], []
    c_request, c_stream, c_version = [], [], []
    k_request, k_claim, k_stream, k_take = [], [], [], []
    f_request, f_cause, f_digest, f_version, f_on, f_by = [], [], [], [], [], []
    f_name, f_stream, f_command, f_reason, f_data = [], [], [], [], []
    for number, pending in enumerate(group, 1):
        request = pending.request
        command = uuid_bytes(request.command)
        by = actors[request.by]
        commands.append(command)
        silent.append(None if pending.size else request.digest)
        answers.append(request.answer)
        for stream, expected, entries in request.writes:
            if not entries:
                c_request.append(number)
                c_stream.append(uuid_bytes(stream))
                c_version.append(expected)
                continue
            key = uuid_bytes(stream)
            h_request.append(number)
            h_stream.append(key)
            h_expected.append(expected)
            h_version.append(expected + len(entries))
            for version, (name, on, data) in enumerate(entries, expected + 1):
                f_request.append(number)
                f_cause.append(request.cause)
                f_digest.append(request.digest)
                f_version.append(version)
                f_on.append(on.toordinal())
                f_by.append(by)
                f_name.append(names[name])
                f_stream.append(key)
                f_command.append(command)
                f_reason.append(request.reason)
                f_data.append(data)
        for stream, version in request.conditions:
            c_request.append(number)
            c_stream.append(uuid_bytes(stream))
            c_version.append(version)
        for take, claims in ((True, request.takes), (False, request.releases)):
            for claim, stream in claims:
                k_request.append(number)
                k_claim.append(claim)
                k_stream.append(uuid_bytes(stream))
                k_take.append(take)
    p = packed
    return [
        p.uuids(commands), *(
            (p.int8s(silent), p.byteas(answers)) if any(s is not None for s in silent) else (p.int8s(()), p.byteas(()))
        ),
        p.int4s(h_request), p.uuids(h_stream), p.int4s(h_expected), p.int4s(h_version),
        p.int4s(c_request), p.uuids(c_stream), p.int4s(c_version),
        p.int4s(k_request), p.texts(k_claim), p.uuids(k_stream), p.bools(k_take),
        p.int4s(f_request), p.int8s(f_cause), p.int8s(f_digest), p.int4s(f_version), p.dates(f_on), p.int4s(f_by),
        p.int2s(f_name), p.uuids(f_stream), p.uuids(f_command), p.texts(f_reason), p.byteas(f_data),
    ]  # fmt: skip


def uuid_bytes(text: str) -> bytes:
    """The 16 bytes of an id in canonical text form.

    Raises:
        ValueError: it is no UUID.
    """
    return bytes.fromhex(text.replace("-", ""))
