"""What has not happened by a day: one question to the views for each thing that is watched.

Every question asks for deadlines in `(since, upto]` that passed in silence, as far as is known now. Nothing is kept
between two askings, so a night without a process loses nothing, and what is asked twice is answered twice alike.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, timedelta
from typing import Any, NamedTuple

import msgspec
import psycopg

from events import wire
from events.correction import effective
from events.fact import Id, stored_name
from events.liaison import RemarkDrafted
from events.member import MemberAdmitted
from events.working_days import months_after
from projections.asked import LATEST, sql
from projections.reading import pasts
from services.notify.absence.rules import Role, Rule, Watched


class Absence(NamedTuple):
    """A deadline that passed: whose matter it was, on which day, and who has to do with it."""

    subject: Id
    day: date
    concerned: Mapping[Role, Id | None]


class Span(NamedTuple):
    """Deadlines of `(since, today]`, of which those up to `asked_on` were asked for; positions `(after, upto]`."""

    since: date
    asked_on: date
    """What can become known late (a transfer that is entered weeks later) is asked for again all the same."""
    today: date
    timezone: str
    after: int
    upto: int


Question = Callable[[psycopg.Connection[Any], Rule, Span], Iterator[Absence]]

# A cell that was there from the first day on, has not ended since, and has not met. A meeting that is entered late
# counts as soon as it is known.
NOT_MET = sql("""
SELECT t.stream::text, t.parent::text FROM views.tree t
WHERE t.kind = 'cell' AND {holds:t} AND t.since <= %(first)s AND (t.ended_on IS NULL OR t.ended_on > %(today)s)
AND NOT EXISTS (SELECT FROM views.meetings m WHERE m.cell = t.stream AND m.kind = %(kind)s AND m.state = 'held'
                AND m.meets_on BETWEEN %(first)s AND %(day)s AND {known:m})
ORDER BY t.stream
""")
UNDOCUMENTED = sql("""
WITH due AS (
    SELECT m.stream, m.cell, m.documents_at, (m.planned_at AT TIME ZONE %(timezone)s)::date AS planned_on
    FROM views.meetings m WHERE m.kind IN ('regular', 'thematic') AND m.state <> 'cancelled' AND {known:m}
    AND m.planned_at >= (%(since)s::date + 1)::timestamp AT TIME ZONE %(timezone)s
    AND m.planned_at < (%(day)s::date + 1)::timestamp AT TIME ZONE %(timezone)s
)
SELECT d.stream::text, d.planned_on, d.cell::text, t.parent::text
FROM due d JOIN views.tree t ON t.stream = d.cell AND {holds:t}
WHERE d.documents_at IS NULL OR (d.documents_at AT TIME ZONE %(timezone)s)::date >= d.planned_on
ORDER BY d.planned_on, d.stream
""")
IN_TRANSIT = sql("""
SELECT x.stream::text, x.due_on, x.from_cell::text, x.to_cell::text FROM views.transfers x
WHERE x.state IN ('in_transit', 'overdue') AND {holds:x} AND %(since)s < x.due_on AND x.due_on < %(day)s
ORDER BY x.due_on, x.stream
""")
UNRECOGNISED = sql("""
SELECT r.stream::text, r.cell::text, t.parent::text
FROM views.roll r JOIN views.tree t ON t.stream = r.cell AND {holds:t}
WHERE r.status = 'probationary' AND r.cell IS NOT NULL AND {holds:r} ORDER BY r.stream
""")
UNMET = sql("""
SELECT l.member::text, l.committee::text, coalesce(l.cell, l.committee)::text, greatest(
    (SELECT min(a.from_on) FROM views.liaisons a WHERE a.stream = l.stream AND a.state = 'accepted' AND {known:a}),
    (SELECT max(c.made_on) FROM views.contacts c WHERE c.stream = l.stream AND c.made_on <= %(day)s AND {known:c}))
