"""Which organisations there are on a day, what each is, and what stands below what."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from events.fact import Id
from events.organisation import CellKind, Organisation, OrganisationKind
from projections.folded import Folded, facts_of
from projections.names import search_key
from projections.view import FOREVER, View


class Row(NamedTuple):
    """What an organisation is for some time."""

    kind: OrganisationKind | None
    cell_kind: CellKind | None
    name: str
    name_key: str
    parent: Id | None
    place: str | None
    serves: str | None
    code: str | None
    from_on: date
    to_on: date


def rows(state: Organisation) -> Sequence[Row]:
    """One organisation's: one from its establishment to its end."""
    if state.established_on is None:
        return ()
    return [
        Row(
            state.kind, state.cell_kind, state.name, search_key(state.name), state.parent, state.place, state.serves,
            state.code, state.established_on, state.ended_on or FOREVER,
        )
    ]  # fmt: skip


VIEW = View(
    name="tree",
    columns={
        "kind": "text NOT NULL",
        "cell_kind": "text",
        "name": "text NOT NULL",
        "name_key": "text NOT NULL",
        "parent": "uuid",
        "place": "text",
        "serves": "text",
        "code": "text",
        "from_on": "date NOT NULL",
        "to_on": "date NOT NULL",
    },
    reads=facts_of("organisation"),
    subject=lambda: Folded(Organisation(), rows),
    indexes=("(parent)", "(code)", "(serves)"),
)
