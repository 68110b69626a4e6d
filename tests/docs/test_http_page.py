"""The page about HTTP says of roles and rules what the code does."""

import re

from services.access import ALLOWED, Relation, Role
from tests.contract.spec import openapi
from tests.docs.page import DOCS

PAGE = (DOCS / "reference" / "http.md").read_text("utf-8")


def test_the_table_of_roles_is_what_each_may() -> None:
    heading = re.search(r"^\| role \| (.+) \|$", PAGE, re.MULTILINE)
    assert heading is not None
    relations = [Relation(name) for name in heading[1].split(" | ")]
    assert set(relations) == set(Relation)
    for role in Role:
        row = re.search(rf"^\| `{role}` \| (.+) \|$", PAGE, re.MULTILINE)
        assert row is not None, role
        may = {relation for relation, word in zip(relations, row[1].split(" | "), strict=True) if word == "yes"}
        assert may == ALLOWED[role], role


def test_every_status_that_may_be_answered_is_explained() -> None:
    described = {
        status
        for operations in openapi()["paths"].values()
        for operation in operations.values()
        for status in operation["responses"]
        if status >= "400"
    }
    explained = set(re.findall(r"^\| (\d{3}) \|", PAGE, re.MULTILINE))
    assert described <= explained