FROM views.liaisons l WHERE l.state = 'accepted' AND NOT l.activity_exempt AND {holds:l} ORDER BY l.stream
""")
LIAISON = sql("""
SELECT l.member::text, l.committee::text, coalesce(l.cell, l.committee)::text, EXISTS (
    SELECT FROM views.contacts c WHERE c.stream = l.stream AND {known:c}
    AND c.made_on BETWEEN make_date(%(year)s, 1, 1) AND make_date(%(year)s, 12, 31))
FROM views.liaisons l WHERE l.stream = %(liaison)s::uuid AND {known:l} ORDER BY l.from_on DESC LIMIT 1
""")
# Of its own members a committee hears as their superior.
LAPSED = sql("""
SELECT s.stream::text, s.until, h.committee::text FROM views.sanctions s
JOIN views.residents h ON h.stream = s.stream AND h.committee IS NOT NULL
    AND h.from_on <= s.until AND s.until < h.to_on AND {known:h}
WHERE %(since)s < s.until AND s.until <= %(day)s AND s.state NOT IN ('complained', 'restored')
AND s.from_on <= s.until AND s.until < s.to_on AND {known:s}
AND NOT EXISTS (
    WITH RECURSIVE above (id) AS (
        SELECT r.cell FROM views.roll r WHERE r.stream = s.stream AND r.cell IS NOT NULL AND {holds:r}
        UNION
        SELECT t.parent FROM above a JOIN views.tree t ON t.stream = a.id AND {holds:t} WHERE t.parent IS NOT NULL
    )
    SELECT FROM above WHERE id = h.committee)
ORDER BY s.until, s.stream
""")
DRAFTS = """
SELECT DISTINCT l.stream::text FROM ledger.log l JOIN ledger.names n ON n.no = l.name
WHERE n.name = %(name)s AND l.position > %(after)s AND l.position <= %(upto)s
"""
VIEWS = ("contacts", "liaisons", "meetings", "residents", "roll", "sanctions", "transfers", "tree")
"""What they read: all of it must have read what is asked about."""
ADMITTED, DRAFTED = stored_name(MemberAdmitted), stored_name(RemarkDrafted)


class _Marks(msgspec.Struct):
    backfill: bool = False


def _regular(connection: psycopg.Connection[Any], rule: Rule, span: Span) -> Iterator[Absence]:
    """No regular meeting by a day of the month (Điều lệ Đảng: a cell meets once a month)."""
    for day in _days(span):
        if day.day == rule.by_day:
            yield from _not_met(connection, "regular", day.replace(day=1), day, span)


def _thematic(connection: psycopg.Connection[Any], _: Rule, span: Span) -> Iterator[Absence]:
    """No thematic meeting in a quarter that is over (at least one a quarter: 42-HD/BTCTW of 28 October 2025)."""
    for day in _days(span):
        begun = day + timedelta(days=1)
        if begun.day == 1 and begun.month in {1, 4, 7, 10}:
            yield from _not_met(connection, "thematic", date(day.year, day.month - 2, 1), day, span)


def _not_met(connection: psycopg.Connection[Any], kind: str, first: date, day: date, span: Span) -> Iterator[Absence]:
    asked = {"kind": kind, "first": first, "day": day, "today": span.today, "known": LATEST}
    for cell, above in connection.execute(NOT_MET, asked).fetchall():
        yield Absence(cell, day, {Role.OWN: cell, Role.ABOVE: above})


def _documents(connection: psycopg.Connection[Any], _: Rule, span: Span) -> Iterator[Absence]:
    """The day of a meeting has come, and its documents had not gone out the day before."""
    for meeting, day, cell, above in connection.execute(
        UNDOCUMENTED, {**_asked(span), "since": span.asked_on}
    ).fetchall():
        yield Absence(meeting, day, {Role.OWN: cell, Role.ABOVE: above})


def _transfer(connection: psycopg.Connection[Any], _: Rule, span: Span) -> Iterator[Absence]:
    """Introduced, and neither received nor refused within the days of its kind."""
    for member, day, origin, destination in connection.execute(IN_TRANSIT, _asked(span)).fetchall():
        yield Absence(member, day, {Role.ORIGIN: origin, Role.DESTINATION: destination})


def _probation(connection: psycopg.Connection[Any], rule: Rule, span: Span) -> Iterator[Absence]:
    """The months of probation are over, and nobody has recognised him."""
    waiting = {row[0]: row[1:] for row in connection.execute(UNRECOGNISED, _asked(span)).fetchall()}
    for member, begun in _admissions(connection, waiting, span.upto):
        day, (cell, above) = months_after(begun, rule.months), waiting[member]
        if span.since < day <= span.today:
            yield Absence(member, day, {Role.OWN: cell, Role.ABOVE: above})


def _admissions(connection: psycopg.Connection[Any], members: Iterable[Id], upto: int) -> Iterator[tuple[Id, date]]:
    """The day of each one's admission, which may lie before the day since which he is on the roll here."""
    for past in pasts(connection, members, upto):
        for member, records in past.items():
            facts = (wire.decode(record.name, record.data) for record in effective(records) if record.name == ADMITTED)
            yield from ((member, fact.admitted_on) for fact in facts if isinstance(fact, MemberAdmitted))


