"""Whatever a batch holds, each line has its answer, and what is refused leaves nothing behind."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.contract.conftest import System

NDJSON = {"content-type": "application/x-ndjson"}
DEEP = [
    b"[" * 100_000,
    b'{"post": "/members", "body": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    b'{"post": "/members", "body": ' + b'{"a":' * 5_000 + b"1" + b"}" * 5_000 + b"}",
]
ODD = [b"\xff", b"\0", b"{}{}", b"null", b"7", b'"x"', b'{"post": 7}', b'{"post": "/members", "body": "x", "key": ""}']
POSTS = ["/members", "/facts", "/tokens", "", "/", "/members/x/rewards", "/liaisons/x/remarks/-1/confirmations"]


def bodies(values: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    names = st.sampled_from(["name", "cell", "status", "admitted_on", "effective_on", "id", "residence"]) | st.text()
    return st.dictionaries(names, values, max_size=5)


PLAIN = st.none() | st.booleans() | st.integers() | st.text()
VALUES = st.recursive(PLAIN | st.floats(), lambda inner: st.lists(inner) | bodies(inner))
JSON_VALUES = st.recursive(
    PLAIN | st.floats(allow_nan=False, allow_infinity=False), lambda inner: st.lists(inner) | bodies(inner)
)


def lines() -> st.SearchStrategy[bytes]:
    posts = st.sampled_from(POSTS) | st.text()
    whole = st.fixed_dictionaries({"post": posts, "body": bodies(VALUES)}, optional={"key": st.text(max_size=300)})
    return whole.map(lambda line: json.dumps(line).encode()) | st.binary(min_size=1).filter(is_a_line)


def is_a_line(text: bytes) -> bool:
    return b"\n" not in text and text.strip() != b""


def answered(system: System, *sent: bytes) -> list[dict[str, Any]]:
    answer = system.commune.operator.post("/facts", content=b"\n".join(sent), headers=NDJSON)
    assert answer.status_code == 200
    return [json.loads(line) for line in answer.text.splitlines()]


@pytest.mark.parametrize("line", [*DEEP, *ODD], ids=range(len(DEEP) + len(ODD)))
def test_a_line_that_is_none_is_refused_and_its_neighbours_are_not(system: System, line: bytes) -> None:
    before = system.head()
    good = {"name": "Chi bộ thôn 3", "kind": "cell", "parent": system.commune.commune}
    neighbour = json.dumps({"post": "/organisations", "body": good}).encode()
    first, middle, last = answered(system, neighbour, line, neighbour)
    assert (first["status"], last["status"]) == (201, 201)
    assert middle["status"] in {400, 404, 422}
    assert middle["body"]["status"] == middle["status"]
    assert system.head() == before + 2


@given(sent=st.lists(lines(), min_size=1, max_size=8))
@settings(max_examples=100, derandomize=True, database=None, deadline=None)
def test_each_line_has_its_answer_in_order(system: System, sent: list[bytes]) -> None:
    before = system.head()
    answers = answered(system, *sent)
    assert len(answers) == len(sent)
    assert all(400 <= answer["status"] < 500 for answer in answers)
    assert system.head() == before


CHANGED = ["/members", "/meetings", "/liaisons", "/members/{member}/rewards", "/meetings/{meeting}/votes"]
NAMED = ["cell", "effective_on", "admitted_on", "name", "decision", "form", "for", "kind", "planned_at", "x", "id"]
ALMOST = st.sampled_from(["2026-02-30", "2999-01-01", "1849-12-31", "a\0b", "", "e\u0301" * 200, "20260101", 1, True])


@given(
    post=st.sampled_from(CHANGED),
    body=st.dictionaries(st.sampled_from(NAMED), ALMOST | JSON_VALUES, max_size=4),
)
@settings(max_examples=150, derandomize=True, database=None, deadline=None)
def test_a_refused_line_is_answered_as_it_would_have_been_alone(
    system: System, post: str, body: dict[str, Any]
) -> None:
    path = post.format(member=system.known["member"][0], meeting=system.known["meeting"][0])
    text = json.dumps(body)
    alone = system.commune.operator.post(path, content=text.encode(), headers={"content-type": "application/json"})
    (line,) = answered(system, f'{{"post":{json.dumps(path)},"body":{text}}}'.encode())
    assert line == {"status": alone.status_code, "body": alone.json()}
