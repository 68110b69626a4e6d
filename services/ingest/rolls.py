"""Who and what is below an organisation on a day: the questions behind a frozen roll and before a dissolution."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from psycopg import Connection

from events.fact import Id
from events.ledger import HEAD
from projections import tree
from projections.asked import AsOf
from projections.roll import rolls_below
from projections.waiting import at_least


@dataclass(frozen=True, slots=True)
class RollsBelow:
    """The members of each living cell below `scope` on `day`, as the whole log up to now knows it."""

    scope: Id
    day: date

    def ask(self, connection: Connection[Any]) -> dict[Id, tuple[Id, ...]]:
        """By cell; an empty cell is there with nobody.

        Raises:
            Behind: the views have not read the log to its end in time.
        """
        return rolls_below(connection, self.scope, self.day)


@dataclass(frozen=True, slots=True)
class StandingBelow:
    """The living organisations below `scope` on `day`, itself not among them, as the whole log up to now knows it."""

    scope: Id
    day: date

    def ask(self, connection: Connection[Any]) -> tuple[Id, ...]:
        """Their ids.

        Raises:
            Behind: the view has not read the log to its end in time.
        """
        row = connection.execute(HEAD).fetchone()
        at_least(connection, (tree.VIEW.name,), row[0] if row else 0)
        return tuple(found.id for found in tree.below(connection, self.scope, AsOf(self.day)) if found.id != self.scope)
