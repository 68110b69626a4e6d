"""Bytes on disk a fact: all of it, the log, its indexes, heads, commands."""

from collections.abc import Iterator
from uuid import UUID, uuid4

import psycopg
from msgspec.structs import replace

from bench import stock
from bench.facts import BYTES, STREAM_LENGTH, requests_on_streams
from bench.figure import Case, Sizes, Target
from bench.filling import fill
from bench.server import Server
from events.fact import Id
from events.ledger import Ledger
from events.request import Request
from services.ingest.asked import new_id

NAME = "size"
TARGETS = (Target("ours", most=480),)
# Every table and index with its maps, the parts of the log under one name.
PARTS = """
SELECT regexp_replace(c.relname, '^log_[0-9]+', 'log'), sum(pg_table_size(c.oid))::bigint
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = %s AND c.relkind IN ('r', 'i')
GROUP BY 1
"""
SAID = {
    "ours": "every table of the ledger's schema with its indexes, less what they have empty; no VACUUM before",
    "eventsourcing": "stored_events with its indexes, a thousand facts a request",
    "streams": f"{STREAM_LENGTH} facts each",
}


def run(server: Server, sizes: Sizes) -> Iterator[Case]:
    """Many facts a request, one a request, and one a request under commands as clients' own keys make them."""
    records = sizes.records
    theirs = _stock(server, records)
    supplies: list[tuple[dict[str, object], Iterator[Request]]] = [
        ({"facts": 100, "commands": "by time"}, requests_on_streams(records, 100)),
        ({"facts": 1, "commands": "by time"}, requests_on_streams(records, 1)),
        ({"facts": 1, "commands": "random"}, _randomly(requests_on_streams(records, 1))),
    ]
    for case, supply in supplies:
        parts = _ours(server, supply, records)
        ours = sum(parts.values())
        yield Case(
            NAME,
            {**case, "records": records},
            ours,
            "bytes/fact",
            {"eventsourcing": theirs},
            {"eventsourcing": ours / theirs},
            {
                "fact_bytes": BYTES,
                "parts": {name: round(size, 1) for name, size in parts.items()},
                **SAID,
                **server.settings,
            },
            targets=TARGETS,
        )


def _ours(server: Server, supply: Iterator[Request], records: int) -> dict[str, float]:
    with server.database() as own, Ledger(own.app) as ledger, psycopg.connect(own.owner, autocommit=True) as connection:
        empty = _bytes(connection, "ledger")
        fill(ledger, supply)
        full = _bytes(connection, "ledger")
    grown = {name: (size - empty.get(name, 0)) / records for name, size in full.items()}
    return dict(sorted(((name, size) for name, size in grown.items() if size > 0.5), key=lambda part: -part[1]))


def _stock(server: Server, records: int) -> float:
    with (
        server.database(installed=False) as library,
        stock.recorder(library, 1) as recorder,
        psycopg.connect(library.owner, autocommit=True) as connection,
    ):
        stock.fill(recorder, records, [UUID(new_id()) for _ in range(records // STREAM_LENGTH)])
        return sum(_bytes(connection, "public").values()) / records


def _bytes(connection: psycopg.Connection[tuple[str, int]], schema: str) -> dict[str, int]:
    return dict(connection.execute(PARTS, [schema]).fetchall())


def _randomly(requests: Iterator[Request]) -> Iterator[Request]:
    """An Idempotency-Key makes a command that does not sort by time."""
    return (replace(request, command=Id(str(uuid4()))) for request in requests)
