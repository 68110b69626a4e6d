"""What was recorded of thousands of meetings: no more of each record than a score looks at, in one question."""

from collections.abc import Collection
from typing import Any

import psycopg

from events.fact import Id, Record
from projections.asked import literal

# The streams' own order spares the database a sort of all that they say; the names are few.
RECORDS = """
SELECT l.position, l.stream::text, l.version, l.name, l.effective_on, l.data FROM ledger.log l
WHERE l.stream = ANY (%(meetings)s::uuid[]) AND l.position <= %(upto)s
"""
NAMES = "SELECT no, name FROM ledger.names"


def records(connection: psycopg.Connection[Any], meetings: Collection[Id], upto: int) -> dict[Id, list[Record]]:
    """The records of each of these meetings up to a position, in order.

    Who recorded each of them, when, why and for which command is not told: those fields are empty.
    """
    found: dict[Id, list[Record]] = {meeting: [] for meeting in meetings}
    with connection.cursor(binary=True) as cursor:
        # Read first, so that nobody who records meanwhile can bring a name that is not among them.
        rows = cursor.execute(RECORDS, {"meetings": literal(meetings), "upto": upto}).fetchall()
        names = dict(cursor.execute(NAMES).fetchall())
    for position, stream, version, name, on, data in rows:
        found[stream].append(Record(position, stream, version, names[name], on, 0, "", "", "", 0, data))
    for past in found.values():
        past.sort()
    return found
