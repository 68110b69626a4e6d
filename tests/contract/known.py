"""Made-up ids that become known ones, so that requests come further than to a 404; always the same of the same."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

BODY = {
    "member": "member", "chair": "member", "secretary": "member", "cell": "cell", "to": "cell", "meeting": "meeting",
    "parent": "organisation", "committee": "organisation", "scope": "organisation", "successor": "organisation",
    "organisation": "organisation", "about": "member", "campaign": "review", "into": "organisation",
    "subject": "cell", "superior": "organisation",
}  # fmt: skip
"""What the fields of bodies and of questions name."""
COLLECTIONS = {
    "members": "member", "meetings": "meeting", "liaisons": "liaison", "oath-reviews": "review", "notices": "notice",
    "transfers": "transfer", "proposals": "proposal", "organisations": "spare", "four-good": "candidacy",
    "collective-transfers": "list",
}  # fmt: skip
"""What `{id}` is, by the first word of the path. Organisations are dissolved, so it is a spare one."""

Known = Mapping[str, list[str]]


def in_path(known: Known, path: str, parameters: Any) -> Any:
    """The path's places filled."""
    if not isinstance(parameters, dict):
        return parameters
    first = path.split("/")[1]
    kinds = dict.fromkeys(("id", "ident"), COLLECTIONS.get(first, ""))
    return {name: _known(known, kinds.get(name, str(name)), value) for name, value in parameters.items()}


def in_fields(known: Known, value: Any) -> Any:
    """The same in a body or a question, however deep."""
    if isinstance(value, dict):
        return {
            name: _known(known, BODY[name], one) if name in BODY and isinstance(one, str) else in_fields(known, one)
            for name, one in value.items()
        }
    if isinstance(value, list):
        return [in_fields(known, one) for one in value]
    return value


def _known(known: Known, kind: str, value: Any) -> Any:
    """A known id for three of four; any other stays what it is."""
    candidates = known.get(kind, [])
    if not candidates or not isinstance(value, str):
        return value
    try:
        number = UUID(value).int
    except ValueError:
        # A place without a format: only what is plain enough to have been an id.
        number = len(value) if value.isascii() and value.isalnum() else 3
    return value if number % 4 == 3 else candidates[number % len(candidates)]
