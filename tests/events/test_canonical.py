"""A record's canonical bytes: as documented, as a stranger would write them, and the same as on the first day."""

import json
import re
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from events.canonical import leaf, leaf_hash
from events.fact import Id, Record

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "record.md"
STREAM, COMMAND = Id("0192d1f0-7c1e-7a44-9d0a-6b1f2c3d4e5f"), "0192d1f0-9a55-7b10-8c3e-2f60a1b2c3d4"

DOCUMENTED = Record(
    7, STREAM, 3, "member.rewarded", date(2026, 3, 3), 1_772_676_669_048_213,
    "0192d1f0-0000-7000-8000-00000000c1e2", 'Tặng “Giấy khen” theo\nđề nghị của "Chi bộ 7"', COMMAND, 0,
    '{"form":"certificate_lower","decision":{"number":"12-QĐ/ĐU","on":"2026-02-27"}}'.encode(),
)  # fmt: skip

FIRST = Record(1, STREAM, 1, "thing.happened", date(1, 1, 1), 0, "", "", COMMAND, 0, b"{}")
LARGEST = Record(
    2**53 + 1, STREAM, 2**31 - 1, "oath_review.oath_reported", date(9999, 12, 31), 253_402_300_799_999_999,
    "clerk", "", COMMAND, 2**53, '{"note":"Ồ"}'.encode(),
)  # fmt: skip
ODDEST = Record(
    2, STREAM, 2, "member.disciplined", date(2026, 2, 28), 1_772_236_800_000_000, 'an "office"\\',
    "\b\t\n\f\r\0\x01\x1f\x7f\u2028\u2029/é/e\u0301/😀", COMMAND, 1, b'{ "b" : 1.50, "a" : "\\u0041" }',
)  # fmt: skip
VECTORS: list[tuple[Record, str, str]] = [
    (
        FIRST,
        (
            '{"position":1,"stream":"thing/0192d1f0-7c1e-7a44-9d0a-6b1f2c3d4e5f","version":1,"name":"thing.happened",'
            '"effective_on":"0001-01-01","recorded_at":"1970-01-01T00:00:00.000000Z","by":"","reason":"",'
            '"command":"0192d1f0-9a55-7b10-8c3e-2f60a1b2c3d4","cause":null,"data":{}}'
        ),
        "659a71a067392cbb1f6748d850a75a164aad1aa66a31577dfd5e9278c4868451",
    ),
    (
        LARGEST,
        (
            '{"position":9007199254740993,"stream":"oath_review/0192d1f0-7c1e-7a44-9d0a-6b1f2c3d4e5f","version":2147483647,'
            '"name":"oath_review.oath_reported","effective_on":"9999-12-31","recorded_at":"9999-12-31T23:59:59.999999Z",'
            '"by":"clerk","reason":"","command":"0192d1f0-9a55-7b10-8c3e-2f60a1b2c3d4","cause":9007199254740992,'
            '"data":{"note":"Ồ"}}'
        ),
        "4e58b2a23fbd3e77ec84feb4920450c7e43cfa30efea13a42a694e6e5613ba19",
    ),
    (
        ODDEST,
        (
            '{"position":2,"stream":"member/0192d1f0-7c1e-7a44-9d0a-6b1f2c3d4e5f","version":2,"name":"member.disciplined",'
            '"effective_on":"2026-02-28","recorded_at":"2026-02-28T00:00:00.000000Z","by":"an \\"office\\"\\\\",'
            '"reason":"\\b\\t\\n\\f\\r\\u0000\\u0001\\u001f\x7f\u2028\u2029/é/e\u0301/😀",'
            '"command":"0192d1f0-9a55-7b10-8c3e-2f60a1b2c3d4","cause":1,"data":{ "b" : 1.50, "a" : "\\u0041" }}'
        ),
        "894d0f6bf868863f1af9d70635151eff2e7e47a98c47fa1b621cb5737fbf73df",
    ),
]
"""Frozen: a record, its leaf and the leaf's hash. Lines are added; a line that must be changed is a broken promise."""


def code_of(page: str, language: str) -> str:
    """The one block of code in that language."""
    (block,) = re.findall(rf"^```{language}\n(.*?)\n```$", page, re.MULTILINE | re.DOTALL)
    return str(block)


STRANGER: dict[str, Any] = {}
"""The verifier of the documentation, as somebody would copy it from there."""
exec(code_of(PAGE.read_text(), "python"), STRANGER)


