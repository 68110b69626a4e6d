"""Which committee follows the residents of which commune, on a day."""

from typing import Any

import psycopg

from events.fact import Id
from events.ledger import HEAD
from projections import tree
from projections.asked import AsOf, sql
from projections.waiting import at_least

SERVING = sql("SELECT t.serves, t.stream::text FROM views.tree t WHERE t.serves IS NOT NULL AND {holds:t}")


PATIENCE = 60.0
"""Seconds that are waited for the view: whoever asks has just brought much, and brings more."""


def committees(connection: psycopg.Connection[Any], as_of: AsOf) -> dict[str, Id]:
    """The committees by the codes of the communes, as the whole log up to now knows them.

    Raises:
        Behind: the view has not read the log to its end in time.
    """
    row = connection.execute(HEAD).fetchone()
    at_least(connection, (tree.VIEW.name,), row[0] if row else 0, PATIENCE)
    found = connection.execute(SERVING, as_of._asdict()).fetchall()
    return {place: Id(committee) for place, committee in found}
