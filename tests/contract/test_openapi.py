"""What `/openapi.json` says is true of requests that are made up from it: right ones, wrong ones, by any method.

Deterministic and bounded: the boundary cases of each operation, and a few at random from a fixed seed.
"""

from typing import Any

import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis import Case, Response, SerializationContext
from schemathesis.specs.openapi import checks as openapi_checks

from tests.contract.conftest import System
from tests.contract.known import in_fields, in_path
from tests.contract.spec import openapi, without_common_headers

CHECKS = [
    schemathesis.checks.not_a_server_error,
    openapi_checks.status_code_conformance,
    openapi_checks.content_type_conformance,
    openapi_checks.response_schema_conformance,
    openapi_checks.unsupported_method,
    openapi_checks.allow_header_conformance,
    openapi_checks.negative_data_rejection,
]
LENIENT = ("/log", "/facts")
"""Not asked to refuse all that the document does not allow: `/log` takes the last of two that have the same name, and
the lines of a batch are answered each by its own."""
PROBLEM = {"type", "title", "status", "detail"}

# A stream does not end by itself; it has tests of its own.
schema = schemathesis.openapi.from_dict(without_common_headers(openapi())).exclude(path="/stream")
schema.config.checks.negative_data_rejection.expected_statuses = [
    "400",
    "401",
    "404",
    "405",
    "409",
    "412",
    "415",
    "422",
]


@schemathesis.serializer("application/x-ndjson")
def as_lines(_: SerializationContext, value: object) -> bytes:
    """A batch is made up as a text."""
    return value.encode(errors="surrogatepass") if isinstance(value, str) else str(value).encode()


def is_problem(answer: Response) -> bool:
    """RFC 9457, saying the same status as the answer's own."""
    said = answer.json() if answer.headers["content-type"] == ["application/problem+json"] else {}
    return said.keys() >= PROBLEM and bool(said["status"] == answer.status_code)


@schema.parametrize()
@settings(max_examples=8, derandomize=True, database=None, deadline=None, suppress_health_check=list(HealthCheck))
def test_every_answer_is_as_it_is_described(case: Case[Any], system: System) -> None:
    case.path_parameters = in_path(system.known, case.path, case.path_parameters)
    case.query = in_fields(system.known, case.query)
    if isinstance(case.body, dict) and (body := in_fields(system.known, case.body)) != case.body:
        # Only then: a body that was set is checked anew, and the bytes of a file are no text of JSON.
        case.body = body
    before = system.head()
    answer = case.call(base_url=system.commune.address, session=system.operator)
    if answer.status_code >= 400:
        assert system.head() == before, "what is refused leaves nothing behind"
        assert answer.request.method == "HEAD" or is_problem(answer), answer.text
    lenient = [openapi_checks.negative_data_rejection] if case.path.startswith(LENIENT) else []
    case.validate_response(answer, checks=[check for check in CHECKS if check not in lenient])
