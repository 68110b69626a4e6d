"""Every promise has tests, and every test that the page names is there and is run as the page says."""

import ast
import re
from pathlib import Path

import pytest

from tests.docs.page import DOCS

PAGE = (DOCS / "GUARANTEES.md").read_text("utf-8")
NAMED = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`( \(long\))?", PAGE)


def functions_of(path: Path) -> dict[str, bool]:
    """The functions of a file, and whether each runs only among the long tests."""
    tree = ast.parse(path.read_text("utf-8"))
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    return {
        function.name: any(ast.unparse(one) == "pytest.mark.long" for one in function.decorator_list)
        for function in functions
    }


@pytest.mark.parametrize(("path", "name", "long"), NAMED)
def test_a_test_that_the_page_names_is_there(path: str, name: str, long: str) -> None:
    assert name.startswith("test_")
    found = functions_of(DOCS.parent / path)
    assert name in found, f"{path} has no {name}"
    assert found[name] == bool(long), "long tests are called long, and no others"


def test_every_promise_has_its_limits_and_a_test_that_is_not_long() -> None:
    promises = re.split(r"^\*\*", PAGE, flags=re.MULTILINE)[1:]
    assert len(promises) > 20
    for promise in promises:
        title = promise.partition("**")[0]
        assert "*Limits:*" in promise, title
        assert [
            name for _, name, long in re.findall(r"`(tests/[\w/]+\.py)::(\w+)`( \(long\))?", promise) if not long
        ], title
