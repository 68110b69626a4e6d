"""Facts in a real ledger, as a view's test needs them: who, what, from which day on."""

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple
from uuid import uuid4

from events import wire
from events.fact import Fact, Id, Record, stored_name
from events.ledger import Ledger
from events.request import Entry, Request, Write
from tests.examples import BOOK_OPENED


class Said(NamedTuple):
    """A fact about a stream, and the day on which it took effect."""

    stream: Id
    fact: Fact
    on: date = BOOK_OPENED


def put(ledger: Ledger, *said: Said) -> int:
    """Appends facts one by one, in order; the position of the last."""
    position = 0
    versions = ledger.versions(list({one.stream for one in said}))
    for stream, fact, on in said:
        version = versions.get(stream, 0)
        entry = Entry(stored_name(fact), on, wire.encode(fact))
        position = ledger.append(Request(Id(str(uuid4())), "clerk", [Write(stream, version, [entry])])).first
        versions[stream] = version + 1
    return position


def records_of(said: Iterable[Said], after: int = 0) -> list[Record]:
    """The records that these facts would be, without a ledger."""
    versions: dict[Id, int] = {}
    found = []
    for position, (stream, fact, on) in enumerate(said, after + 1):
        versions[stream] = version = versions.get(stream, 0) + 1
        data = wire.encode(fact)
        found.append(Record(position, stream, version, stored_name(fact), on, position, "clerk", "", Id(""), 0, data))
    return found
