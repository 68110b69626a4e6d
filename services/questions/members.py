"""What may be asked about members: who they are, where they belong and live, how they stand."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from events.fact import Id
from events.member.admission import digits
from projections import members, sanctions
from projections.asked import AsOf
from services.access import Caller, Relation
from services.questions import shown
from services.questions.asked import ByName, PageQuestion, Question, Words, place, reading, said
from services.questions.organisations import START, member_page
from services.questions.shown import MemberPage, MemberShown
from services.web.asking import AtLeast, ident, wait
from services.web.context import Asking, Context, Here, must
from services.web.problem import Problem, not_found

router = APIRouter(tags=["members"])

VIEWS = (*members.VIEWS, "sanctions")


class MembersQuestion(PageQuestion):
    """Which members; a name is found without its diacritics, too."""

    card: Words | None = None
    name: Words | None = None
    code: Words | None = None
    cell: UUID | None = None


@router.get("/members")
def read_members(
    asking: Asking, here: Here, asked: Annotated[MembersQuestion, Query()], at_least: AtLeast = None
) -> MemberPage:
    """Members by given name: the operator finds all, those who are out, too; others find those of the cells below."""
    wait(here, members.VIEWS, at_least)
    scope = str(asked.cell) if asked.cell is not None else asking.organisation
    if asked.cell is not None:
        must(here, asking, Relation.SEE, Id(str(asked.cell)))
    after = place(asked, ByName, START)
    card = None if asked.card is None else digits(asked.card)
    filters = said(card=card, name=asked.name, code=asked.code, scope=scope)
    with reading(here, asked) as (connection, as_of):
        found = members.listed(connection, filters, as_of, (after.key, str(after.id)), asked.limit + 1)
    return member_page(found, asked.limit)


@router.get("/members/{member}")
def read_member(
    member: str, asking: Asking, here: Here, asked: Annotated[Question, Query()], at_least: AtLeast = None
) -> MemberShown:
    """One member, also one who is out; for those above his cell and for the committee where he lives."""
    of = ident(member, "member")
    wait(here, VIEWS, at_least)
    with reading(here, asked) as (connection, as_of):
        line = members.one(connection, of, as_of)
        cell = members.last_cell(connection, of, as_of)
        found = sanctions.of_member(connection, of, as_of)
    if line is None:
        raise not_found("member")
    must_see(here, asking, cell, line.committee)
    return MemberShown(**shown.member(line), sanctions=[shown.sanction(one) for one in found])


def must_see_member(here: Context, asking: Caller, member: Id, as_of: AsOf) -> None:
    """For what is asked about somebody beside himself.

    Raises:
        Problem: 404, there is nobody; 403, out of reach.
    """
    with here.pool.connection() as connection:
        line = members.one(connection, member, as_of)
        cell = members.last_cell(connection, member, as_of)
    if line is None:
        raise not_found("member")
    must_see(here, asking, cell, line.committee)


def must_see(here: Context, asking: Caller, cell: Id | None, committee: Id | None) -> None:
    """A member is seen from where he belongs and from where he lives.

    Raises:
        Problem: 403.
    """
    if committee is not None:
        try:
            must(here, asking, Relation.SEE, committee)
        except Problem:
            pass
        else:
            return
    must(here, asking, Relation.SEE, cell)
