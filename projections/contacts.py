"""Every contact of a residence committee with a resident: on which day, and which cell follows him on it."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from events.fact import Id
from events.liaison import Liaison
from projections.folded import Folded
from projections.view import FOREVER, View


class Row(NamedTuple):
    """A contact; `keeper` is the cell that the resident was given to by then, or the committee where there was none."""

    keeper: Id
    made_on: date
    kind: str
    from_on: date
    to_on: date


def rows(liaison: Liaison) -> Sequence[Row]:
    """One liaison's, in the order of their days."""
    said = liaison.introduced
    if said is None:
        return ()
    return [Row(liaison.cells.at(on) or said.committee, on, kind, on, FOREVER) for on, kind in sorted(liaison.contacts)]


VIEW = View(
    name="contacts",
    columns={
        "keeper": "uuid NOT NULL",
        "made_on": "date NOT NULL",
        "kind": "text NOT NULL",
        "from_on": "date NOT NULL",
        "to_on": "date NOT NULL",
    },
    reads=frozenset({"liaison.introduced", "liaison.assigned", "liaison.contact_made"}),
    subject=lambda: Folded(Liaison(), rows),
    indexes=("(keeper, made_on)",),
)
