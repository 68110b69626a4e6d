"""A cell's months for the board: what the meetings of a year, its contacts and its admissions come to."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from itertools import groupby
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import psycopg

from events.bands import Band
from events.correction import effective
from events.fact import Id, Record, stored_name
from events.meeting import (
    MeetingCalled,
    MeetingChosenAsModel,
    MeetingHeld,
    MeetingKind,
    MinutesApproved,
    PreMeetingHeld,
    ResolutionAdopted,
    SelfScored,
)
from projections import board
from projections.asked import AsOf
from projections.cell_months import Month
from services.scoring.meetings.cell_year import CellYear, cell_years
from services.scoring.meetings.meeting_facts import MeetingFacts
from services.scoring.meetings.meeting_score import Worth, worth_in_force
from services.scoring.rules.rulebook import Of
from services.scoring.rules.rules_in_force import RulesInForce

AT_ONCE = timedelta(days=2)
"""After a meeting its minutes are approved and its score is given by then; the source of "at once" names no number, the
minutes' own limit is the only one that it gives."""
GOOD = Band.GOOD.value
MODEL = stored_name(MeetingChosenAsModel)
MONTHLY = frozenset({MeetingKind.REGULAR, MeetingKind.THEMATIC})


class Beside(NamedTuple):
    """What no meeting tells of: how many contacts and admissions there were, by the month's first day."""

    contacts: Mapping[date, int]
    admitted: Mapping[date, int]


NOTHING = Beside({}, {})


class Held(NamedTuple):
    """A meeting that was held, and what it is worth."""

    facts: MeetingFacts
    worth: Worth
    records: Sequence[Record]
    day: date
    kind: MeetingKind
    session: MeetingHeld


def read(
    connection: psycopg.Connection[Any],
    cells: Sequence[Id],
    year: int,
    rules: RulesInForce,
    zone: ZoneInfo,
    as_of: AsOf,
) -> Iterator[list[Month]]:
    """A year's months of each of these cells, in the order of the cells; [] of one that has none.

    The connection is in autocommit.
    """
    contacts = board.monthly(connection, board.CONTACTS, cells, year, as_of)
    admitted = board.monthly(connection, board.ADMITTED, cells, year, as_of)
    for found in cell_years(connection, cells, [year], zone, as_of):
        beside = Beside(contacts.get(found.cell, {}), admitted.get(found.cell, {}))
        yield months_of(found, rules, beside)


def months_of(year: CellYear, rules: RulesInForce, beside: Beside = NOTHING) -> list[Month]:
    """The months in which there is something to tell, in order."""
    held = {day: list(some) for day, some in groupby(_held(year, rules), lambda one: one.day.replace(day=1))}
    days = sorted({*held, *beside.contacts, *beside.admitted})
    return [
        _month(year.cell, day, held.get(day, []), rules)._replace(
            contacts=beside.contacts.get(day, 0), admitted=beside.admitted.get(day, 0)
        )
        for day in days
    ]


def _held(year: CellYear, rules: RulesInForce) -> Iterator[Held]:
    for facts in year.meetings:
        held, called, day = facts.last(MeetingHeld), facts.last(MeetingCalled), facts.day
        worth = worth_in_force(facts, rules)
        if held is not None and called is not None and day is not None and worth is not None:
            records = year.sources.records.get(facts.meeting, ()) if year.sources else ()
            if year.sources:
                records = [record for record in records if record.effective_on <= year.sources.day]
            yield Held(facts, worth, records, day, called.fact.kind, held.fact)


def _month(cell: Id, month: date, held: Sequence[Held], rules: RulesInForce) -> Month:
    monthly = [one for one in held if one.kind in MONTHLY]
    prepared = [one for one in monthly if not one.facts.context.secretary_only]
    models = [one.kind for one in held if _is_model(one)]
    counts = [there[0] for one in monthly if (there := one.facts.there()) is not None]
    whole = [one.worth.points for one in held if one.worth.complete and one.worth.points is not None]
    gates = [[gate.met for gate in one.worth.gates if gate.band == GOOD] for one in held]
    bands = [one.worth.band for one in held if one.worth.band is not None]
    return Month(
        cell=cell,
        month=month,
        regular=sum(one.kind is MeetingKind.REGULAR for one in held),
        thematic=sum(one.kind is MeetingKind.THEMATIC for one in held),
        held=len(held),
        model_regular=models.count(MeetingKind.REGULAR),
        model_thematic=models.count(MeetingKind.THEMATIC),
        pre_met=sum(map(_prepared, prepared)),
        pre_of=len(prepared),
        full_met=sum(map(_full, monthly)),
        full_of=len(monthly),
        present=sum(there.present for there in counts),
        base=sum(those[0] for one in monthly if (those := one.facts.base) is not None),
        whole=len(whole),
        points=sum(whole, Decimal()),
        good_from=_good_from(cell, held, rules),
        gated=sum(bool(some) for some in gates),
        missed=sum(not all(some) for some in gates),
        banded=len(bands),
        good=bands.count(GOOD),
    )


def _prepared(one: Held) -> bool:
    """The committee met before the session began."""
    before = one.facts.last(PreMeetingHeld)
    return before is not None and before.fact.held_at < one.session.started_at


def _full(one: Held) -> bool:
    """A conclusion, minutes approved in time, and the committee's score as soon."""
    approved, scored = one.facts.last(MinutesApproved), one.facts.last(SelfScored)
    if one.facts.last(ResolutionAdopted) is None or approved is None or scored is None:
        return False
    until = one.facts.local(one.session.ended_at).date() + AT_ONCE
    on = next((record.effective_on for record in one.records if record.position == scored.position), until)
    return one.facts.local(approved.fact.approved_at).date() <= until and on <= until


def _is_model(one: Held) -> bool:
    """Whether a superior shows it to others; an earlier look at the names spares most meetings the second one."""
    chosen = [record for record in one.records if record.name == MODEL]
    return bool(chosen) and any(record.name == MODEL for record in effective(one.records))


def _good_from(cell: Id, held: Sequence[Held], rules: RulesInForce) -> Decimal | None:
    """From how many points on the last rubric says good."""
    for one in reversed(held):
        pack = rules.pack(Of.MEETING, cell, one.day, one.facts.context.cell_kind)
        if pack is not None:
            return next((band.at_least for band in pack.bands if band.id == GOOD), None)
    return None
