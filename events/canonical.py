"""A record as the bytes that are hashed: its leaf, as docs/reference/record.md says it for every language."""

from datetime import date, timedelta
from functools import lru_cache
from hashlib import sha256

import msgspec

from events.fact import EPOCH, Record

LEAF_PREFIX = b"\0"
"""RFC 6962, 2.1: what is hashed before a leaf, so that no leaf can pass for an inner node of the tree."""


class Leaf(msgspec.Struct, frozen=True, gc=False):
    """The keys of the object, in the order in which they are written."""

    position: int
    stream: str
    version: int
    name: str
    effective_on: date
    recorded_at: str
    by: str
    reason: str
    command: str
    cause: int | None
    data: msgspec.Raw


_encode = msgspec.json.Encoder().encode


def leaf(record: Record) -> bytes:
    """The canonical bytes of a record: a JSON object in UTF-8, its data as they were stored, byte for byte."""
    position, stream, version, name, on, recorded, by, reason, command, cause, data = record
    second, microsecond = divmod(recorded, 1_000_000)
    return _encode(
        Leaf(
            position,
            f"{_kind(name)}/{stream}",
            version,
            name,
            on,
            f"{_second(second)}.{microsecond:06d}Z",
            by,
            reason,
            command,
            cause or None,
            msgspec.Raw(data),
        )
    )


def leaf_hash(leaf: bytes) -> bytes:
    """The hash of a leaf in the tree of RFC 6962 (32 bytes)."""
    return sha256(LEAF_PREFIX + leaf).digest()


@lru_cache(1024)
def _kind(name: str) -> str:
    return name.partition(".")[0]


@lru_cache(1024)
def _second(second: int) -> str:
    """`YYYY-MM-DDTHH:MM:SS`, UTC, of a second since 1970; many records share one."""
    return (EPOCH + timedelta(seconds=second)).isoformat()[:19]
