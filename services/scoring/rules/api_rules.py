"""What may be asked about rules over HTTP: every pack at hand, and one in full."""

from typing import Annotated, Any

import psycopg
from fastapi import APIRouter, Query, Response

from events.fact import Id
from events.rule import stream_of
from projections import rules, tree
from projections.asked import AsOf
from services.access import Relation
from services.scoring.asked import AdoptionsPage, AdoptionsQuestion, RuleQuestion, RulesPage, RulesQuestion, answer
from services.scoring.rules.published import shown
from services.scoring.rules.rulebook import Of, Pack
from services.scoring.rules.rules_in_force import RulesInForce
from services.web.asking import AtLeast, wait
from services.web.context import Asking, Here, must
from services.web.problem import Problem, not_found

router = APIRouter()

VIEWS = ("rules", "tree")


@router.get("/rules", response_model=RulesPage)
def read_rules(
    asking: Asking, here: Here, asked: Annotated[RulesQuestion, Query()], at_least: AtLeast = None
) -> Response:
    """The rule packs at hand, every version, each in full: all, those that held on a day, or for an organisation."""
    wait(here, VIEWS, at_least)
    organisation = Id(str(asked.organisation)) if asked.organisation is not None else None
    if organisation is not None:
        must(here, asking, Relation.SEE, organisation)
    with here.pool.connection() as connection:
        known = asked.known(connection)
        at_hand = RulesInForce.read(connection, known)
        packs = at_hand.packs()
        if organisation is not None:
            packs = _in_force(connection, at_hand, organisation, AsOf(asked.as_of or here.today(), known))
        elif asked.as_of is not None:
            packs = [pack for pack in packs if at_hand.version_on(pack.id, asked.as_of) is pack]
    packs = [pack for pack in packs if asked.of in {None, pack.of}]
    first = int(asked.after)
    end = first + asked.limit
    return answer({"items": [shown(pack) for pack in packs[first:end]], "next": str(end) if end < len(packs) else None})


@router.get("/rules/{pack}", response_model=Pack)
def read_rule(
    pack: str, _: Asking, here: Here, asked: Annotated[RuleQuestion, Query()], at_least: AtLeast = None
) -> Response:
    """One rule pack, by its id or its stream's: the version that is asked for, or held on a day; else the latest."""
    wait(here, VIEWS, at_least)
    with here.pool.connection() as connection:
        at_hand = RulesInForce.read(connection, asked.known(connection))
    found = at_hand.versions(pack) or [one for one in at_hand.packs() if stream_of(one.id) == pack]
    if asked.as_of is not None:
        found = [one for one in found if at_hand.version_on(one.id, asked.as_of) is one]
    found = [one for one in found if asked.version in {None, one.version}]
    if not found:
        raise not_found("rule pack")
    return answer(shown(found[-1]))


@router.get("/rules/{pack}/adoptions", response_model=AdoptionsPage)
def read_adoptions(
    pack: str, asking: Asking, here: Here, asked: Annotated[AdoptionsQuestion, Query()], at_least: AtLeast = None
) -> Response:
    """Who has adopted a pack, since when, in the order of the log: those whom the caller may see."""
    wait(here, VIEWS, at_least)
    with here.pool.connection() as connection:
        known = rules.known(connection, asked.known(connection))
        if not RulesInForce.read(connection).versions(pack):
            raise not_found("rule pack")
    found = [
        one
        for one in known.adoptions
        if one.pack == pack and one.position > int(asked.after) and (asked.as_of is None or one.on <= asked.as_of)
    ]
    seen = [one for one in found if _may_see(here, asking, one.organisation)]
    items = [{"organisation": one.organisation, "on": one.on, "position": one.position} for one in seen[: asked.limit]]
    following = str(seen[asked.limit - 1].position) if len(seen) > asked.limit else None
    return answer({"items": items, "next": following})


def _may_see(here: Here, asking: Asking, organisation: Id) -> bool:
    try:
        must(here, asking, Relation.SEE, organisation)
    except Problem:
        return False
    return True


def _in_force(connection: psycopg.Connection[Any], at_hand: RulesInForce, organisation: Id, as_of: AsOf) -> list[Pack]:
    """What holds for an organisation on a day, one for each thing that is judged."""
    found = tree.one(connection, organisation, as_of)
    if found is None:
        raise not_found("organisation")
    packs = [at_hand.pack(of, organisation, as_of.day, found.cell_kind) for of in Of]
    return [pack for pack in packs if pack is not None]
