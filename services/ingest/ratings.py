"""What a classification must know of others: who stands directly below, and who is rated good where it counts."""

from dataclasses import dataclass
from datetime import date

from events.classification import Rated
from events.fact import Id
from projections import classifications, tree
from projections.asked import AsOf
from projections.reading import last_position
from projections.waiting import at_least
from services.ingest.streams import Source


@dataclass(frozen=True, slots=True)
class DirectlyBelow:
    """The organisations directly below one on a day, as the whole log up to now knows it."""

    scope: Id
    day: date

    def ask(self, source: Source) -> tuple[Id, ...]:
        """Their ids.

        Raises:
            Behind: the view has not read the log to its end in time.
        """
        connection = source.connection
        at_least(connection, (tree.VIEW.name,), last_position(connection))
        return classifications.directly_below(connection, self.scope, AsOf(self.day))


@dataclass(frozen=True, slots=True)
class RatedGood:
    """The classifications of one kind and year that say good and count within an organisation, by its tree of a day."""

    within: Id
    year: int
    kind: Rated
    day: date

    def ask(self, source: Source) -> tuple[Id, ...]:
        """Their streams, each of which the decision then looks at itself.

        Raises:
            Behind: the views have not read the log to its end in time.
        """
        connection = source.connection
        views = (classifications.VIEW.name, tree.VIEW.name)
        at_least(connection, views, last_position(connection))
        return classifications.rated_good(connection, self.within, self.year, self.kind, AsOf(self.day))
