"""A record as a message: CloudEvents in binary mode, and the same record again."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.fact import EPOCH, MICROSECOND, Id, Record
from events.message import NoRecord, headers_of, key_of, position_of, record_of
from tests.examples import an_id

RECORD = Record(
    17, an_id("Lan"), 3, "member.reward_given", date(2026, 3, 2), 1_772_676_669_048_213, "a token", "vì",
    an_id("command"), 5, '{"form":"Giấy khen"}'.encode(),
)  # fmt: skip

WHOLE = st.integers(1, 2**62)
INSTANTS = st.integers(0, (date(9000, 1, 1) - date(1970, 1, 1)) // timedelta(microseconds=1) // 1)
RECORDS = st.builds(
    Record,
    WHOLE,
    st.uuids().map(str).map(Id),
    st.integers(1, 2**31 - 1),
    st.from_regex(r"[a-z_]+\.[a-z_]+", fullmatch=True),
    st.dates(),
    INSTANTS,
    st.text(min_size=1),
    st.text(),
    st.uuids().map(str),
    st.integers(0, 2**62),
    st.binary(),
)


@given(RECORDS)
def test_a_message_gives_the_record_again(record: Record) -> None:
    headers = headers_of(record, "local")
    assert record_of(key_of(record), record.data, headers) == record
    assert position_of(headers) == record.position


def test_it_is_a_cloud_event_in_binary_mode() -> None:
    said = {name: value.decode() for name, value in headers_of(RECORD, "local")}
    assert key_of(RECORD).decode() == f"member/{an_id('Lan')}"
    assert said == {
        "ce_specversion": "1.0",
        "ce_id": "local/17",
        "ce_type": "member.reward_given",
        "ce_source": "/ledgers/local",
        "ce_subject": f"member/{an_id('Lan')}",
        "ce_time": (EPOCH + RECORD.recorded * MICROSECOND).isoformat(timespec="microseconds").replace("+00:00", "Z"),
        "content-type": "application/json",
        "caunoi_position": "17",
        "caunoi_version": "3",
        "caunoi_effective_on": "2026-03-02",
        "caunoi_by": "a token",
        "caunoi_command": an_id("command"),
        "caunoi_reason": "vì",
        "caunoi_cause": "5",
    }


def test_what_is_empty_is_left_out() -> None:
    said = {name for name, _ in headers_of(RECORD._replace(reason="", cause=0), "local")}
    assert not said & {"caunoi_reason", "caunoi_cause"}


@pytest.mark.parametrize("missing", ["ce_type", "ce_time", "caunoi_position", "caunoi_by"])
def test_another_message_is_no_record(missing: str) -> None:
    headers = [(name, value) for name, value in headers_of(RECORD, "local") if name != missing]
    with pytest.raises(NoRecord, match=missing):
        record_of(key_of(RECORD), RECORD.data, headers)
    with pytest.raises(NoRecord):
        record_of(None, None, headers_of(RECORD, "local"))
    with pytest.raises(NoRecord):
        position_of([("caunoi_position", b"seven")])
