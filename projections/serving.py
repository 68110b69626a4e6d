"""Which committee follows the residents of which commune, on a day."""

from typing import Any

import psycopg

from events.fact import Id
from projections import tree
from projections.asked import AsOf, sql
from projections.positions import positions
from projections.waiting import at_least

LAST = """
SELECT max(l.position) FROM ledger.log l JOIN ledger.names n ON n.no = l.name
WHERE l.position > %s AND n.name = ANY (%s)
"""
"""The last fact that the view looks at, of those that it has not read."""
SERVING = sql("SELECT t.serves, t.stream::text FROM views.tree t WHERE t.serves IS NOT NULL AND {holds:t}")


PATIENCE = 60.0
"""Seconds that are waited for the view: whoever asks has just brought much, and brings more."""


def committees(connection: psycopg.Connection[Any], as_of: AsOf) -> dict[str, Id]:
    """The committees by the codes of the communes, as the whole log up to now knows them.

    A hundred thousand members who have just come in are not waited for: nothing of it follows from them.

    Raises:
        Behind: the view has not read in time what says otherwise.
    """
    view = tree.VIEW
    read = positions(connection, [view.name])[view.name].position
    row = connection.execute(LAST, (read, sorted(view.reads))).fetchone()
    if row is not None and row[0] is not None:
        at_least(connection, (view.name,), row[0], PATIENCE)
    found = connection.execute(SERVING, as_of._asdict()).fetchall()
    return {place: Id(committee) for place, committee in found}
