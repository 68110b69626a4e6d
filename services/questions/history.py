"""What has happened to a member or an organisation, and in what they were named: facts by their day, in sentences."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated, Any

import psycopg
from fastapi import APIRouter, Query

from events import wire
from events.fact import Id, Record
from events.mentions import mentions
from projections import concerns, corrections, liaisons, meetings, members, tree
from projections.asked import AsOf
from services.access import Relation
from services.questions.asked import ByPosition, PageQuestion, page, place, reading
from services.questions.members import must_see_member
from services.questions.sentences import sentence
from services.questions.shown import HistoryPage, Told
from services.questions.words import day, of, who
from services.web.asking import AtLeast, ident, wait
from services.web.context import Asking, Context, Here, must

router = APIRouter(tags=["history"])

VIEWS = (*members.VIEWS, "concerns", "corrections", "liaisons", "meetings")
START = ByPosition(date.min, 0)
Asked = Annotated[PageQuestion, Query()]


@router.get("/members/{member}/history")
def read_member_history(member: str, asking: Asking, here: Here, asked: Asked, at_least: AtLeast = None) -> HistoryPage:
    """All that concerns a member, in the order of the days on which it took effect."""
    of = ident(member, "member")
    wait(here, VIEWS, at_least)
    with reading(here, asked) as (_, as_of):
        pass
    must_see_member(here, asking, of, as_of)
    return _history(here, of, asked)


@router.get("/organisations/{organisation}/history")
def read_organisation_history(
    organisation: str, asking: Asking, here: Here, asked: Asked, at_least: AtLeast = None
) -> HistoryPage:
    """All that concerns an organisation, in the order of the days on which it took effect."""
    of = ident(organisation, "organisation")
    wait(here, VIEWS, at_least)
    must(here, asking, Relation.SEE, of)
    return _history(here, of, asked)


def _history(here: Context, subject: Id, asked: PageQuestion) -> HistoryPage:
    after = place(asked, ByPosition, START)
    with reading(here, asked) as (connection, as_of):
        positions = concerns.of_subject(connection, subject, as_of, after, asked.limit + 1)
        records = {record.position: record for record in here.ledger.at(positions)}
        found, following = page(
            [records[position] for position in positions], asked.limit, lambda one: (one.effective_on, one.position)
        )
        called, owners = _names(connection, found, as_of)
        struck = corrections.struck_by(connection, [record.position for record in found], as_of.known)
    told = [_told(record, subject, called, owners, struck=record.position in struck) for record in found]
    return HistoryPage(items=told, next=following)


def _names(
    connection: psycopg.Connection[Any], records: Sequence[Record], as_of: AsOf
) -> tuple[dict[Id, str], dict[Id, Id]]:
    """What everybody and everything is called that is named, and the members whom liaisons are about."""
    ids = {record.stream for record in records}
    for record in records:
        ids.update(mentions(wire.decode(record.name, record.data)))
    known = as_of.known
    sat = meetings.whose(connection, list(ids), known)
    follows = liaisons.whose(connection, list(ids), known)
    ids.update(follows.values(), (cell for cell, _ in sat.values()))
    called = members.names(connection, list(ids), known) | tree.names(connection, list(ids), as_of)
    called |= {meeting: f"Cuộc họp ngày {day(on)} của {of(cell, called)}" for meeting, (cell, on) in sat.items()}
    return called | {liaison: who(member, called) for liaison, member in follows.items()}, follows


def _told(record: Record, subject: Id, called: Mapping[Id, str], owners: Mapping[Id, Id], *, struck: bool) -> Told:
    said = sentence(wire.decode(record.name, record.data), called)
    # His own liaison is his own matter, though it is another stream.
    of_another = subject not in (record.stream, owners.get(record.stream))
    if of_another and (whose := called.get(record.stream)) is not None:
        said = f"{whose[:1].upper()}{whose[1:]}: {said[:1].lower()}{said[1:]}"
    return Told(
        position=record.position,
        on=record.effective_on,
        recorded_at=record.recorded_at,
        name=record.name,
        sentence=said,
        struck=struck,
    )