def test_the_documented_example_is_true() -> None:
    page = PAGE.read_text()
    documented, hashed = code_of(page, "leaf").encode(), code_of(page, "hash")
    assert leaf(DOCUMENTED) == STRANGER["leaf"](*DOCUMENTED) == documented
    assert leaf_hash(documented).hex() == STRANGER["leaf_hash"](documented) == hashed
    assert f"{len(documented)} bytes" in page


@pytest.mark.parametrize(("record", "bytes_", "hashed"), VECTORS)
def test_leaves_are_the_same_as_on_the_first_day(record: Record, bytes_: str, hashed: str) -> None:
    assert leaf(record).decode() == bytes_
    assert leaf_hash(leaf(record)).hex() == hashed


ESCAPED = {'"': '\\"', "\\": "\\\\", "\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r"}


def quoted(text: str) -> str:
    """The documented table of escapes, character by character."""
    return '"' + "".join(ESCAPED.get(c, f"\\u00{ord(c):02x}" if ord(c) < 0x20 else c) for c in text) + '"'


def by_the_table(record: Record) -> bytes:
    """The documented form, put together without any JSON library."""
    instant, on = record.recorded_at, record.effective_on
    before = [
        ("position", str(record.position)),
        ("stream", quoted(f"{record.name.split('.')[0]}/{record.stream}")),
        ("version", str(record.version)),
        ("name", quoted(record.name)),
        ("effective_on", f'"{on.year:04d}-{on.month:02d}-{on.day:02d}"'),
        ("recorded_at", f'"{instant.year:04d}-{instant:%m-%dT%H:%M:%S}.{instant.microsecond:06d}Z"'),
        ("by", quoted(record.by)),
        ("reason", quoted(record.reason)),
        ("command", quoted(record.command)),
        ("cause", str(record.cause) if record.cause else "null"),
    ]
    text = "{" + "".join(f'"{key}":{value},' for key, value in before)
    return text.encode() + b'"data":' + record.data + b"}"


POSITIONS = st.integers(1, 2**63 - 1)
TEXTS = st.text(st.characters(codec="utf-8")) | st.sampled_from(
    [
        "Nguyễn Thị Lan",
        "Nguye\u0302\u0303n Thi\u0323 Lan",
        'nói "không"',
        "a\\b\\",
        "\0\x01\x1f\x7f",
        "\u2028\u2029",
        "👩‍🌾🇻🇳",
        "/",
        "\ufeff",
    ]
)
LAST = int(datetime(9999, 12, 31, tzinfo=UTC).timestamp()) * 1_000_000
RECORDS = st.builds(
    Record,
    position=POSITIONS,
    stream=st.uuids().map(str),
    version=st.integers(1, 2**31 - 1),
    name=st.from_regex(r"[a-z_]{1,12}(\.[a-z_]{1,12})?", fullmatch=True) | TEXTS,
    effective_on=st.dates(),
    recorded=st.integers(0, LAST) | st.integers(0, LAST // 1_000_000).map(lambda second: second * 1_000_000),
    by=TEXTS,
    reason=TEXTS,
    command=st.uuids().map(str),
    cause=st.just(0) | POSITIONS,
    data=st.dictionaries(TEXTS, TEXTS | st.integers()).map(lambda data: json.dumps(data, ensure_ascii=False).encode()),
)


@given(RECORDS)
@example(DOCUMENTED)
@example(LARGEST)
@example(ODDEST)
def test_a_stranger_comes_to_the_same_bytes(record: Record) -> None:
    assert leaf(record) == STRANGER["leaf"](*record) == by_the_table(record)
    assert leaf_hash(leaf(record)).hex() == STRANGER["leaf_hash"](leaf(record))


KEYS = "position stream version name effective_on recorded_at by reason command cause data"


@given(RECORDS)
def test_a_leaf_is_json_that_says_the_record(record: Record) -> None:
    said = json.loads(leaf(record))
    assert list(said) == KEYS.split()
    kind, _, stream = said["stream"].rpartition("/")
    assert UUID(stream) == UUID(record.stream)
    assert kind == record.kind
    assert (said["position"], said["version"], said["cause"]) == (record.position, record.version, record.cause or None)
    assert datetime.fromisoformat(said["recorded_at"]) == record.recorded_at
    assert (said["by"], said["reason"], said["data"]) == (record.by, record.reason, json.loads(record.data))


@given(RECORDS, RECORDS)
def test_two_records_never_share_a_leaf(one: Record, other: Record) -> None:
    assert (leaf(one) == leaf(other)) == (one == other)


@given(RECORDS, st.binary())
def test_data_go_in_byte_for_byte(record: Record, data: bytes) -> None:
    assert leaf(record._replace(data=data)).endswith(b',"data":' + data + b"}")
