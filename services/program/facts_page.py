"""The page of all facts, made from the code: `python -m services.program.facts_page > docs/reference/facts.md`."""

import ast
import inspect
import re
import sys
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from pkgutil import walk_packages
from typing import Any, get_type_hints

from msgspec import NODEFAULT, structs

import events
from events.correction import Struck
from events.fact import Fact, personal_fields
from events.wire import STREAMS
from services.ingest.changes.instead import PATHS

HEAD = """# Facts

Every fact that the log may hold, by the kind of stream in which it stands: its stored name, which is for ever, its
fields as they are stored, when it is recorded, the change that records it, and the source of its rules where one is
named. Beside its own fields a fact may carry `backfill` (history was entered) and `decision` (the paper behind it).
A field in *italics* is about a person, and sealed with that person's key; one with a question mark may be missing.
This page is made from the code (`python -m services.program.facts_page`).
"""
CITED = re.compile(r"\b\d+(?:-[A-ZĐ]+)?/[A-Z0-9ĐÊ/-]*[A-Z0-9Đ] of \d{1,2} [A-Z][a-z]+ \d{4}")
ELSEWHERE = {
    "organisation.joined_by": "/organisations/{id}/absorptions",
    "organisation.split_off": "/organisations/{id}/splits",
    "organisation.absorbed": "/organisations/{id}/absorptions",
    "organisation.consolidated": "/consolidations",
    "organisation.split": "/organisations/{id}/splits",
    "member.moved": "/organisations/{id}/absorptions",
    "member.transfer_extension_asked": "/transfers/{id}/extensions",
    "member.transfer_extended": "/transfers/{id}/extensions",
    "member.erased": "/members/{id}/erasures",
    "liaison.refused": "/liaisons/{id}/refusals",
    "liaison.ended": "/liaisons/{id}/endings",
    "liaison.message_sent": "/liaisons/{id}/messages",
    "oath_campaign.opened": "/oath-reviews",
    "oath_campaign.closed": "/oath-reviews/{id}/closings",
    "oath_review.opened": "/oath-reviews",
    "oath_review.closed": "/oath-reviews/{id}/closings",
    "collective_transfer.introduced": "/collective-transfers",
    "collective_transfer.received": "/collective-transfers/{id}/receptions",
    "candidacy.registered": "/four-good",
    "candidacy.withdrawn": "/four-good/{id}/withdrawals",
    "candidacy.self_assessed": "/four-good/{id}/self-assessments",
    "candidacy.appraised": "/four-good/{id}/appraisals",
    "candidacy.recognised": "/four-good/{id}/recognitions",
    "candidacy.certified": "/four-good/{id}/certificates",
    "classification.decided": "/classifications",
    "classification.reopened": "/classifications/reopenings",
    "excellence.granted": "/classifications",
    "excellence.given_up": "/classifications/reopenings",
    "proposal.made": "a change that needs a second person",
    "proposal.approved": "/proposals/{id}/approvals",
    "proposal.rejected": "/proposals/{id}/rejections",
    "notice.acknowledged": "/notices/{id}/acknowledgements",
    "rule.published": "/rules",
    "rule.adopted": "/rules/{pack}/adoptions",
    "endpoint.registered": "/endpoints",
    "endpoint.rotated": "/endpoints/{id}/rotations",
    "endpoint.ended": "/endpoints/{id}/endings",
    "subscription.made": "/subscriptions",
    "subscription.paused": "/subscriptions/{id}/pauses",
    "subscription.resumed": "/subscriptions/{id}/resumptions",
    "subscription.ended": "/subscriptions/{id}/endings",
    "silence.begun": "/silences",
    "silence.ended": "/silences/{id}/endings",
}
"""Where facts come from that are not corrected by the change that records them."""


def page() -> str:
    """The whole page, as Markdown."""
    parts = [HEAD]
    for state, facts in STREAMS:
        parts.append(f"\n## {state.KIND}\n\n{_said(state)}\n")
        parts.append("| fact | fields | when | recorded by | source |\n|---|---|---|---|---|")
        parts += [_line(fact) for fact in facts]
    return "\n".join(parts) + "\n"


def _line(fact: type[Fact]) -> str:
    name = str(fact.__struct_config__.tag)
    fields = ", ".join(_fields(fact)) or "–"
    sources = ", ".join(dict.fromkeys(_sources(fact))) or "–"
    return f"| `{name}` | {fields} | {_said(fact)} | {_recorded_by(fact, name)} | {sources} |"


def _recorded_by(fact: type[Fact], name: str) -> str:
    if issubclass(fact, Struck):
        return "`/corrections`"
    path = PATHS.get(name) or ELSEWHERE[name]
    return f"`{path}`" if path.startswith("/") else path


def _fields(fact: type[Fact]) -> Iterator[str]:
    hints, personal = get_type_hints(fact), personal_fields(fact)
    for field in structs.fields(fact):
        optional = field.default is not NODEFAULT or field.default_factory is not NODEFAULT
        said = f"{field.name}{'?' if optional else ''}"
        yield (
            f"*{said}*: {_type(hints[field.name])}" if field.name in personal else f"{said}: {_type(hints[field.name])}"
        )


def _type(hint: Any) -> str:
    said = hint.__name__ if isinstance(hint, type) and not hasattr(hint, "__args__") else str(hint)
    said = re.sub(r"\b(?:[a-z_]+\.)+", "", said).replace(" | None", "")
    said = re.sub(r"Optional\[(\w+)\]", r"\1", re.sub(r"tuple\[(\w+), \.\.\.\]", r"list of \1", said))
    return said.replace("|", "or")


def _said(what: type[Any]) -> str:
    return " ".join((inspect.getdoc(what) or "").split()).replace("|", "\\|")


def _sources(fact: type[Fact]) -> Iterator[str]:
    """The papers that the fact itself cites, and those that the decisions cite that make it."""
    yield from CITED.findall(_said(fact))
    yield from _cited_by().get(fact.__name__, ())


@cache
def _cited_by() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for module in walk_packages(events.__path__, "events."):
        source = inspect.getsource(import_module(module.name))
        for node in ast.walk(ast.parse(source)):
            if not isinstance(node, ast.FunctionDef):
                continue
            cited = CITED.findall(" ".join((ast.get_docstring(node) or "").split()))
            for call in ast.walk(node):
                if cited and isinstance(call, ast.Name | ast.Attribute):
                    found.setdefault(call.id if isinstance(call, ast.Name) else call.attr, []).extend(cited)
    return found


if __name__ == "__main__":
    sys.stdout.write(page())
