"""What is personal in a fact, sealed with its person's key before the record's bytes are made, and opened again."""

from base64 import b64decode
from collections import deque
from collections.abc import Callable
from os import register_at_fork, urandom
from typing import cast

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from events.fact import Fact, Id, Record, personal_fields

SEALED = "_sealed"
"""Base64 of nonce (12 bytes), ciphertext and tag (16 bytes) of a JSON object with the fields that are missing here."""
PERSON = "_person"
"""Whose key it is, where that is not told by the stream."""
REASON = "_reason"
"""Among the sealed fields: the reason of the request, which then is not in the record's own."""
ERASED = "_erased"
"""What an opened record has in place of sealed fields when their key was destroyed: `true`."""
UNSEALABLE = "_unsealable"
"""The same where the key is there and what was sealed is not what it was."""

NONCE = 12
AT_ONCE = 256
MEMBER = "member."
_NOTHING: tuple[object, ...] = (None, ())
_MARK = b'"_sealed":'

Fields = dict[str, msgspec.Raw]
Key = AESGCM
"""AES-256-GCM with one person's key."""

_fields = msgspec.json.Decoder(Fields).decode
_parts = cast("Callable[[bytes], dict[str, object]]", _fields)  # others may stand beside them
_text = msgspec.json.Decoder(str).decode
_encode = msgspec.json.Encoder().encode


class Unsealable(Exception):
    """The sealed fields are not what was sealed for this place with this key: somebody changed them."""


def has_to_be_sealed(fact: Fact, reason: str) -> bool:
    """Whether anything of it is text about a person, when it is about one."""
    if reason:
        return True
    for field in personal_fields(type(fact)):  # noqa: SIM110  # asked of every fact: a generator takes twice as long
        if getattr(fact, field) not in _NOTHING:
            return True
    return False


def seal(
    name: str, data: bytes, personal: frozenset[str], place: tuple[Id, int], key: Key, person: Id, reason: str = ""
) -> bytes:
    """The data with its personal fields sealed for that person; `place` is the stream and the version it will have.

    Nobody can take sealed fields from one record to another: the place and the name are authenticated with them.
    """
    fields = _parts(data)
    inside = {}
    for field in personal:
        if field in fields:
            inside[field] = fields.pop(field)
    if reason:
        inside[REASON] = reason
    if not inside:
        return data
    nonce = _nonce()
    if not name.startswith(MEMBER):
        fields[PERSON] = person
    fields[SEALED] = nonce + key.encrypt(nonce, _encode(inside), _identity(name, *place))  # JSON has bytes in base64
    return _encode(fields)


def is_sealed(record: Record) -> bool:
    """Whether something in it is sealed; within a text of JSON the quotation marks would be escaped."""
    return _MARK in record.data


def person_of(record: Record) -> Id:
    """Whose key a sealed record needs."""
    if record.name.startswith(MEMBER):
        return record.stream
    return Id(_text(_fields(record.data)[PERSON]))


def opened(record: Record, key: Key | None) -> Record:
    """The record with its sealed fields and its reason in their places; without a key, what is left of it.

    Raises:
        Unsealable: the sealed fields do not belong to this record.
    """
    if key is None:
        return without(record, ERASED)
    fields = _fields(record.data)
    identity = _identity(record.name, record.stream, record.version)
    fields.pop(PERSON, None)
    try:
        closed = b64decode(_text(fields.pop(SEALED)), validate=True)
        inside = _fields(key.decrypt(closed[:NONCE], closed[NONCE:], identity))
    except (InvalidTag, ValueError):
        raise Unsealable(f"what is sealed in the record at {record.position} was not sealed for it") from None
    reason = inside.pop(REASON, None)
    whole = record._replace(data=_encode(fields | inside))
    return whole if reason is None else whole._replace(reason=_text(reason))


def without(record: Record, mark: str) -> Record:
    """What is left of a sealed record, and a mark that says why there is no more."""
    fields = _fields(record.data)
    del fields[SEALED]
    fields.pop(PERSON, None)
    fields[mark] = msgspec.Raw(b"true")
    return record._replace(data=_encode(fields))


_nonces: deque[bytes] = deque()
"""Drawn some at a time: each question to the system lets another thread go first."""


def _nonce() -> bytes:
    try:
        return _nonces.popleft()
    except IndexError:
        drawn = urandom(NONCE * AT_ONCE)
        first, *more = (drawn[start : start + NONCE] for start in range(0, len(drawn), NONCE))
        _nonces.extend(more)
        return first


register_at_fork(after_in_child=_nonces.clear)  # a child shall not use the same


def _identity(name: str, stream: Id, version: int) -> bytes:
    return f"{stream}/{version}/{name}".encode()
