"""The two places where facts and what is stored of them meet: on the way in, and when a stream is folded."""

from datetime import date
from typing import NamedTuple

from events import wire
from events.fact import Fact, Id, Record, personal_fields, stored_name
from events.request import Entry
from events.sealing import Key, seal


class Seal(NamedTuple):
    """With whose key what is personal in a fact is sealed, and the reason that goes in with it."""

    key: Key
    person: Id
    reason: str


Seals = dict[tuple[Id, int], Seal]
"""Those of a plan, by stream and by which of its facts."""


def entry_of(fact: Fact, on: date, marks: bytes, sealed: Seal | None, place: tuple[Id, int]) -> Entry:
    """A fact as it is stored; `marks` are the members of JSON that a body says of any fact, or nothing.

    `place` is the stream and the version that it will have.
    """
    name, data = stored_name(fact), wire.encode(fact)
    if marks:
        data = b"{" + marks + b"}" if data == b"{}" else data[:-1] + b"," + marks + b"}"
    if sealed is not None:
        data = seal(name, data, personal_fields(type(fact)), place, sealed.key, sealed.person, sealed.reason)
    return Entry(name, on, data)


def fact_of(record: Record) -> Fact:
    """What was stored, as a fact again.

    Raises:
        UnknownFact, msgspec.DecodeError: it is no fact that is known here.
    """
    return wire.decode(record.name, record.data)
