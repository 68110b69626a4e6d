"""Where one may go on from an answer: links in `/openapi.json` from what creates something to what is done with it."""

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

MAKES = {
    "/members/{id}/transfers": "transfers",
    "/consolidations": "organisations",
}
"""What is made where the path does not begin with it; elsewhere a path of one word makes what it says."""
PROPOSE = (
    "/members/{id}/sanctions", "/members/{id}/erasures", "/organisations/{id}/disbandings", "/corrections",
)  # fmt: skip
"""What may wait for a second person."""
NAMED = ("rules",)
"""Collections whose things are not found by the id of a stream."""
ID = "$response.body#/id"
PROPOSAL = "$response.body#/proposal"
_of_one = re.compile(r"^/([a-z-]+)/\{([a-z_]+)\}")


class _Step(NamedTuple):
    """An operation on one thing of a collection, and how its path calls the id."""

    operation: str
    parameter: str


def link(paths: dict[str, dict[str, Any]]) -> None:
    """Add links to the answers of every change that makes something, and to those that wait for a second person."""
    steps: dict[str, list[_Step]] = {}
    for path, operations in paths.items():
        if (of_one := _of_one.match(path)) is not None:
            steps.setdefault(of_one[1], []).extend(_steps(operations, of_one[2]))
    for path, operations in paths.items():
        answers = operations.get("post", {}).get("responses", {})
        made = MAKES.get(path) or (path[1:] if path.count("/") == 1 else "")
        if made in steps and made not in NAMED and "201" in answers:
            answers["201"]["links"] = _links(steps[made], ID)
        if path in PROPOSE:
            answers["202"]["links"] = _links(steps.get("proposals", []), PROPOSAL)


def _steps(operations: dict[str, Any], parameter: str) -> Iterator[_Step]:
    for operation in operations.values():
        yield _Step(operation["operationId"], parameter)


def _links(steps: list[_Step], ident: str) -> dict[str, Any]:
    return {
        step.operation: {"operationId": step.operation, "parameters": {f"path.{step.parameter}": ident}}
        for step in steps
    }
