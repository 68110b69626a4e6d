"""What stood above an organisation on a day, as known at a position: asked one by one, or the tree read whole."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from datetime import date

from events.fact import Id
from projections.rules import Edge

ONE_BY_ONE = 20
"""Organisations that are asked for alone; who asks for more is given the tree in one answer."""
DEEPEST = 16
"""A tree deeper than that is a circle."""

Ask = Callable[[Id | None], Sequence[Edge]]
"""The edges above an organisation, of all days; of all, where none is said."""


def nowhere(_organisation: Id | None) -> Sequence[Edge]:
    """Nothing stands above anything."""
    return ()


class Ancestry:
    """Reads edges when they are needed, and none twice."""

    def __init__(self, ask: Ask = nowhere) -> None:
        self._ask = ask
        self._edges: dict[Id, list[tuple[date, Id | None]]] = {}
        self._asked = 0

    def chain(self, organisation: Id, day: date) -> Iterator[Id]:
        """The organisation itself, what it stood below on that day, and so on to the top.

        Before it began it stands where it was first, and after its end where it was last.
        """
        step: Id | None = organisation
        for _ in range(DEEPEST):
            if step is None:
                return
            yield step
            step = self._parent(step, day)

    def _parent(self, organisation: Id, day: date) -> Id | None:
        edges = self._edges.get(organisation)
        if edges is None:
            self._read(organisation)
            edges = self._edges.setdefault(organisation, [])
        if len(edges) < 2:  # nothing to choose from: most have stood where they stand since ever
            return edges[0][1] if edges else None
        place = bisect_right(edges, day, key=lambda edge: edge[0])
        return edges[max(place - 1, 0)][1]

    def _read(self, organisation: Id) -> None:
        self._asked += 1
        found: dict[Id, list[tuple[date, Id | None]]] = defaultdict(list)
        for stream, parent, since in self._ask(organisation if self._asked <= ONE_BY_ONE else None):
            found[stream].append((since, parent))
        for stream, edges in found.items():
            self._edges[stream] = sorted(edges, key=lambda edge: edge[0])
