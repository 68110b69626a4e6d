"""The changes in `/openapi.json`, written from the table of changes and the bodies that it checks."""

from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import FastAPI
from pydantic.json_schema import models_json_schema

from services.ingest.asked import IDS, PACK, Change
from services.ingest.openapi_links import link
from services.web.problem import MEDIA_TYPE

REF = "#/components/schemas/{model}"
BODY = "changes.{model}"
"""What a body, or a part of one, is called among the components: an answer may have something of the same name."""

VERSION = r'^(\*|(W/)?("[0-9]{1,18}"|[0-9]{1,18}))$'

CHANGED = {
    "type": "object",
    "required": ["id", "stream", "version", "position", "facts"],
    "properties": {
        "id": {"type": "string", "format": "uuid"},
        "stream": {"type": "string"},
        "version": {"type": "integer"},
        "position": {"type": "integer"},
        "facts": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["name", "position"],
                "properties": {"name": {"type": "string"}, "position": {"type": "integer"}},
            },
        },
    },
}
PROPOSED = {
    "type": "object",
    "required": ["proposal"],
    "properties": {"proposal": {"type": "string", "format": "uuid"}},
}
PROBLEM = {
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["pointer", "message"],
                "properties": {"pointer": {"type": "string"}, "message": {"type": "string"}},
            },
        },
    },
}
_WRONG = {
    "type": "object",
    "required": ["row", "column", "rule", "message"],
    "properties": {
        "row": {"type": "integer"},
        "column": {"type": ["string", "null"]},
        "rule": {"type": "string"},
        "message": {"type": "string"},
    },
}
_COUNT = {"type": "integer", "minimum": 0}
IMPORTED = {
    "type": "object",
    "required": ["files"],
    "properties": {
        "files": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["file", "sheet", "rows", "new", "unchanged", "refusals"],
                "properties": {
                    "file": {"type": "string"},
                    "sheet": {"type": ["string", "null"]},
                    "form": {"type": ["string", "null"]},
                    "rows": _COUNT,
                    "new": _COUNT,
                    "unchanged": _COUNT,
                    "refusals": {"type": "array", "items": _WRONG},
                    "warnings": {"type": "array", "items": _WRONG},
                    "proposals": {"type": "array", "items": {"type": "object"}},
                },
            },
        }
    },
}
PROBLEMS = {
    "400": "malformed", "401": "no token, or an unknown one", "403": "beyond the token's reach",
    "404": "what the path names does not exist", "409": "refused by a rule, which `type` names",
    "412": "`If-Match` is stale", "413": "the body is above 1 MiB", "415": "not JSON",
    "422": "the form of the body, with pointers", "503": "the database does not answer; please repeat",
}  # fmt: skip
READING = {
    **{status: PROBLEMS[status] for status in ("401", "403", "404")},
    "422": "the form of the question, with pointers",
    "503": "the views have not read that far yet, or the database does not answer; please repeat",
}


def describe(app: FastAPI, changes: Sequence[Change[Any]]) -> None:
    """Make `app.openapi()` tell of the changes too."""
    plain = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            schema = plain()
            components = schema.setdefault("components", {}).setdefault("schemas", {})
            for operations in schema["paths"].values():
                for method, operation in operations.items():
                    operation["responses"].update(_problems(READING if method == "get" else PROBLEMS))
            for unused in ("HTTPValidationError", "ValidationError"):
                components.pop(unused, None)
            bodies = list(dict.fromkeys(change.body for change in changes))
            template = REF.format(model=BODY)
            refs, definitions = models_json_schema([(body, "validation") for body in bodies], ref_template=template)
            components.update((BODY.format(model=name), body) for name, body in definitions.get("$defs", {}).items())
            components.update(Changed=CHANGED, Proposed=PROPOSED, Problem=PROBLEM)
            schema["components"].setdefault("securitySchemes", {})["bearer"] = {"type": "http", "scheme": "bearer"}
            for change in changes:
                schema["paths"].setdefault(change.path, {})["post"] = _operation(
                    change, refs[change.body, "validation"]
                )
            schema["paths"]["/facts"] = {"post": _batch()}
            schema["paths"]["/imports"] = {"post": _imports()}
            link(schema["paths"])
            schema["security"] = [{"bearer": []}]
            app.openapi_schema = schema
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]  # FastAPI's documented way to extend the schema


