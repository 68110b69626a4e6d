"""The two places where facts and what is stored of them meet: on the way in, and when a stream is folded."""

from datetime import date

from events import wire
from events.fact import Fact, Record, stored_name
from events.request import Entry


def entry_of(fact: Fact, on: date, marks: bytes) -> Entry:
    """A fact as it is stored; `marks` are the members of JSON that a body says of any fact, or nothing."""
    data = wire.encode(fact)
    if marks:
        data = b"{" + marks + b"}" if data == b"{}" else data[:-1] + b"," + marks + b"}"
    return Entry(stored_name(fact), on, data)


def fact_of(record: Record) -> Fact:
    """What was stored, as a fact again.

    Raises:
        UnknownFact, msgspec.DecodeError: it is no fact that is known here.
    """
    return wire.decode(record.name, record.data)
