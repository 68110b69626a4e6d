"""What held of a cell and its members on a meeting's day, as known at a position, each with the records that say so."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, NamedTuple

import psycopg

from events.fact import Id
from events.office import Office
from events.organisation import CellKind
from projections import circumstances
from projections.circumstances import Asked, Spell
from projections.view import STANDS

SMALL = 9
"""With fewer official members than that, a cell may have only a secretary."""
Spells = Mapping[Id, Sequence[Spell]]


class Unlisted(NamedTuple):
    """Of one session by names: who belonged to its base and is not listed; `facts` put somebody into the base or took
    him out of it, `last` is the last position that changed it.
    """

    members: frozenset[Id] = frozenset()
    facts: tuple[int, ...] = ()
    last: int = 0


NOBODY = Unlisted()


@dataclass(frozen=True, slots=True)
class Circumstances:
    """Of some cells and members, by their ids."""

    kinds: Spells = field(default_factory=dict)
    committees: Spells = field(default_factory=dict)
    officials: Spells = field(default_factory=dict)
    rolls: Spells = field(default_factory=dict)
    absences: Spells = field(default_factory=dict)
    led: Collection[Id] = frozenset()
    """The cells whose secretary had somebody beside him at all times, as known at any position."""

    def kind(self, cell: Id, day: date, known: int) -> CellKind | None:
        """Of which kind the cell is."""
        said = next((spell.what for spell in self.kinds.get(cell, ()) if spell.holds(day, known)), None)
        return None if said is None else CellKind(said)

    def secretary_alone(self, cell: Id, day: date, known: int) -> tuple[int, ...]:
        """The record by which the cell, a small one, has a secretary and no committee; () where it has one, or none."""
        if cell in self.led:
            return ()
        here = [spell for spell in self.committees.get(cell, ()) if spell.holds(day, known)]
        if {spell.what for spell in here} != {Office.SECRETARY}:
            return ()
        officials = {spell.what for spell in self.officials.get(cell, ()) if spell.holds(day, known)}
        return () if len(officials) >= SMALL else tuple(sorted({spell.known_from for spell in here}))

    def outside(self, cell: Id, members: Iterable[Id], day: date, known: int) -> dict[Id, int]:
        """Which of these members are in no base, or in that of another cell, and the record that says so."""
        return {
            member: spell.known_from
            for member in members
            for spell in self.absences.get(member, ())
            if spell.what != cell and spell.holds(day, known)
        }

    def unlisted(self, cell: Id, listed: Collection[Id], day: date, known: int) -> Unlisted:
        """Who was on the cell's roll on that day, or with it for a time, belonged to its base, and is not listed."""
        on_roll: dict[Id, list[Spell]] = {}
        for spell in self.rolls.get(cell, ()):
            if spell.what not in listed and spell.from_on <= day < spell.to_on:
                on_roll.setdefault(spell.what, []).append(spell)
        if not on_roll:
            return NOBODY
        members, facts = set(), set()
        last = 0
        for member, spells in on_roll.items():
            gone = [s for s in self.absences.get(member, ()) if s.what != cell and s.from_on <= day < s.to_on]
            here, away = _stretches(spells, known), _stretches(gone, known)
            last = max((last, *(at for one in (*here, *away) for at in one if at <= known)))
            if not here:
                continue
            since, until = here[-1]
            if until <= known:
                facts.add(until)
            elif any(to > known for _, to in away):
                facts.update(at for at, to in away if to > known)
            else:
                members.add(member)
                facts.add(since)
        return Unlisted(frozenset(members), tuple(sorted(facts)), last)

    def position(self, cell: Id, members: Iterable[Id], known: int) -> int:
        """The last record, up to a position, that has changed anything here of the cell or of these members."""
        found = [self.kinds.get(cell, ()), self.committees.get(cell, ()), self.officials.get(cell, ())]
        found += [self.absences.get(member, ()) for member in members]
        at = (place for spells in found for spell in spells for place in (spell.known_from, spell.known_to))
        return max((place for place in at if place <= known), default=0)


def read(
    connection: psycopg.Connection[Any], cells: Sequence[Id], members: Sequence[Id], year: int, known: int
) -> Circumstances:
    """All that was ever known, up to a position, of a year of these cells, and of members who are named at meetings."""
    day = timedelta(days=1)
    asked = Asked(date(year, 1, 1) - day, date(year, 12, 31) + day, known)
    committees = _by(circumstances.committees(connection, cells, asked))
    # A session by counts says itself how many there should have been.
    rolls = _by(circumstances.rolls(connection, cells, asked) if members else ())
    anybody = {*members, *(spell.what for spells in rolls.values() for spell in spells)}
    small = [cell for cell in cells if _may_be_alone(committees.get(cell, ()), asked)]
    led = set(cells).difference(small)
    return Circumstances(
        kinds=_by(circumstances.kinds(connection, cells, asked)),
        committees=committees,
        # Counted only where it matters: where there may be a secretary and no committee.
        officials=_by(circumstances.officials(connection, small, asked)),
        rolls=rolls,
        absences=_by(circumstances.absences(connection, list(anybody), asked)),
        led=led,
    )


def _may_be_alone(committee: Sequence[Spell], asked: Asked) -> bool:
    """Whether there was a secretary, and not, for all that time and ever since he was known, somebody beside him."""
    known = [spell.known_from for spell in committee if spell.what == Office.SECRETARY]
    return bool(known) and not any(
        spell.what != Office.SECRETARY
        and spell.from_on <= asked.first
        and spell.to_on > asked.last
        and spell.known_from <= min(known)
        and spell.known_to == STANDS
        for spell in committee
    )


def _stretches(spells: Iterable[Spell], known: int) -> list[tuple[int, int]]:
    """From which position to which, up to one, any of them was known: a view writes anew also what stays the same."""
    found: list[tuple[int, int]] = []
    for spell in sorted(spells, key=lambda one: one.known_from):
        if spell.known_from > known:
            break
        if found and spell.known_from <= found[-1][1]:
            found[-1] = found[-1][0], max(found[-1][1], spell.known_to)
        else:
            found.append((spell.known_from, spell.known_to))
    return found


def _by(spells: Iterable[Spell]) -> dict[Id, list[Spell]]:
    found: dict[Id, list[Spell]] = {}
    for spell in spells:
        found.setdefault(spell.of, []).append(spell)
    return found
