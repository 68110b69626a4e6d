"""Reads what a year's score needs: classifications, papers, tasks, liaisons, and how many may be excellent."""

from typing import Any

import psycopg

from events import excellence, wire
from events.classification import Rated, stream_of
from events.excellence import Excellence
from events.fact import Id
from events.member import Standing
from events.organisation import OrganisationKind
from projections import classifications, liaisons, meetings, members, roll, tree
from projections.asked import AsOf
from services.scoring.clocks import At, cell_year_of, records_of, records_of_all
from services.scoring.meetings.cell_year import CellYear, cell_years
from services.scoring.meetings.meeting_rules import Finding
from services.scoring.period import Period
from services.scoring.periods.year_facts import attendance, cap, discipline, exempt, remark, rewards, sanctions, tasks
from services.scoring.periods.year_score import Evidence, YearFacts, YearScore, score_year_of
from services.scoring.rules.rulebook import Of
from services.scoring.rules.rules_in_force import RulesInForce

DEEPEST = 16
"""A tree deeper than that is a circle."""
MANY = 50
"""Liaisons of one member that are looked at."""


def organisation_year(connection: psycopg.Connection[Any], organisation: Id, year: int, at: At) -> YearScore | None:
    """How an organisation is classified for a year; None of what was not there by then."""
    found = tree.one(connection, organisation, at.within(Period.of_year(year)))
    if found is None:
        return None
    rules = RulesInForce.read(connection, at.known)
    own = cell_year_of(connection, organisation, year, at) if found.kind == OrganisationKind.CELL else None
    return year_of(connection, found, year, at, rules, own)


def member_year(connection: psycopg.Connection[Any], member: Id, year: int, at: At) -> YearScore | None:
    """How a member is classified for a year; None of whom nobody had admitted by then."""
    period = Period.of_year(year)
    line = members.one(connection, member, at.within(period))
    if line is None:
        return None
    cells = roll.cells_between(connection, member, period.first, at.within(period))
    years = list(cell_years(connection, cells, [year], at.zone, at.facts))
    followed = liaisons.find(connection, liaisons.Asked(member=member), at.within(period), meetings.FIRST, MANY)
    ties = [one.id for one in followed]
    found = records_of_all(connection, [stream_of(member, year), member, *ties], at)
    own = found[member]
    facts = YearFacts(
        subject=member,
        kind=Rated.MEMBER,
        year=year,
        records=found[stream_of(member, year)],
        evidence=tuple(
            one
            for one in (
                exempt(is_exempt=line.standing == Standing.EXEMPT),
                attendance([facts for one in years for facts in one.meetings], member),
                remark({tie: found[tie] for tie in ties}, year),
                rewards(own, year),
                sanctions(own, year),
                _cap(connection, cells[-1], year, Rated.MEMBER, at) if cells else None,
            )
            if one is not None
        ),
    )
    cell = cells[-1] if cells else None
    rules = RulesInForce.read(connection, at.known)
    return score_year_of(facts, None if cell is None else rules.pack(Of.YEAR, cell, period.last))


def year_of(
    connection: psycopg.Connection[Any], found: tree.Found, year: int, at: At, rules: RulesInForce, own: CellYear | None
) -> YearScore:
    """The same of one that is found already; `own` are a cell's meetings of the year, None of any other kind."""
    stream, last = stream_of(found.id, year), Period.of_year(year).last
    held = [facts.meeting for facts in own.meetings] if own is not None else []
    records = records_of_all(connection, [stream, found.id, *held], at)
    findings: dict[str, Finding] = {"discipline": discipline(records[found.id], year)}
    if own is not None:
        findings["tasks"] = tasks({one: records[one] for one in held}, year, min(last, at.today))
    facts = YearFacts(
        subject=found.id,
        kind=Rated(found.kind),
        year=year,
        records=records[stream],
        findings=findings,
        evidence=tuple(
            one
            for one in (
                rewards(records[found.id], year),
                sanctions(records[found.id], year),
                _cap(connection, found.id, year, Rated.CELL, at) if own is not None else None,
            )
            if one is not None
        ),
    )
    return score_year_of(facts, rules.pack(Of.YEAR, found.id, last, found.cell_kind))


def _cap(connection: psycopg.Connection[Any], cell: Id, year: int, kind: Rated, at: At) -> Evidence | None:
    """How many may be excellent where a cell, or its member, counts; None for one above which nobody stands."""
    as_of = at.within(Period.of_year(year))
    above = _above(connection, cell, as_of)
    if not above:
        return None
    within = next((one for one in above if one.kind == OrganisationKind.GRASSROOTS), above[0])
    good = classifications.rated_good(connection, within.id, year, kind, as_of)
    tally = Excellence()
    for record in records_of(connection, excellence.stream_of(within.id, year, kind), at):
        tally.see(wire.decode(record.name, record.data), record.effective_on, record.position)
    return cap(within.name, len(good), len(tally.holders))


def _above(connection: psycopg.Connection[Any], cell: Id, as_of: AsOf) -> list[tree.Found]:
    """What stands above a cell on a day, the nearest first."""
    found: list[tree.Found] = []
    one = tree.one(connection, cell, as_of)
    while one is not None and one.parent is not None and len(found) < DEEPEST:
        one = tree.one(connection, one.parent, as_of)
        found += [one] if one is not None else []
    return found
