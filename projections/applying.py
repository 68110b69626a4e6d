"""From records to a table: cold streams are read from the log, what follows is written, what is refused is found."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from typing import Any

import psycopg

from events.fact import Id, Record
from projections.fold import Fold
from projections.opening import erased_in, readable, readable_pasts
from projections.reading import pasts
from projections.table import Table, Unfit


def apply(connection: psycopg.Connection[Any], views: Sequence[tuple[Fold, Table]], records: Sequence[Record]) -> None:
    """Fold the next records into views and write what follows, their cold streams read in one question for all.

    Raises:
        Unfit: a table does not take a row; nothing can be said of the folds then, they must forget.
    """
    cold = [(fold, fold.cold(records)) for fold, _ in views]
    for past in pasts(connection, set().union(*(streams for _, streams in cold)), records[0].position - 1):
        for fold, streams in cold:
            mine = {stream: past[stream] for stream in streams.intersection(past)}
            fold.warm(readable_pasts(connection, fold, mine))
    for fold, table in views:
        take(connection, fold, records)
        table.write(connection, fold.changes())
        if fold.view.personal and (erased := erased_in(records)):
            forget(connection, fold, table, erased, records[-1].position)


def take(connection: psycopg.Connection[Any], fold: Fold, records: Sequence[Record]) -> None:
    """See the next records, as the view may see them; streams that they correct are seen anew from the log."""
    known: dict[Id, Sequence[Record]] = {}
    for past in pasts(connection, fold.corrected(records), records[-1].position):
        known.update(readable_pasts(connection, fold, past))
    fold.know(known)
    fold.take(readable(connection, fold, records))


def apply_carefully(connection: psycopg.Connection[Any], fold: Fold, table: Table, records: Sequence[Record]) -> None:
    """The same for one view, in halves where its table refuses a row: the record that gave it is parked, alone."""
    before = set(fold.parked), list(fold.poisons)
    try:
        with connection.transaction():
            apply(connection, [(fold, table)], records)
    except Unfit as error:
        fold.forget()
        fold.parked, fold.poisons = before
        if len(records) == 1:
            fold.park(records[0], error)
            return
        half = len(records) // 2
        apply_carefully(connection, fold, table, records[:half])
        apply_carefully(connection, fold, table, records[half:])


def forget(connection: psycopg.Connection[Any], fold: Fold, table: Table, persons: Iterable[Id], upto: int) -> None:
    """Write all rows that erased persons ever had as they are without what was personal, up to a position.

    They are folded from the log again, so that they are what a view made anew will have: also of who is parked, whose
    rows are those before the record that nobody can read.
    """
    fold.erased.update(persons)
    for past in pasts(connection, _streams_about(connection, fold, table, persons), upto):
        for stream, records in past.items():
            fold.drop(stream)
            afresh = Fold(fold.view)
            afresh.erased.update(persons)
            left = readable(connection, afresh, records)
            table.clear(connection, stream)
            if left:
                # Nothing is left in them to be opened, or to be forgotten.
                alone = Fold(replace(fold.view, personal=False, opens=None), whole=True)
                apply_carefully(connection, alone, table, left)


def _streams_about(
    connection: psycopg.Connection[Any], fold: Fold, table: Table, persons: Iterable[Id]
) -> Collection[Id]:
    """The streams in which something personal may stand about them: their own, or those whose rows name them."""
    about = fold.view.about
    if about is None:
        return list(persons)
    query = f"SELECT DISTINCT stream::text FROM {table.name} WHERE {about} = ANY (%s::uuid[])"  # noqa: S608  # fixed names
    return [Id(row[0]) for row in connection.execute(query.encode(), [list(persons)])]