def _operation(change: Change[Any], ref: dict[str, Any]) -> dict[str, Any]:
    names = [part[1:-1] for part in change.path.split("/") if part.startswith("{")]
    answers = {
        "200": {"description": "nothing new: it was so already", **_json("Changed")},
        "201": {"description": "on record", **_json("Changed")},
        "202": {"description": "proposed: it waits for a second person", **_json("Proposed")},
        **_problems(),
    }
    return {
        "tags": ["changes"],
        "summary": change.title,
        "operationId": "post" + change.path.replace("/", "_").replace("{", "").replace("}", "").replace("-", "_"),
        "parameters": [
            *[{"name": name, "in": "path", "required": True, "schema": _place(name)} for name in names],
            {
                "name": "Idempotency-Key", "in": "header",
                "schema": {"type": "string", "minLength": 1, "maxLength": 255},
                "description": "The same key and body answers the first answer again, for ever.",
            },
            {"name": "If-Match", "in": "header", "schema": {"type": "string", "pattern": VERSION},
             "description": "The ETag of an earlier answer; a stale one is refused."},
        ],
        "requestBody": {"required": _asks(change), "content": {"application/json": {"schema": ref}}},
        "responses": answers,
    }  # fmt: skip


def _asks(change: Change[Any]) -> bool:
    """Whether a body must be sent at all."""
    return any(field.is_required() for field in change.body.model_fields.values())


def _batch() -> dict[str, Any]:
    line = (
        'One change a line: `{"post":"/members/…/rewards","body":{…},"key":"…"}`; '
        'answered in order by `{"status","body"}` a line.'
    )
    content = {"application/x-ndjson": {"schema": {"type": "string"}}}
    return {
        "tags": ["changes"],
        "summary": "Many changes in one request",
        "description": line,
        "operationId": "post_facts",
        "requestBody": {"required": False, "content": content},
        "responses": {"200": {"description": "a line for each", "content": content}, **_problems()},
    }


def _imports() -> dict[str, Any]:
    files = {"type": "array", "items": {"type": "string", "format": "binary"}, "minItems": 1}
    form = {"type": "object", "required": ["file"], "properties": {"file": files}}
    problems = {status: why for status, why in PROBLEMS.items() if status not in ("409", "412")}
    return {
        "tags": ["changes"],
        "summary": "The sheets of offices",
        "description": "CSV, XLSX or NDJSON; each row goes in whole or not at all, and says why not.",
        "operationId": "post_imports",
        "parameters": [
            {"name": "dry_run", "in": "query", "schema": {"type": "boolean"},
             "description": "Write nothing."},
            {"name": "campaign", "in": "query", "schema": {"type": "string", "format": "uuid"},
             "description": "The oath review that rows belong to."},
        ],
        "requestBody": {"required": True, "content": {"multipart/form-data": {"schema": form}}},
        "responses": {
            "200": {"description": "a report for each sheet", "content": {"application/json": {"schema": IMPORTED}}},
            **_problems({**problems, "429": "other imports are running"}),
        },
    }  # fmt: skip


def _place(name: str) -> dict[str, Any]:
    if f"{{{name}}}" == PACK:
        return {"type": "string"}
    return {"type": "string", "format": "uuid"} if f"{{{name}}}" in IDS else {"type": "integer", "minimum": 0}


def _json(model: str) -> dict[str, Any]:
    return {"content": {"application/json": {"schema": {"$ref": REF.format(model=model)}}}}


def _problems(which: Mapping[str, str] = PROBLEMS) -> dict[str, Any]:
    content = {MEDIA_TYPE: {"schema": {"$ref": REF.format(model="Problem")}}}
    return {status: {"description": why, "content": content} for status, why in which.items()}
