"""How an error is said: RFC 9457 `application/problem+json`, naming the field and the rule, never a person."""

import re
from collections.abc import Mapping, Sequence
from functools import cache
from http import HTTPStatus
from typing import Any

import msgspec
import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from psycopg import DatabaseError, OperationalError
from psycopg_pool import PoolTimeout
from pydantic import ValidationError
from starlette.exceptions import HTTPException
from starlette.routing import compile_path

from events.fact import Refused
from events.request import Claimed, CommandReused, Conflict, LedgerAway, Unstorable
from projections.waiting import Behind

MEDIA_TYPE = "application/problem+json"
FORM = "what was sent has another form than is taken here"
TYPES = "/problems/"
"""Where the types lie, below the service's own address: `/problems/RULE`."""


class Problem(Exception):
    """An answer that is an error. `rule` ends its `type`; `errors` are (RFC 6901 pointer, message) pairs.

    `about` are further members of the answer (RFC 9457, section 3.2), such as who is missing.
    """

    def __init__(
        self,
        status: int,
        rule: str,
        detail: str,
        errors: Sequence[tuple[str, str]] = (),
        headers: dict[str, str] | None = None,
        about: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.rule = rule
        self.detail = detail
        self.errors = errors
        self.headers = headers or {}
        self.about = about or {}

    def body(self) -> dict[str, Any]:
        """The problem as an object of JSON."""
        said: dict[str, Any] = {
            "type": TYPES + self.rule,
            "title": HTTPStatus(self.status).phrase,
            "status": self.status,
            "detail": self.detail,
        }
        said.update(self.about)
        if self.errors:
            said["errors"] = [{"pointer": pointer, "message": message} for pointer, message in self.errors]
        return said

    def response(self) -> Response:
        """The problem as an answer."""
        return Response(msgspec.json.encode(self.body()), self.status, self.headers, MEDIA_TYPE)


def not_found(what: str) -> Problem:
    """404: there is no such thing here."""
    return Problem(404, "not-found", f"there is no such {what}")


def forbidden(why: str) -> Problem:
    """403: the token does not reach that far."""
    return Problem(403, "forbidden", why)


def unprocessable(pointer: str, message: str) -> Problem:
    """422: the body's form is wrong at one place."""
    return Problem(422, "invalid", FORM, [(pointer, message)])


def reused() -> Problem:
    """422: the key of an earlier request, with another body."""
    return Problem(422, "idempotency-key-reused", "this Idempotency-Key was used with another body")


def unavailable(why: str = "the database does not answer; please repeat") -> Problem:
    """503: nobody knows whether it was done, and asked again it is answered as it should have been."""
    return Problem(503, "unavailable", why, headers={"Retry-After": "1"})


def surprise(path: str, error: Exception) -> Problem:
    """500, with the story in the log and not in the answer; `path` is the template, without ids."""
    structlog.get_logger("http").error("surprise", path=path, error=type(error).__name__, exc_info=error)
    return Problem(500, "internal", "something went wrong here; it has been logged")


def refused(refusal: Refused) -> Problem:
    """409: a rule forbids it; the rule's name ends the type."""
    errors = [(refusal.pointer, str(refusal))] if refusal.pointer else ()
    return Problem(409, refusal.rule, str(refusal), errors, about=refusal.about)


def invalid(error: ValidationError | RequestValidationError, *, skip: int = 0) -> Problem:
    """422 (400 where the JSON itself is malformed) with a pointer for each field at fault; inputs are not repeated."""
    errors = error.errors()
    if any(e["type"] in ("json_invalid", "json_type") for e in errors):
        return Problem(400, "malformed", "the body is not JSON")
    pairs = [("".join(f"/{_escape(part)}" for part in e["loc"][skip:]), str(e["msg"])) for e in errors]
    return Problem(422, "invalid", FORM, pairs)


def _escape(part: object) -> str:
    return str(part).replace("~", "~0").replace("/", "~1")


def of_ledger(error: Exception) -> Problem | None:  # noqa: PLR0911  # a table, one line a case
    """What the ledger's refusals are to the outside; None for anything else."""
    match error:
        case Problem():
            return error
        case Refused():
            return refused(error)
        case CommandReused():
            return reused()
        case Claimed():
            kind = error.claim.partition(":")[0]
            return Problem(409, f"claimed.{kind}", f"this {kind} belongs to another already", [(f"/{kind}", "in use")])
        case Unstorable():
            return Problem(422, "invalid", "the body holds something that cannot be stored")
        case Conflict():
            return Problem(409, "conflict", "others changed the same at the same time; please try again")
        case LedgerAway() | OperationalError() | PoolTimeout():
            return unavailable()
        case DatabaseError() if type(error) is DatabaseError and error.sqlstate is None:
            # Said by libpq and not by the server: the connection ended amid the question.
            return unavailable()
        case Behind():
            return Problem(503, "behind", "the views have not read that far yet", headers={"Retry-After": "1"})
    return None


def of_framework(request: Request, error: HTTPException) -> Problem:
    """What routing and reading say by themselves; 405 where the interface has the path, and has it otherwise."""
    status, headers = error.status_code, dict(error.headers or {})
    if status in {404, 405} and (methods := possible(request.app, request.url.path) - {request.method}):
        status, headers = 405, {"Allow": ", ".join(sorted(methods))}
    rule, detail = {
        400: ("malformed", "the body is not JSON"),
        404: ("not-found", "there is nothing here"),
        405: ("method-not-allowed", f"{request.method} is not possible here"),
        413: ("too-large", "the body is larger than is taken here"),
    }.get(status, ("http", HTTPStatus(status).phrase))
    return Problem(status, rule, detail, headers=headers)


def possible(app: FastAPI, path: str) -> set[str]:
    """The methods that `/openapi.json` has at a path; changes are answered before routing, which knows none.

    A path that is written there as it is is no other one with something in its places.
    """
    paths = app.openapi()["paths"]
    fitting = [path] if path in paths else [template for template in paths if _pattern(template).match(path)]
    methods = {method.upper() for template in fitting for method in paths[template]}
    return methods | {"HEAD"} if "GET" in methods else methods


@cache
def _pattern(template: str) -> re.Pattern[str]:
    return compile_path(template)[0]


def handle_problems(app: FastAPI) -> None:
    """Every error that leaves this application is a problem, and a surprise says nothing of its inside."""

    async def known(_: Request, error: Exception) -> Response:
        problem = of_ledger(error)
        if problem is None:
            raise error
        return problem.response()

    async def validation(_: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        return invalid(error, skip=1).response()

    async def http(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        return of_framework(request, error).response()

    async def anything(request: Request, error: Exception) -> Response:
        route = request.scope.get("route")
        return surprise(getattr(route, "path", ""), error).response()

    for kind in (
        Problem,
        Refused,
        CommandReused,
        Claimed,
        Conflict,
        Unstorable,
        LedgerAway,
        DatabaseError,
        PoolTimeout,
        Behind,
    ):
        app.add_exception_handler(kind, known)
    app.add_exception_handler(RequestValidationError, validation)
    app.add_exception_handler(HTTPException, http)
    app.add_exception_handler(Exception, anything)
