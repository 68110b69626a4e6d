"""How scores and rule packs are said as JSON: points are numbers, with the digits that they have."""

from typing import Any

import msgspec
from fastapi import Response

from projections.scores import Kept
from services.scoring.rulebook import Pack
from services.scoring.score import Score

_ENCODER = msgspec.json.Encoder(decimal_format="number")


def answer(said: Score | dict[str, Any]) -> Response:
    """The answer of a question."""
    return Response(_ENCODER.encode(said), media_type="application/json")


def in_short(kept: Kept) -> dict[str, Any]:
    """A score of a list; its lines are told when it is asked for alone."""
    bands = {"computed": kept.computed, "self": kept.self_, "vote": kept.vote, "superior": kept.superior}
    return {
        "meeting": kept.subject,
        "cell": kept.cell,
        "on": kept.held_on,
        "points": kept.points,
        "band": kept.band,
        "complete": kept.complete,
        "rubric": kept.rubric,
        "bands": bands,
        "position": kept.position,
    }


def of_pack(pack: Pack) -> dict[str, Any]:
    """A pack as its issuer wrote it; what it leaves open is left out."""
    said = pack.model_dump(by_alias=True, exclude_none=True)
    if not pack.kinds:
        del said["kinds"]
    for item in said["items"]:
        item.pop("options" if item["judged"] else "judged")
    return said
