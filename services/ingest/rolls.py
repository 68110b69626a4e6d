"""Who is on the roll of every cell below an organisation, on a day: the question behind a frozen roll."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from psycopg import Connection

from events.fact import Id
from projections.roll import rolls_below


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
