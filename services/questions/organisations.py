"""What may be asked about organisations: which there are, what stands below, who belongs to them or lives there."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from events.fact import Id
from events.organisation import OrganisationKind
from projections import members, roll, tree
from services.access import Relation
from services.questions import shown
from services.questions.asked import ByName, PageQuestion, Question, Words, page, place, reading, said
from services.questions.shown import Branch, MemberPage, Organisation, OrganisationPage
from services.web.asking import AtLeast, ident, wait
from services.web.context import Asking, Context, Here, must
from services.web.problem import not_found

router = APIRouter(tags=["organisations"])

START = ByName("", UUID(int=0))


class OrganisationsQuestion(PageQuestion):
    """Which organisations; a name is found without its diacritics, too."""

    code: Words | None = None
    name: Words | None = None
    kind: OrganisationKind | None = None
    parent: UUID | None = None
    place: Words | None = None


class ResidentsQuestion(PageQuestion):
    """With `own`, the members of its own cells stand in the list, too; `strength` is one that liaisons tell of."""

    own: bool = False
    strength: Words | None = None


@router.get("/organisations")
def read_organisations(
    asking: Asking, here: Here, asked: Annotated[OrganisationsQuestion, Query()], at_least: AtLeast = None
) -> OrganisationPage:
    """Organisations of a day, by name: all for the operator, for others their own and those below it."""
    wait(here, ["tree"], at_least)
    after = place(asked, ByName, START)
    filters = said(
        code=asked.code, name=asked.name, kind=asked.kind, parent=asked.parent, place=asked.place,
        scope=asking.organisation,
    )  # fmt: skip
    with reading(here, asked) as (connection, as_of):
        found = tree.find(connection, filters, as_of, (after.key, str(after.id)), asked.limit + 1)
    lines, following = page(found, asked.limit, lambda one: (one.name_key, one.id))
    items = [shown.OrganisationLine(**shown.organisation(one)) for one in lines]
    return OrganisationPage(items=items, next=following)


@router.get("/organisations/{organisation}")
def read_organisation(
    organisation: str, asking: Asking, here: Here, asked: Annotated[Question, Query()], at_least: AtLeast = None
) -> Organisation:
    """One organisation with its head-count; also one that had ended by then."""
    of = _asked_about(organisation, asking, here, at_least)
    with reading(here, asked) as (connection, as_of):
        found = tree.one(connection, of, as_of)
        counts = roll.head_counts(connection, of, as_of)
    if found is None:
        raise not_found("organisation")
    return Organisation(**shown.organisation(found), members=sum(counts.values()))


@router.get("/organisations/{organisation}/tree")
def read_tree(
    organisation: str, asking: Asking, here: Here, asked: Annotated[Question, Query()], at_least: AtLeast = None
) -> Branch:
    """The tree below an organisation on a day, with head-counts; 404 where it was not there on that day."""
    of = _asked_about(organisation, asking, here, at_least)
    with reading(here, asked) as (connection, as_of):
        found = tree.below(connection, of, as_of)
        counts = roll.head_counts(connection, of, as_of)
    if not found:
        raise not_found("organisation")
    branches = {
        one.id: Branch(
            id=one.id, name=one.name, kind=one.kind, code=one.code, members=counts.get(one.id, 0), children=[]
        )
        for one in found
    }
    # From the bottom up: what stands deeper comes later, and has its own count by the time it is added.
    for one in reversed(found[1:]):
        above = branches[one.parent or of]
        above.children.insert(0, branches[one.id])
        above.members += branches[one.id].members
    return branches[of]


@router.get("/organisations/{organisation}/members")
def read_members(
    organisation: str, asking: Asking, here: Here, asked: Annotated[PageQuestion, Query()], at_least: AtLeast = None
) -> MemberPage:
    """The members of its cells by given name, and those whom others have sent to them for a time (`temporary_in`)."""
    of = _asked_about(organisation, asking, here, at_least)
    after = place(asked, ByName, START)
    with reading(here, asked) as (connection, as_of):
        found = members.listed(connection, {"scope": of}, as_of, (after.key, str(after.id)), asked.limit + 1)
    return member_page(found, asked.limit)


@router.get("/organisations/{organisation}/residents")
def read_residents(
    organisation: str,
    asking: Asking,
    here: Here,
    asked: Annotated[ResidentsQuestion, Query()],
    at_least: AtLeast = None,
) -> MemberPage:
    """Those whom it follows: who live with it, or in the commune that it serves, and belong to a cell elsewhere."""
    of = _asked_about(organisation, asking, here, at_least)
    after = place(asked, ByName, START)
    filters = said(scope=of, strength=asked.strength)
    with reading(here, asked) as (connection, as_of):
        found = members.residents(
            connection, filters, as_of, (after.key, str(after.id)), asked.limit + 1, own=asked.own
        )
    return member_page(found, asked.limit)


def member_page(found: list[members.Line], limit: int) -> MemberPage:
    """A page of members."""
    lines, following = page(found, limit, lambda one: (one.sort_key, one.id))
    return MemberPage(items=[shown.MemberLine(**shown.member(one)) for one in lines], next=following)


def _asked_about(organisation: str, asking: Asking, here: Context, at_least: int | None) -> Id:
    """The organisation in the path, which the caller may see.

    Raises:
        Problem: 404, it is no id; 403, out of reach.
        Behind: the views have not read far enough.
    """
    of = ident(organisation, "organisation")
    wait(here, members.VIEWS, at_least)
    must(here, asking, Relation.SEE, of)
    return of
