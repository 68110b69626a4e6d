"""How the values of each type of column are packed for binary COPY: its length, then its bytes."""

from collections.abc import Callable, Sequence
from datetime import date
from functools import lru_cache
from struct import pack
from typing import Any

from psycopg.adapt import PyFormat, Transformer

from events import packed
from projections.view import FOREVER

Pack = Callable[[Any], bytes]

NULL = pack(">i", -1)
TRUE, FALSE = pack(">i?", 1, True), pack(">i?", 1, False)
INFINITY = pack(">ii", 4, 2**31 - 1)


def uuid_bytes(text: str) -> bytes:
    """The 16 bytes of an id in canonical text form."""
    return bytes.fromhex(text.replace("-", ""))


@lru_cache(16384)
def pack_uuid(value: str | None) -> bytes:
    """An id in canonical text form."""
    return NULL if value is None else b"\0\0\0\x10" + uuid_bytes(value)


@lru_cache(16384)
def pack_date(value: date | None) -> bytes:
    """A day; `FOREVER` is infinity."""
    if value is None:
        return NULL
    return INFINITY if value == FOREVER else pack(">ii", 4, value.toordinal() - packed.PG_EPOCH)


def pack_text(value: str | None) -> bytes:
    """A text, or a word of an enumeration, of which there are few."""
    if value is None:
        return NULL
    return sized(value.encode()) if type(value) is str else _pack_word(value)


@lru_cache(4096)
def _pack_word(value: str) -> bytes:
    return sized(value.encode())


def pack_bigint(value: int | None) -> bytes:
    """A 64-bit integer."""
    return NULL if value is None else pack(">iq", 8, value)


def pack_integer(value: int | None) -> bytes:
    """A 32-bit integer."""
    return NULL if value is None else pack(">ii", 4, value)


def pack_boolean(value: bool | None) -> bytes:
    """A truth value."""
    return NULL if value is None else TRUE if value else FALSE


def pack_uuids(values: Sequence[str] | None) -> bytes:
    """A list of ids."""
    return NULL if values is None else sized(packed.uuids([uuid_bytes(value) for value in values]))


def pack_texts(values: Sequence[str] | None) -> bytes:
    """A list of texts."""
    return NULL if values is None else sized(packed.texts(values))


def pack_otherwise(value: Any) -> bytes:
    """What psycopg packs as it should: `datetime`, `Decimal`, `Jsonb`."""
    if value is None:
        return NULL
    return sized(bytes(_dumpers.get_dumper(value, PyFormat.BINARY).dump(value) or b""))


def sized(data: bytes) -> bytes:
    """Bytes after their length."""
    return pack(">i", len(data)) + data


_dumpers = Transformer()

PACKS: dict[str, Pack] = {
    "uuid": pack_uuid,
    "date": pack_date,
    "text": pack_text,
    "bigint": pack_bigint,
    "integer": pack_integer,
    "boolean": pack_boolean,
    "uuid[]": pack_uuids,
    "text[]": pack_texts,
    "timestamptz": pack_otherwise,
    "numeric": pack_otherwise,
    "jsonb": pack_otherwise,
}
"""By the type's name as a view's columns spell it."""
