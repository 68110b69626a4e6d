"""Reads what the scores of cells' periods and of years need: meetings, lives, classifications and papers."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import psycopg

from events.classification import Rated, stream_of
from events.correction import effective
from events.fact import Id, Record
from events.member import Standing
from projections import liaisons, meetings, members, roll, tree
from projections.asked import AsOf
from projections.reading import pasts
from services.scoring.cell_period import PeriodScore, score_period
from services.scoring.cell_year import CellYear, cell_years
from services.scoring.four_good_score import FourGoodFacts, FourGoodScore, score_four_good
from services.scoring.meeting_rules import Finding
from services.scoring.period import Period
from services.scoring.rhythm import Life
from services.scoring.rulebook import Of
from services.scoring.rules_in_force import RulesInForce
from services.scoring.year_facts import attendance, discipline, exempt, remark, rewards, sanctions, tasks
from services.scoring.year_score import YearFacts, YearScore, score_year_of

MANY = 50
"""Liaisons of one member that are looked at."""


@dataclass(frozen=True, slots=True)
class At:
    """By which clocks something is read: facts that hold by `day`, known at `known`.

    `today` is the last day of which anything can be known: see `last_day`.
    """

    day: date
    known: int
    today: date
    zone: ZoneInfo

    @property
    def facts(self) -> AsOf:
        """Which facts of meetings and years count."""
        return AsOf(self.day, self.known)

    def within(self, period: Period) -> AsOf:
        """The day on which a period is looked at: its last one, or the day asked about where it is earlier."""
        return AsOf(min(period.last, self.today), self.known)


def last_day(now: datetime, as_of: date | None, known_at: datetime | None) -> date:
    """The day on which it is asked, or from which it is looked at where that is earlier; `now` tells the time zone.

    Who asks what was believed on 3 March is not told that April's meeting is missing.
    """
    days = [now.date()]
    days += [as_of] if as_of is not None else []
    days += [known_at.astimezone(now.tzinfo).date()] if known_at is not None else []
    return min(days)


def cell_period(connection: psycopg.Connection[Any], cell: Id, period: Period, at: At) -> PeriodScore | None:
    """A cell's score of a period; None of what is no cell, or was none by then."""
    found = tree.one(connection, cell, at.within(period))
    if found is None or found.kind != "cell":
        return None
    rules = RulesInForce.read(connection, at.known)
    year = _cell_year(connection, cell, period.first.year, at)
    score = score_period(year, period, rules, Life(found.since, found.ended_on), at.today)
    if len(period.months()) < 12:
        return score
    return replace(score, year=_organisation_year(connection, found, period.first.year, at, rules, year))


def organisation_year(connection: psycopg.Connection[Any], organisation: Id, year: int, at: At) -> YearScore | None:
    """How an organisation is classified for a year; None of what was not there by then."""
    found = tree.one(connection, organisation, at.within(Period.of_year(year)))
    if found is None:
        return None
    rules = RulesInForce.read(connection, at.known)
    own = _cell_year(connection, organisation, year, at) if found.kind == "cell" else None
    return _organisation_year(connection, found, year, at, rules, own)


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
    found = _records(connection, [stream_of(member, year), member, *ties], at)
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
            )
            if one is not None
        ),
    )
    cell = cells[-1] if cells else None
    rules = RulesInForce.read(connection, at.known)
    return score_year_of(facts, None if cell is None else rules.pack(Of.YEAR, cell, period.last))


def four_good(connection: psycopg.Connection[Any], facts: FourGoodFacts, at: At) -> FourGoodScore:
    """A candidacy's score by the table of its issuer, and what the cell's meetings of that year say."""
    assert facts.state.registered is not None, "gathered from a registration"
    period = Period.of_year(facts.state.registered.year)
    cell = tree.one(connection, facts.cell, at.within(period))
    rules = RulesInForce.read(connection, at.known)
    day = facts.state.self_assessed_on or min(period.last, at.today)
    pack = rules.pack(Of.FOUR_GOOD, facts.cell, day, cell.cell_kind if cell else None)
    if cell is None:
        return score_four_good(facts, pack)
    year = _cell_year(connection, facts.cell, period.first.year, at)
    its = score_period(year, period, rules, Life(cell.since, cell.ended_on), at.today)
    return score_four_good(facts, pack, its)


def _cell_year(connection: psycopg.Connection[Any], cell: Id, year: int, at: At) -> CellYear:
    (found,) = cell_years(connection, [cell], [year], at.zone, at.facts)
    return found


def _organisation_year(
    connection: psycopg.Connection[Any], found: tree.Found, year: int, at: At, rules: RulesInForce, own: CellYear | None
) -> YearScore:
    stream, last = stream_of(found.id, year), Period.of_year(year).last
    held = [facts.meeting for facts in own.meetings] if own is not None else []
    records = _records(connection, [stream, found.id, *held], at)
    findings: dict[str, Finding] = {"discipline": discipline(records[found.id], year)}
    if own is not None:
        findings["tasks"] = tasks({one: records[one] for one in held}, year, min(last, at.today))
    facts = YearFacts(
        subject=found.id,
        kind=Rated(found.kind),
        year=year,
        records=records[stream],
        findings=findings,
        evidence=(rewards(records[found.id], year), sanctions(records[found.id], year)),
    )
    return score_year_of(facts, rules.pack(Of.YEAR, found.id, last, found.cell_kind))


def records_of(connection: psycopg.Connection[Any], stream: Id, at: At) -> list[Record]:
    """What counts of one stream, by both clocks."""
    return _records(connection, [stream], at)[stream]


def _records(connection: psycopg.Connection[Any], streams: Sequence[Id], at: At) -> dict[Id, list[Record]]:
    """What counts of each stream, by both clocks."""
    return {
        stream: [record for record in effective(records) if record.effective_on <= at.day]
        for part in pasts(connection, streams, at.known)
        for stream, records in part.items()
    }
