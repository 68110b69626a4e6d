"""Whom and what a fact names."""

import json
from uuid import UUID

from hypothesis import given, settings
from msgspec.structs import replace

from events.fact import Fact
from events.meeting import AttendanceRecorded, ResolutionAdopted, Task
from events.member import MemberRecognised
from events.mentions import mentions
from events.wire import encode
from tests.events.facts_at_random import any_fact
from tests.examples import (
    BY_NAME,
    CAMPAIGN,
    CELL_7,
    CELL_7_OPENED,
    COMMUNE,
    HELD_BY_NAME,
    HOA,
    LAN,
    LAN_ADMITTED,
    MINH,
    SURGERY,
    TRANSFER,
    a_decision,
    a_reprimand,
    lans_introduction,
)


def test_a_fact_names_ids() -> None:
    assert mentions(lans_introduction()) == (TRANSFER, CELL_7, SURGERY)
    assert mentions(LAN_ADMITTED) == (CELL_7,)


def test_a_fact_may_name_nobody() -> None:
    assert mentions(MemberRecognised()) == ()


def test_ids_deep_inside_are_found_and_each_once() -> None:
    assert mentions(HELD_BY_NAME) == (LAN, HOA, MINH)
    assert mentions(AttendanceRecorded(attendance=BY_NAME)) == (LAN, HOA, MINH)
    assert mentions(CELL_7_OPENED) == (CAMPAIGN, CELL_7, LAN, HOA)


def test_an_issuer_is_named_by_id_where_it_is_here() -> None:
    assert mentions(a_reprimand()) == (COMMUNE,)
    by_name = replace(a_decision(), by="Ủy ban Kiểm tra Trung ương")
    assert mentions(replace(a_reprimand(), decision=by_name)) == ()


def test_who_gets_a_task_is_named_by_id_or_in_words() -> None:
    tasks = (Task(to=HOA, what="đọc"), Task(to="Tổ đảng số 2", what="viết"))
    assert mentions(ResolutionAdopted(tasks=tasks)) == (HOA,)


@settings(max_examples=200)
@given(any_fact())
def test_what_is_mentioned_stands_in_the_data(fact: Fact) -> None:
    stored = json.dumps(json.loads(encode(fact)), ensure_ascii=False)
    for mentioned in mentions(fact):
        assert str(UUID(mentioned)) == mentioned
        assert f'"{mentioned}"' in stored
