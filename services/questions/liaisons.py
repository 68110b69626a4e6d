"""What may be asked about liaisons: how far each has come, and whether the contact was more than a signature."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel

from events.fact import Id
from events.liaison import Liaison, LiaisonIntroduced, RemarkDrafted
from projections import liaisons, members
from services.access import Relation
from services.questions.asked import Question, folded, last_known, reading
from services.web.asking import AtLeast, ident, wait
from services.web.context import Asking, Context, Here, must
from services.web.problem import Problem, not_found

router = APIRouter(tags=["liaisons"])

VIEWS = ("liaisons", "roll", "tree")
DECEMBER = 12


class Contact(BaseModel):
    """That there was one; `as_member`: he was a member on that day, by what is known of his death or end meanwhile."""

    on: date
    kind: str
    as_member: bool


class Remark(BaseModel):
    """`contacts` with him as a member; `without_contact`: there were none that year; `only_december`: all then."""

    year: int
    requested: bool
    band: str | None
    items: dict[str, str]
    consulted: Sequence[str]
    confirmed: bool
    contacts: int
    without_contact: bool
    only_december: bool


class Message(BaseModel):
    """What one committee wrote to the other."""

    on: date
    from_committee: Id
    text: str


class LiaisonShown(BaseModel):
    """A liaison as of a day; `due`: whether a remark is due every year, or only when it is asked for."""

    id: Id
    member: Id
    committee: Id
    workplace: Id | None
    code: str | None
    state: str
    cell: Id | None
    activity_exempt: bool
    remark_due: str
    strengths: Sequence[str]
    introduced_on: date
    accepted_on: date | None
    refused_on: date | None
    ended_on: date | None
    ground: str | None
    contacts: Sequence[Contact]
    remarks: Sequence[Remark]
    messages: Sequence[Message]
    position: int


@router.get("/liaisons/{liaison}")
def read_liaison(
    liaison: str, asking: Asking, here: Here, asked: Annotated[Question, Query()], at_least: AtLeast = None
) -> LiaisonShown:
    """One liaison, for both of its sides: contacts, remarks year by year, and what the two have written."""
    of = ident(liaison, "liaison")
    wait(here, VIEWS, at_least)
    with reading(here, asked) as (_, as_of):
        known = last_known(as_of)
    state, position = folded(Liaison(), here.opened(here.ledger.stream(of, known)), asked.as_of)
    if state.introduced is None or state.introduced_on is None:
        raise not_found("liaison")
    with here.pool.connection() as connection:
        works_in = members.last_cell(connection, state.introduced.member, as_of)
        days = members.listed_days(connection, state.introduced.member, [on for on, _ in state.contacts], as_of.known)
    _must_see(here, asking, state, [state.introduced.workplace, works_in, state.cells.at(as_of.day)])
    contacts = [Contact(on=on, kind=kind, as_member=on in days) for on, kind in sorted(state.contacts)]
    return _shown(of, state, state.introduced, contacts, (as_of.day, position))


def _must_see(here: Context, asking: Asking, state: Liaison, sides: Sequence[Id | None]) -> None:
    """The committee where he lives, the cell that follows him, the one that introduced him, or where he works now.

    Raises:
        Problem: 403.
    """
    assert state.introduced is not None
    for organisation in filter(None, sides):
        try:
            must(here, asking, Relation.SEE, organisation)
        except Problem:
            continue
        return
    must(here, asking, Relation.SEE, state.introduced.committee)


def _shown(
    of: Id, state: Liaison, introduced: LiaisonIntroduced, contacts: Sequence[Contact], upto: tuple[date, int]
) -> LiaisonShown:
    day, position = upto
    years = sorted({*state.drafts, *state.requested, *state.confirmed})
    assert state.introduced_on is not None
    return LiaisonShown(
        id=of,
        member=introduced.member,
        committee=introduced.committee,
        workplace=introduced.workplace,
        code=introduced.code,
        state=liaisons.state_on(state, day),
        cell=state.cells.at(day),
        activity_exempt=introduced.activity_exempt,
        remark_due="on_request" if introduced.activity_exempt else "yearly",
        strengths=state.strengths.at(day) or (),
        introduced_on=state.introduced_on,
        accepted_on=state.accepted_on,
        refused_on=state.refused_on,
        ended_on=state.ended_on,
        ground=state.ended.ground if state.ended else None,
        contacts=contacts,
        remarks=[_remark(state, year, contacts) for year in years],
        messages=[Message(on=on, from_committee=said.from_committee, text=said.text) for on, said in state.messages],
        position=position,
    )


def _remark(state: Liaison, year: int, contacts: Sequence[Contact]) -> Remark:
    draft: RemarkDrafted | None = state.drafts.get(year)
    of_year = [one for one in contacts if one.on.year == year and one.as_member]
    return Remark(
        year=year,
        requested=year in state.requested,
        band=draft.band if draft else None,
        items=dict(draft.items) if draft else {},
        consulted=draft.consulted if draft else (),
        confirmed=year in state.confirmed,
        contacts=len(of_year),
        without_contact=not of_year,
        only_december=bool(of_year) and all(one.on.month == DECEMBER for one in of_year),
    )
