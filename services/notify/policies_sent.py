"""A policy as it is sent to be published or tried: an object of JSON or the text of a TOML file, like any rule pack."""

import json
import tomllib
from typing import Any

from events import wire
from services.notify.policies_in_force import JUDGES
from services.notify.policy import Faults, Policy, checked
from services.web.rules import PackAtFault


def policy_in(said: str | dict[str, Any]) -> dict[str, Any] | None:
    """What a pack says, where it says that it is a policy (`of = "telling"`); None of every other text."""
    try:
        found = _parsed(said) if isinstance(said, str) else said
    except (ValueError, RecursionError):  # of both formats: what is wrong with it, those say who judge by packs
        return None
    return found if isinstance(found, dict) and found.get("of") == JUDGES else None


def read(said: dict[str, Any]) -> Policy:
    """The policy.

    Raises:
        PackAtFault: with every fault and a pointer to it.
    """
    try:
        return checked(said, wire.FACTS)
    except Faults as faults:
        raise PackAtFault(
            [("".join(f"/{step}" for step in ("pack", *place)), why) for place, why in faults.found]
        ) from None


def _parsed(said: str) -> object:
    return json.loads(said) if said.startswith("{") else tomllib.loads(said)
