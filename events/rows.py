"""Rows of PostgreSQL's composite types in binary form: what a group of requests is handed over as."""

from collections.abc import Sequence
from struct import Struct
from typing import NamedTuple

from events.packed import BOOL, BYTEA, DATE, INT2, INT4, INT8, PG_EPOCH, TEXT, UUID

OIDS = """SELECT 'ledger.asked_command'::regtype::oid::int8, 'ledger.asked_head'::regtype::oid::int8,
'ledger.asked_condition'::regtype::oid::int8, 'ledger.asked_claim'::regtype::oid::int8,
'ledger.asked_fact'::regtype::oid::int8"""


class Oids(NamedTuple):
    """The oids of the types `ledger.asked_…` in one database."""

    command: int
    head: int
    condition: int
    claim: int
    fact: int


# A row is its length, its number of fields, and for each field: oid, length, value.
_COMMAND = Struct(">ii ii16s ii ii".replace(" ", ""))
_SILENT = Struct(">ii ii16s iiq ii".replace(" ", ""))
_HEAD = Struct(">ii iii ii16s iii iii".replace(" ", ""))
_CONDITION = Struct(">ii iii ii16s iii".replace(" ", ""))
_CLAIM = Struct(">ii iii ii".replace(" ", ""))
_CLAIM_END = Struct(">ii16s ii?".replace(" ", ""))
_FACT = Struct(">ii iii iiq iiq iii iii iii iih ii16s ii16s ii".replace(" ", ""))
_DATA = Struct(">ii")
_ARRAY = Struct(">iiIii")
_EMPTY = Struct(">iiI")


def array(oid: int, rows: Sequence[bytes]) -> bytes:
    """An array of rows of that type."""
    if not rows:
        return _EMPTY.pack(0, 0, oid)
    return _ARRAY.pack(1, 0, oid, len(rows), 1) + b"".join(rows)


def command(command: bytes) -> bytes:
    """A command that has facts."""
    return _COMMAND.pack(_COMMAND.size - 4, 3, UUID, 16, command, INT8, -1, BYTEA, -1)


def silent_command(command: bytes, digest: int, answer: bytes) -> bytes:
    """A command that has none, and what to answer when it is asked again."""
    length = _SILENT.size - 4 + len(answer)
    return _SILENT.pack(length, 3, UUID, 16, command, INT8, 8, digest, BYTEA, len(answer)) + answer


def head(request: int, stream: bytes, expected: int, version: int) -> bytes:
    """A stream that is written: where it must stand, and where it will."""
    return _HEAD.pack(
        _HEAD.size - 4, 4, INT4, 4, request, UUID, 16, stream, INT4, 4, expected, INT4, 4, version
    )  # fmt: skip


def condition(request: int, stream: bytes, version: int) -> bytes:
    """A stream that was looked at."""
    return _CONDITION.pack(_CONDITION.size - 4, 3, INT4, 4, request, UUID, 16, stream, INT4, 4, version)


def claim(request: int, claim: bytes, stream: bytes, take: bool) -> bytes:
    """A claim that is taken or released."""
    length = _CLAIM.size - 4 + len(claim) + _CLAIM_END.size
    start = _CLAIM.pack(length, 4, INT4, 4, request, TEXT, len(claim))
    return start + claim + _CLAIM_END.pack(UUID, 16, stream, BOOL, 1, take)


def fact(
    request: int, cause: int, digest: int, version: int, day: int, by: int, name: int, stream: bytes, command: bytes,
    reason: bytes, data: bytes,
) -> bytes:  # fmt: skip
    """A fact; `day` is `date.toordinal()`."""
    start = _FACT.pack(
        _FACT.size - 4 + len(reason) + 8 + len(data), 11,
        INT4, 4, request, INT8, 8, cause, INT8, 8, digest, INT4, 4, version, DATE, 4, day - PG_EPOCH, INT4, 4, by,
        INT2, 2, name, UUID, 16, stream, UUID, 16, command, TEXT, len(reason),
    )  # fmt: skip
    return b"".join((start, reason, _DATA.pack(BYTEA, len(data)), data))
