"""Sealed records before a view that shows persons: opened while there is a key, forgotten when somebody was erased."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import psycopg

from events.fact import Id, Record, stored_name
from events.member import MemberErased
from events.sealing import is_sealed, opened, person_of
from projections.fold import Fold

ERASURE = stored_name(MemberErased)

Connection = psycopg.Connection[Any]


def erased_in(records: Iterable[Record]) -> set[Id]:
    """The persons who are erased by these records."""
    return {record.stream for record in records if record.name == ERASURE}


def readable(connection: Connection, fold: Fold, records: Sequence[Record]) -> Sequence[Record]:
    """The records as the view may see them: as stored, or opened; of whoever is erased by then, what is left."""
    opens = fold.view.opens
    if not fold.view.personal:
        return records
    fold.erased |= erased_in(records)
    reads, erased = fold.view.reads, fold.erased
    wanted = [record for record in records if record.name in reads]
    left = [opened(record, None) if is_sealed(record) and person_of(record) in erased else record for record in wanted]
    return left if opens is None else opens(connection, left)


def readable_pasts(
    connection: Connection, fold: Fold, past: Mapping[Id, Sequence[Record]]
) -> Mapping[Id, Sequence[Record]]:
    """The same for the pasts of streams, all in one question for keys."""
    if not fold.view.personal:
        return past
    found: dict[Id, list[Record]] = {stream: [] for stream in past}
    for record in readable(connection, fold, [record for records in past.values() for record in records]):
        found[record.stream].append(record)
    return found
