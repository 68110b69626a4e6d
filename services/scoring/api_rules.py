"""What may be asked about rules over HTTP: every pack at hand, and one in full."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from events.rule import stream_of
from projections.asked import LATEST, position_at
from services.scoring.asked import RuleQuestion, RulesPage, RulesQuestion, answer
from services.scoring.published import shown
from services.scoring.rulebook import Pack
from services.scoring.rules_in_force import RulesInForce
from services.web.asking import AtLeast, wait
from services.web.context import Asking, Here
from services.web.problem import not_found
from services.web.written import Instant

router = APIRouter()

VIEWS = ("rules",)


@router.get("/rules", response_model=RulesPage)
def read_rules(_: Asking, here: Here, asked: Annotated[RulesQuestion, Query()], at_least: AtLeast = None) -> Response:
    """The rule packs at hand, every version, each in full; with `as_of`, those that held on that day."""
    wait(here, VIEWS, at_least)
    rules = _at_hand(here, asked.known_at)
    packs = [pack for pack in rules.packs() if asked.of is None or pack.of is asked.of]
    if asked.as_of is not None:
        packs = [pack for pack in packs if rules.version_on(pack.id, asked.as_of) is pack]
    first = int(asked.after)
    end = first + asked.limit
    return answer({"items": [shown(pack) for pack in packs[first:end]], "next": str(end) if end < len(packs) else None})


@router.get("/rules/{pack}", response_model=Pack)
def read_rule(
    pack: str, _: Asking, here: Here, asked: Annotated[RuleQuestion, Query()], at_least: AtLeast = None
) -> Response:
    """One rule pack, by its id or its stream's: the version that is asked for, or held on a day; else the latest."""
    wait(here, VIEWS, at_least)
    rules = _at_hand(here, asked.known_at)
    found = rules.versions(pack) or [one for one in rules.packs() if stream_of(one.id) == pack]
    if asked.as_of is not None:
        found = [one for one in found if rules.version_on(one.id, asked.as_of) is one]
    found = [one for one in found if asked.version in {None, one.version}]
    if not found:
        raise not_found("rule pack")
    return answer(shown(found[-1]))


def _at_hand(here: Here, known_at: Instant | None) -> RulesInForce:
    """The packs by an instant; a version that was published later is not among them."""
    with here.pool.connection() as connection:
        return RulesInForce.read(connection, LATEST if known_at is None else position_at(connection, known_at))
