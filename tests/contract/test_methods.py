"""A path answers the methods that `/openapi.json` has for it, and to any other it says which those are."""

from itertools import product

import pytest

from tests.contract.conftest import System
from tests.contract.known import in_path
from tests.contract.spec import openapi

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")
PATHS = {
    path: {method.upper() for method in has} | ({"HEAD"} if "get" in has else set())
    for path, has in openapi()["paths"].items()
}
WRONG = [(path, method) for path, method in product(PATHS, METHODS) if method not in PATHS[path]]


def filled(system: System, path: str) -> str:
    """The path with known ids in its places."""
    places = [part[1:-1] for part in path.split("/") if part.startswith("{")]
    values = in_path(system.known, path, dict.fromkeys(places, "00000000-0000-4000-8000-000000000000"))
    return path.format(**values)


@pytest.mark.parametrize(("path", "method"), WRONG)
def test_a_method_that_is_not_there_is_not_allowed(system: System, path: str, method: str) -> None:
    before = system.head()
    answer = system.commune.operator.request(method, filled(system, path))
    assert answer.status_code == 405
    assert set(answer.headers["allow"].split(", ")) == PATHS[path]
    assert answer.headers["content-type"] == "application/problem+json"
    assert method == "HEAD" or answer.json()["type"] == "/problems/method-not-allowed"
    assert system.head() == before


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("path", ["/", "/member", "/members/", "//members", "/MEMBERS", "/members/x/y/z", "/facts/1"])
def test_a_path_that_is_not_there_is_not_found(system: System, path: str, method: str) -> None:
    answer = system.commune.operator.request(method, path)
    assert answer.status_code == 404
    assert method == "HEAD" or answer.json()["type"] == "/problems/not-found"


@pytest.mark.parametrize("path", [path for path in PATHS if "GET" in PATHS[path] and path != "/stream"])
def test_head_is_get_without_the_body(system: System, path: str) -> None:
    known = filled(system, path)
    get, head = (system.commune.operator.request(method, known) for method in ("GET", "HEAD"))
    assert (head.status_code, head.content) == (get.status_code, b"")
    assert head.headers["content-type"] == get.headers["content-type"]
    assert ("content-length" in head.headers) == ("content-length" in get.headers)


@pytest.mark.parametrize("path", PATHS)
def test_without_a_token_nothing_is_answered(system: System, path: str) -> None:
    for method in PATHS[path]:
        for token in ("", "Bearer x", "Basic eDp5"):
            answer = system.commune.operator.request(method, filled(system, path), headers={"authorization": token})
            assert answer.status_code == 401
            assert answer.headers["content-type"] == "application/problem+json"
            assert answer.headers["www-authenticate"].startswith("Bearer")
