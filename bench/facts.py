"""What is appended in every figure: a disciplined member, 315 bytes of data, under ids as the product makes them."""

from collections.abc import Iterator
from datetime import date
from itertools import count

from events.fact import Id
from events.request import Entry, Request, Write
from services.ingest.asked import new_id

NAME = "member.disciplined"
BYTES = 315
ACTOR = "0199f0a0-0000-7000-8000-000000000001"
ON = date(2026, 11, 3)

_PAPER = (
    b'{"form":"reprimand","decision":{"number":"17-QD/DU","on":"2026-11-03","by":"0199f0a0-0000-7000-8000-000000000002"}'
    b',"note":"Announced to the cell at its meeting of 3 November; the member was heard, agreed with the finding and'
    b" said how he will make good what the inspection of the second quarter found in the book of dues; no complaint. "
)
DATA = _PAPER[: BYTES - 2] + b'"}'
ENTRY = Entry(NAME, ON, DATA)
STREAM_LENGTH = 10


def requests(facts: int = 1) -> Iterator[Request]:
    """Requests without end, each of so many facts for a new stream and under a command of its own."""
    entries = [ENTRY] * facts
    while True:
        yield Request(command=new_id(), by=ACTOR, writes=[Write(new_id(), 0, entries)])


def requests_on_streams(total: int, facts: int, streams_at_once: int = 1000) -> Iterator[Request]:
    """So many facts in all, on streams of ten: a request's facts lie on as many streams as it takes.

    One fact a request visits a thousand streams in turn, so that a stream's facts do not lie side by side.
    """
    if facts >= STREAM_LENGTH:
        for _ in range(total // facts):
            streams = [new_id() for _ in range(facts // STREAM_LENGTH)]
            yield Request(new_id(), ACTOR, [Write(stream, 0, [ENTRY] * STREAM_LENGTH) for stream in streams])
        return
    made = count()
    while True:
        streams = [new_id() for _ in range(streams_at_once)]
        for version in range(STREAM_LENGTH):
            for stream in streams:
                if next(made) >= total:
                    return
                yield Request(new_id(), ACTOR, [Write(stream, version, [ENTRY])])


def stream_of(request: Request) -> Id:
    """The one stream of a request made here."""
    return request.writes[0].stream
