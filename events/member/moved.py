"""How a member goes along when his cell becomes a part of another one: nobody introduces him, and nobody receives."""

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from events.fact import Fact, Id
from events.member.facts import MemberMoved

if TYPE_CHECKING:
    from events.member.state import Member


class Moved(NamedTuple):
    """From that day on a place in `from_cell` is one in `cell`."""

    on: date
    from_cell: Id
    cell: Id


def led_on(cell: Id, moves: Iterable[Moved], day: date) -> Id:
    """What has become of a place in a cell by a day: the cell itself, where it has not gone into another."""
    for move in sorted(moves):
        if move.on <= day and move.from_cell == cell:
            cell = move.cell
    return cell


def move(member: "Member", way: MemberMoved, on: date) -> list[Fact]:
    """He goes along, where he is on the roll or a guest of the cell on that day.

    An open transfer, a temporary stay and an exemption stay as they are, and are from or at the new cell.
    """
    if Moved(on, way.from_cell, way.cell) in member.moves:
        return []
    away = member.away(on)
    is_there = way.from_cell == member.cell_on(on)
    is_guest = away is not None and way.from_cell == member.host_on(away, on)
    return [way] if is_there or is_guest else []
