"""The quickstart does what it says, on either bus, and nothing that a process logs names a person or opens anything."""

import json
import re

import pytest

from tests.docs.conftest import QUICKSTART, Walk
from tests.docs.page import as_pattern, blocks, line_of

NUMBERS = range(len(blocks(QUICKSTART)))
ENTERED = sorted(set(re.findall(r'"(?:name|card|address|what|number)": "([^"]+)"', QUICKSTART.read_text("utf-8"))))
UNACCENTED = ["nguyen thi lan", "Nguyen Thi Lan", "tran van nam", "000 221 248 810"]


def test_the_page_is_walked_through_to_its_end(walk: Walk) -> None:
    assert walk.status == 0, f"after block {len(walk.printed)}: {walk.complaints}"
    assert walk.complaints == ""
    assert len(walk.printed) == len(walk.blocks)


@pytest.mark.parametrize("number", NUMBERS)
def test_a_block_prints_what_the_page_says(walk: Walk, number: int) -> None:
    block, printed = walk.blocks[number], walk.printed[number]
    where = f"docs/quickstart.md:{line_of(QUICKSTART, block.commands)}"
    expected = as_pattern(block.prints or "")
    assert expected.fullmatch(printed), f"{where} says\n{block.prints}\nand prints\n{printed}"


# What was logged meanwhile


def test_what_is_looked_for_was_entered() -> None:
    assert {"Nguyễn Thị Lan", "Trần Văn Nam", "000221248810", "12-QĐ/ĐU", "thôn 1"} <= set(ENTERED)


@pytest.mark.parametrize("text", [*ENTERED, *UNACCENTED])
def test_no_log_quotes_what_somebody_entered(walk: Walk, text: str) -> None:
    assert [name for name, log in walk.logs.items() if text.casefold() in log.casefold()] == []


@pytest.mark.parametrize("text", [*ENTERED, *UNACCENTED])
def test_no_refusal_quotes_what_somebody_entered(walk: Walk, text: str) -> None:
    assert [said for said in walk.refusals if text.casefold() in said.casefold()] == []


def test_what_people_get_wrong_is_refused_and_no_surprise(walk: Walk) -> None:
    in_a_batch = [json.loads(said)["status"] for said in walk.refusals if said.startswith('{"status"')]
    alone = [int(said.rpartition(" ")[2]) for said in walk.refusals if said.startswith('{"type"')]
    assert in_a_batch == [422, 400, 409]
    assert alone == [422, 422, 400, 400, 409, 409, 422, 404, 403, 401]


def test_no_log_holds_a_token(walk: Walk) -> None:
    assert len(walk.tokens) == 4
    assert all(token.startswith("cn_") for token in walk.tokens[:3])
    # Nor a part of one that would do for a guess.
    parts = [token[5:25] for token in walk.tokens[:3]] + walk.tokens[3:]
    assert [name for name, log in walk.logs.items() for part in parts if part in log] == []


def test_every_process_has_logged_and_its_lines_are_json(walk: Walk) -> None:
    assert {"http.log", "scoring.log", "notify.log", "postgres.log", "up.log"} <= set(walk.logs)
    for name in ("http.log", "scoring.log", "notify.log"):
        lines = [json.loads(line) for line in walk.logs[name].splitlines()]
        assert all({"timestamp", "level", "event", "process"} <= set(line) for line in lines), name
        assert len(lines) > 1
