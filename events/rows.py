"""Rows of PostgreSQL's composite types in binary form: what a group of requests is handed over as."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from struct import Struct
from typing import NamedTuple

from psycopg import pq

from events.asking import run
from events.packed import BOOL, BYTEA, DATE, INT2, INT4, INT8, PG_EPOCH, TEXT, UUID
from events.request import Entry, Request

OIDS = b"""SELECT 'ledger.asked_head'::regtype::oid::int8, 'ledger.asked_condition'::regtype::oid::int8,
'ledger.asked_claim'::regtype::oid::int8, 'ledger.asked_fact'::regtype::oid::int8,
'ledger.asked_silent'::regtype::oid::int8"""


class Oids(NamedTuple):
    """The oids of the types `ledger.asked_…` in one database."""

    head: int
    condition: int
    claim: int
    fact: int
    silent: int


def read_oids(pgconn: pq.abc.PGconn, patience: float) -> Oids:
    """Those of the database at the other end.

    Raises:
        psycopg.Error: the ledger was not installed, the connection is lost, or nothing came for so many seconds.
    """
    result = run(pgconn, OIDS, patience)
    return Oids(*(int(result.get_value(0, column) or b"0") for column in range(5)))


# A row is its length, its number of fields, and for each field: oid, length, value.
_HEAD = Struct(">ii ii16s ii16s iii iii".replace(" ", ""))
_CONDITION = Struct(">ii ii16s ii16s iii".replace(" ", ""))
_CLAIM = Struct(">ii ii16s ii".replace(" ", ""))
_CLAIM_END = Struct(">ii16s ii?".replace(" ", ""))
_SILENT = Struct(">ii ii16s iiq ii".replace(" ", ""))
_FACT = Struct(">ii iii iii iih ii".replace(" ", ""))
_FACT_END = Struct(">iiq iiq iii ii16s ii16s ii".replace(" ", ""))
_ARRAY = Struct(">iiIii")
_EMPTY = Struct(">iiI")


def array(oid: int, count: int, rows: Sequence[bytes]) -> bytes:
    """An array of so many rows of that type; they may come in pieces."""
    if not count:
        return _EMPTY.pack(0, 0, oid)
    return b"".join((_ARRAY.pack(1, 0, oid, count, 1), *rows))


def head(command: bytes, stream: bytes, expected: int, version: int) -> bytes:
    """A stream that is written: where it must stand, and where it will."""
    return _HEAD.pack(
        _HEAD.size - 4, 4, UUID, 16, command, UUID, 16, stream, INT4, 4, expected, INT4, 4, version
    )  # fmt: skip


def condition(command: bytes, stream: bytes, version: int) -> bytes:
    """A stream that was looked at."""
    return _CONDITION.pack(_CONDITION.size - 4, 3, UUID, 16, command, UUID, 16, stream, INT4, 4, version)


def claim(command: bytes, claim: bytes, stream: bytes, take: bool) -> bytes:
    """A claim that is taken or released."""
    length = _CLAIM.size - 4 + len(claim) + _CLAIM_END.size
    start = _CLAIM.pack(length, 4, UUID, 16, command, TEXT, len(claim))
    return start + claim + _CLAIM_END.pack(UUID, 16, stream, BOOL, 1, take)


def claims(command: bytes, request: Request) -> list[bytes]:
    """All that it takes and releases.

    Raises:
        ValueError: an id is no UUID.
    """
    taken = [claim(command, what.encode(), uuid_bytes(of), True) for what, of in request.takes]
    return taken + [claim(command, what.encode(), uuid_bytes(of), False) for what, of in request.releases]


def silent(command: bytes, digest: int, answer: bytes) -> bytes:
    """A command without facts, and what to answer when it is asked again."""
    length = _SILENT.size - 4 + len(answer)
    return _SILENT.pack(length, 3, UUID, 16, command, INT8, 8, digest, BYTEA, len(answer)) + answer


def facts(expected: int, entries: Sequence[Entry], names: Mapping[str, int], same: bytes) -> list[bytes]:
    """The facts of one stream, in pieces: the versions after `expected`; `same` is what `facts_end` gives for them."""
    pack, rest, pieces = _FACT.pack, _FACT.size - 4 + len(same), list[bytes]()
    for version, (name, on, data) in enumerate(entries, expected + 1):
        size = len(data)
        pieces += (
            pack(
                rest + size, 10, INT4, 4, version, DATE, 4, on.toordinal() - PG_EPOCH, INT2, 2, names[name], BYTEA, size
            ),
            data,
            same,
        )
    return pieces


def facts_end(cause: int, digest: int, by: int, stream: bytes, command: bytes, reason: bytes) -> bytes:
    """What is the same in every fact of a request on one stream."""
    return (
        _FACT_END.pack(
            INT8, 8, cause, INT8, 8, digest, INT4, 4, by, UUID, 16, stream, UUID, 16, command, TEXT, len(reason)
        )
        + reason
    )


@lru_cache(16_384)
def uuid_bytes(text: str) -> bytes:
    """The 16 bytes of an id in canonical text form.

    Raises:
        ValueError: it is no UUID.
    """
    found = bytes.fromhex(text.replace("-", ""))
    if len(found) != 16:
        raise ValueError("an id has 16 bytes")
    return found
