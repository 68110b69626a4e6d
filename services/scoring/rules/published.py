"""A rule pack as it is published: the text that the log keeps, and what of it stands beside the text."""

import json
from decimal import Decimal
from functools import lru_cache
from typing import Any

from events.fact import Id
from events.rule import RulePublished
from services.scoring.rules.rulebook import Of, Pack
from services.scoring.score import to_json

AT_HAND = 1_000
"""Texts whose packs are remembered."""


def shown(pack: Pack) -> dict[str, Any]:
    """A pack as its issuer wrote it; what it leaves open is left out."""
    said = pack.model_dump(by_alias=True, exclude_none=True)
    if not pack.kinds:
        del said["kinds"]
    for item in said["items"]:
        if pack.of is Of.INDICATORS:
            item.pop("max")
        if not item["whole"]:
            item.pop("whole")
        if not item["judged"]:
            item.pop("judged")
        if not item["options"]:
            item.pop("options")
    said["gates"] = [
        {name: part for name, part in gate.items() if part not in ((), {}, False)} for gate in said["gates"]
    ]
    return said


def text_of(pack: Pack) -> str:
    """The pack as the log keeps it: JSON with every field that is given, defaults too, which may change one day."""
    return to_json(pack.model_dump(mode="python", by_alias=True, exclude_none=True)).decode()


@lru_cache(AT_HAND)
def pack_of(text: str) -> Pack:
    """The pack that the log keeps as this text; it was checked before it went in."""
    return Pack.model_validate(json.loads(text, parse_float=Decimal))


def fact_of(pack: Pack, organisation: Id | None = None) -> RulePublished:
    """The fact by which it is published."""
    return RulePublished(
        pack=pack.id, version=pack.version, judges=pack.of, issuer=pack.issuer, number=pack.number, issued_on=pack.on,
        text=text_of(pack), valid_from=pack.valid_from, valid_to=pack.valid_to, kinds=tuple(map(str, pack.kinds)),
        organisation=organisation,
    )  # fmt: skip
