"""The meeting of cell 7 in a real ledger, fact by fact."""

from collections.abc import Sequence
from datetime import date
from uuid import uuid4

from events import wire
from events.fact import Fact, Id, stored_name
from events.ledger import Ledger
from events.request import Entry, Request, Write
from tests.examples import BOOK_OPENED, CELL_7, CELL_7_ESTABLISHED, COMMUNE, COMMUNE_ESTABLISHED
from tests.scoring.meeting import MEETING


def put(ledger: Ledger, stream: Id, facts: Sequence[Fact], *, on: date = date(2026, 3, 5)) -> int:
    """Appends facts to a stream; the position of the last."""
    stands = ledger.versions([stream]).get(stream, 0)
    entries = [Entry(stored_name(fact), on, wire.encode(fact)) for fact in facts]
    done = ledger.append(Request(Id(str(uuid4())), "clerk", [Write(stream, stands, entries)]))
    return done.first + done.facts - 1


def put_cell(ledger: Ledger) -> int:
    """The commune and its cell."""
    put(ledger, COMMUNE, [COMMUNE_ESTABLISHED], on=BOOK_OPENED)
    return put(ledger, CELL_7, [CELL_7_ESTABLISHED], on=BOOK_OPENED)


def put_meeting(ledger: Ledger, *facts: Fact, meeting: Id = MEETING) -> int:
    """Facts of a meeting, in one append."""
    return put(ledger, meeting, facts)