def _contact(connection: psycopg.Connection[Any], rule: Rule, span: Span) -> Iterator[Absence]:
    """Nobody has met a resident for months, since the last contact or since he was accepted (213-QĐ/TW, 2 Jan 2020)."""
    for member, committee, keeper, last in connection.execute(UNMET, _asked(span)).fetchall():
        day = months_after(last, rule.months)
        if span.since < day <= span.today:
            yield Absence(member, day, {Role.RESIDENCE: committee, Role.KEEPER: keeper})


def _remark(connection: psycopg.Connection[Any], _: Rule, span: Span) -> Iterator[Absence]:
    """A remark was written in a year without a recorded contact; of history nobody is told."""
    drafted = connection.execute(DRAFTS, {"name": DRAFTED, "after": span.after, "upto": span.upto}).fetchall()
    pages = pasts(connection, (row[0] for row in drafted), span.upto)
    records = (record for page in pages for past in page.values() for record in effective(past))
    for record in records:
        if record.name != DRAFTED or record.position <= span.after:
            continue
        fact = wire.decode(record.name, record.data)
        assert isinstance(fact, RemarkDrafted), "its name says so"
        asked = {"liaison": record.stream, "year": fact.year, "known": LATEST}
        found = connection.execute(LIAISON, asked).fetchone()
        if found is None or msgspec.json.decode(record.data, type=_Marks).backfill:
            continue
        member, committee, keeper, met = found
        if not met:
            yield Absence(member, record.effective_on, {Role.RESIDENCE: committee, Role.KEEPER: keeper})


def _sanction(connection: psycopg.Connection[Any], _: Rule, span: Span) -> Iterator[Absence]:
    """A year has passed without a complaint or a new violation: it has lapsed by itself (`honours.lapses_on`)."""
    asked = {**_asked(span), "since": span.asked_on}
    for member, day, committee in connection.execute(LAPSED, asked).fetchall():
        yield Absence(member, day, {Role.RESIDENCE: committee})


QUESTIONS: Mapping[Watched, Question] = {
    Watched.REGULAR_MEETING: _regular,
    Watched.THEMATIC_MEETING: _thematic,
    Watched.DOCUMENTS: _documents,
    Watched.TRANSFER: _transfer,
    Watched.PROBATION: _probation,
    Watched.CONTACT: _contact,
    Watched.REMARK: _remark,
    Watched.SANCTION: _sanction,
}


def _days(span: Span) -> Iterator[date]:
    """The days that are over and were not asked for."""
    return (span.asked_on + timedelta(days=n) for n in range(1, (span.today - span.asked_on).days))


def _asked(span: Span) -> dict[str, Any]:
    return {"since": span.since, "day": span.today, "timezone": span.timezone, "known": LATEST}
