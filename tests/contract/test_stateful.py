"""Whatever is asked of what earlier answers named, in whatever order: nothing comes to a 500 or to no answer at all.

What was made is gone on with along the links of `/openapi.json`. Deterministic, bounded; more of it in the long tests.
"""

import re
from collections.abc import Mapping
from contextlib import suppress
from datetime import date, timedelta
from types import MappingProxyType
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.errors import FlakyStrategyDefinition
from hypothesis.stateful import run_state_machine_as_test
from schemathesis import Case, GenerationMode, Response
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi import checks as openapi_checks

from tests.contract.conftest import System
from tests.contract.known import in_fields
from tests.contract.spec import openapi, without_common_headers

MADE: Mapping[str, str] = MappingProxyType({
    "/members": "member", "/meetings": "meeting", "/liaisons": "liaison", "/organisations": "organisation",
    "/four-good": "candidacy", "/oath-reviews": "review", "/members/{id}/transfers": "transfer",
})  # fmt: skip
"""What a change makes, so that the bodies of later ones name it, too."""
ASKED_ELSEWHERE = ("/facts", "/imports", "/tokens", "/stream")
"""Batches and sheets have tests of their own; tokens are not to be revoked, and a stream does not end."""
FIRST = date(2025, 1, 10)
_day = re.compile(r"^[0-9]{4}-[0-9]{2}-[0-9]{2}")
LIVES = 4
"""Of each seed; the first of them is the plainest there is."""
CHECKS = [
    schemathesis.checks.not_a_server_error,
    openapi_checks.status_code_conformance,
    openapi_checks.content_type_conformance,
    openapi_checks.response_schema_conformance,
]


def plain(value: Any) -> Any:
    """Days and instants of these two years, and texts without signs that nobody types: so that rules are come to."""
    match value:
        case dict():
            return {name: plain(one) for name, one in value.items()}
        case list():
            return [plain(one) for one in value]
        case str() if _day.match(value):
            since = int(value[:4]) * 372 + int(value[5:7]) * 31 + int(value[8:10])
            return f"{FIRST + timedelta(days=since % 640)}{value[10:]}"
        case str():
            return "".join(sign if sign.isprintable() and sign.isascii() else "x" for sign in value) or value
        case _:
            return value


def walk(system: System, seeds: int, steps: int = 20) -> list[str]:
    """Some lives of so many steps for each seed, one after another in the same commune; what was wrong in them."""
    said = without_common_headers(openapi())
    said["paths"] = {path: what for path, what in said["paths"].items() if not path.startswith(ASKED_ELSEWHERE)}
    schema = schemathesis.openapi.from_dict(said)
    schema.config.update(base_url=system.commune.address)
    # What is wrong in its form comes no further; `test_openapi` has it.
    schema.config.generation.update(modes=[GenerationMode.POSITIVE])
    wrong: list[str] = []

    class Life(schema.as_state_machine()):  # type: ignore[misc]  # made from the document
        """Who and what was there before is named as well."""

        def before_call(self, case: Case[Any]) -> None:
            case.query = in_fields(system.known, case.query)
            if isinstance(case.body, dict):
                case.body = in_fields(system.known, plain(case.body))

        def get_call_kwargs(self, case: Case[Any]) -> dict[str, Any]:  # noqa: ARG002  # the same for all
            return {"session": system.operator, "timeout": 30}

        def after_call(self, response: Response, case: Case[Any]) -> None:
            made = MADE.get(case.path) if response.status_code == 201 and case.method == "POST" else None
            if made is not None:
                system.known[made].append(response.json()["id"])

        def validate_response(self, response: Response, case: Case[Any], **_: Any) -> None:
            try:
                case.validate_response(response, checks=CHECKS)
            except FailureGroup as group:
                # Kept and told at the end: asked once more, in a commune that has gone on, it might not be wrong.
                wrong.append(f"{case.method} {case.path}: {group.exceptions}")

    once = settings(
        max_examples=LIVES, stateful_step_count=steps, database=None, deadline=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    for number in range(seeds):
        # Two lives that begin alike go on differently, because the commune is another one by then.
        with suppress(FlakyStrategyDefinition):
            run_state_machine_as_test(seed(number)(Life), settings=once)
    return wrong


def test_no_life_that_is_made_up_comes_to_an_error_of_ours(system: System) -> None:
    before = system.head()
    assert walk(system, seeds=5) == []
    assert system.head() > before, "something came of it"


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_no_life_of_a_thousand_comes_to_an_error_of_ours(system: System) -> None:
    assert walk(system, seeds=250, steps=40) == []
