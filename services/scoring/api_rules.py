"""What may be asked about rules over HTTP: every pack at hand, and one in full."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from services.scoring.asked import RuleQuestion, RulesPage, RulesQuestion, answer, shown
from services.scoring.rulebook import Pack
from services.scoring.shelf import shipped
from services.web.context import Asking
from services.web.problem import not_found

router = APIRouter()


@router.get("/rules", response_model=RulesPage)
def read_rules(_: Asking, asked: Annotated[RulesQuestion, Query()]) -> Response:
    """The rule packs at hand, every version, each in full."""
    packs, first = list(shipped()), int(asked.after)
    end = first + asked.limit
    return answer({"items": [shown(pack) for pack in packs[first:end]], "next": str(end) if end < len(packs) else None})


@router.get("/rules/{pack}", response_model=Pack)
def read_rule(pack: str, _: Asking, asked: Annotated[RuleQuestion, Query()]) -> Response:
    """One rule pack."""
    found = [
        one
        for one in shipped().versions(pack)
        if asked.version in {None, one.version} and (asked.as_of is None or one.valid_on(asked.as_of))
    ]
    if not found:
        raise not_found("rule pack")
    return answer(shown(found[-1]))
