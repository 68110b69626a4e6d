"""Signs the tree as it grows, and never one that does not begin with all that was signed before."""

from pathlib import Path
from typing import Any

import psycopg
import structlog

from projections.merkle import tiles
from projections.merkle.checking import extends
from projections.merkle.hashing import EMPTY
from projections.merkle.proving import consistency
from projections.merkle.tiles import TileBroken
from services import whole_file
from services.audit import kept
from services.audit.notes import Checkpoint, SignerKey, Untrusted, read

DURABLY = "SET LOCAL synchronous_commit = on"

log = structlog.get_logger("audit")


class Fork(Exception):
    """The tree does not begin with what was signed; whoever would sign it would say two things of one past."""


class Signer:
    """Signs for one ledger. `memory` is a file beside the key, where the last checkpoint outlives the database's own.

    Without it somebody who sets the whole database back could have another past signed after the next start.
    """

    def __init__(self, key: SignerKey, memory: Path | None = None) -> None:
        self._key = key
        self._memory = memory
        self._last = self._remembered()

    def publish(self, connection: psycopg.Connection[Any], size: int, root: bytes) -> bool:
        """Sign the tree of that size and root and keep it, in the transaction that is open; whether it was new.

        Raises:
            Fork: it does not begin with what was signed before; nothing is signed.
        """
        new = Checkpoint(self._key.name, size, root)
        note = self._key.sign(new.text())
        found = kept.latest(connection)
        if found is not None and found.note == note:
            return False
        last = self._last if found is None else self._later(connection, found)
        if last is not None:
            _must_extend(connection, last, new)
        connection.execute(DURABLY)
        # Remembered first: what is remembered and was never seen can be signed again, and nothing else in its place.
        self._remember(note)
        kept.keep(connection, size, self._key.verifier, note)
        self._last = new
        return True

    def _later(self, connection: psycopg.Connection[Any], found: kept.Kept) -> Checkpoint:
        """What was signed last: as the database has it, or as we remember it where that is further on.

        Raises:
            Fork: what the database has is not signed by us.
        """
        try:
            stored = read(found.note, kept.keys(connection), self._key.name)
        except Untrusted as why:
            raise Fork(f"the kept checkpoint of size {found.size} is not ours: {why}") from None
        return stored if self._last is None or stored.size > self._last.size else self._last

    def _remembered(self) -> Checkpoint | None:
        if self._memory is None or not self._memory.exists():
            return None
        try:
            return read(self._memory.read_bytes(), [self._key.verifier], self._key.name)
        except Untrusted as why:
            # One of an earlier key is none of ours; that the key changed is in the database's table of keys.
            log.warning("the remembered checkpoint is not of this key", file=self._memory.name, why=str(why))
            return None

    def _remember(self, note: str) -> None:
        if self._memory is not None:
            whole_file.write(self._memory, note)


def _must_extend(connection: psycopg.Connection[Any], last: Checkpoint, new: Checkpoint) -> None:
    if new.size < last.size:
        raise Fork(f"the tree has {new.size} leaves, and one of {last.size} was signed")
    if last.size == 0:
        if last.root != EMPTY:
            raise Fork("an empty tree was signed with the root of another one")
        return
    try:
        path = tiles.hashes(connection, consistency(last.size, new.size))
    except TileBroken as broken:
        raise Fork(str(broken)) from None
    if not extends(last.size, last.root, new.size, new.root, path):
        raise Fork(f"the tree of {new.size} does not begin with the tree of {last.size} that was signed")
