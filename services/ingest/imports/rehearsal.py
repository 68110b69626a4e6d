"""A ledger in which nothing is kept: an import is tried on top of what is on record, each row on those before it.

What a rehearsal would have written lies in a file of its own, which has no name and goes with it.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from threading import Lock
from typing import Any, cast

import msgspec

from events.fact import Id, Record
from events.keys import Keyring
from events.ledger import Ledger
from events.member import Member
from events.member.erasure import must_not_be_erased
from events.request import Appended, Claimed, Conflict, Known, NotAppended, Request
from services.ingest.answer import Changed
from services.ingest.asked import Plan
from services.ingest.perform import Performer
from services.ingest.sealing import Sealing
from services.ingest.stored import Seals
from services.ingest.streams import HolderOf, Question, Sight

TABLES = """
CREATE TABLE records (stream TEXT, version INTEGER, name TEXT, on_day TEXT, position INTEGER, data BLOB,
                      PRIMARY KEY (stream, version)) WITHOUT ROWID;
CREATE TABLE begun (stream TEXT PRIMARY KEY, version INTEGER, stands INTEGER) WITHOUT ROWID;
CREATE TABLE claims (claim TEXT PRIMARY KEY, stream TEXT) WITHOUT ROWID;
CREATE TABLE commands (command TEXT PRIMARY KEY) WITHOUT ROWID;
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
"""
STANDS = "SELECT version, stands FROM begun WHERE stream = ?"
SAID = "SELECT version, name, on_day, position, data FROM records WHERE stream = ? ORDER BY version"
HOLDS = "SELECT stream FROM claims WHERE claim = ?"
KNOWN = "SELECT 1 FROM commands WHERE command = ?"


class Rehearsal:
    """What the performer asks of a ledger. From one version of a stream on, it is the rehearsal's alone."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._lock = Lock()
        self._own = sqlite3.connect("", check_same_thread=False, isolation_level=None)
        self._own.executescript(TABLES)
        self._position = 0

    def close(self) -> None:
        """Nothing is left."""
        self._own.close()

    def streams(self, streams: Iterable[Id]) -> dict[Id, list[Record]]:
        """The records of these streams, and those that would be."""
        found = self._ledger.streams(streams)
        with self._lock:
            for stream, records in found.items():
                begun = self._own.execute(STANDS, (stream,)).fetchone()
                if begun is not None:
                    del records[begun[0] :]
                    records += [_record(stream, row) for row in self._own.execute(SAID, (stream,))]
        return found

    def versions(self, streams: Sequence[Id]) -> dict[Id, int]:
        """The version of each of these streams that exists, or would."""
        found = self._ledger.versions(streams)
        with self._lock:
            for stream in streams:
                begun = self._own.execute(STANDS, (stream,)).fetchone()
                if begun is not None:
                    found[stream] = begun[1]
        return found

    def holders(self, claims: Sequence[str]) -> dict[str, Id]:
        """Who holds each of these claims, or would."""
        found = self._ledger.holders(claims)
        with self._lock:
            for claim in claims:
                own = self._own.execute(HOLDS, (claim,)).fetchone()
                if own is not None:
                    found.pop(claim, None)
                    if own[0] is not None:
                        found[claim] = Id(own[0])
        return found

    def all_known(self, commands: Sequence[Id]) -> dict[Id, Known]:
        """What commands came to, or would have."""
        found = self._ledger.all_known(commands)
        nothing = msgspec.json.encode(Changed(Id(""), "", 0, 0, []))
        with self._lock:
            for command in commands:
                if command not in found and self._own.execute(KNOWN, (command,)).fetchone():
                    found[command] = Known(0, [], nothing)
        return found

    @contextmanager
    def connection(self) -> Iterator[Any]:
        """A reading connection to what is on record."""
        with self._ledger.connection() as connection:
            yield connection

    async def append_all(self, requests: Sequence[Request]) -> list[Appended | Exception]:
        """What the ledger would answer."""
        known = self.all_known([request.command for request in requests])
        stand = self.versions([stream for request in requests for stream in _looked_at(request)])
        claims = [claim for request in requests for claim, _ in (*request.takes, *request.releases)]
        held = self.holders(claims) if claims else {}
        return [self._append(request, known, stand, held) for request in requests]

    def _append(
        self, request: Request, known: dict[Id, Known], stand: dict[Id, int], held: dict[str, Id]
    ) -> Appended | Exception:
        if request.command in known:
            return Appended(0, 0, 0, replayed=True)
        wrong = _wrong(request, stand, held)
        if wrong is not None:
            return wrong
        first = self._position + 1
        with self._lock:
            self._own.execute("BEGIN")
            self._own.execute("INSERT INTO commands VALUES (?)", (request.command,))
            for stream, expected, entries in request.writes:
                self._own.execute("INSERT OR IGNORE INTO begun VALUES (?, ?, ?)", (stream, expected, expected))
                for number, (name, on, data) in enumerate(entries, 1):
                    self._position += 1
                    row = (stream, expected + number, name, on.isoformat(), self._position, data)
                    self._own.execute("INSERT INTO records VALUES (?, ?, ?, ?, ?, ?)", row)
                stand[stream] = expected + len(entries)
                self._own.execute("UPDATE begun SET stands = ? WHERE stream = ?", (stand[stream], stream))
            for claim, _ in request.releases:
                held.pop(claim, None)
                self._own.execute("INSERT OR REPLACE INTO claims VALUES (?, NULL)", (claim,))
            for claim, stream in request.takes:
                held[claim] = stream
                self._own.execute("INSERT OR REPLACE INTO claims VALUES (?, ?)", (claim, stream))
            self._own.execute("COMMIT")
        known[request.command] = Known(0, [], b"")
        return Appended(first, request.size, 0)


class Unsealed(Sealing):
    """Nothing is sealed that is not kept, so no keys are made; of who was erased nothing is written all the same."""

    def seals(self, plan: Plan, sight: Sight, reason: str) -> Seals:  # noqa: ARG002  # as the real one is asked
        """None.

        Raises:
            Refused: `member.erased`.
        """
        for part in plan.parts:
            warm = sight.warm(part.stream)
            if isinstance(warm.state, Member):
                must_not_be_erased(warm.state)
        return {}

    def make(self, persons: set[Id]) -> None:
        """Nobody needs a key."""


class Rehearser(Performer):
    """Performs changes on a rehearsal."""

    def __init__(self, rehearsal: Rehearsal, ledger: Ledger, keys: Keyring) -> None:
        super().__init__(cast("Ledger", rehearsal), keys)
        self._rehearsal = rehearsal
        self._sealing = Unsealed(ledger, keys)

    def _answer_to(self, question: Question) -> Any:
        if isinstance(question, HolderOf):
            return self._rehearsal.holders([question.claim]).get(question.claim)
        return super()._answer_to(question)


def _looked_at(request: Request) -> list[Id]:
    return [*[write.stream for write in request.writes], *[stream for stream, _ in request.conditions]]


def _wrong(request: Request, stand: dict[Id, int], held: dict[str, Id]) -> NotAppended | None:
    expected = [*[(write.stream, write.expected) for write in request.writes], *request.conditions]
    for stream, version in expected:
        if stand.get(stream, 0) != version:
            return Conflict(stream, stand.get(stream, 0))
    for claim, stream in request.takes:
        if held.get(claim, stream) != stream:
            return Claimed(claim)
    return None


def _record(stream: Id, row: tuple[int, str, str, int, bytes]) -> Record:
    version, name, on, position, data = row
    return Record(position, stream, version, name, date.fromisoformat(on), 0, "", "", "", 0, data)
