"""A library's event as it stands in the log: under which name, on which stream, and every byte of it."""

import json
from uuid import UUID

import msgspec
import pytest
from eventsourcing.persistence import DataError, InfrastructureFactoryError, StoredEvent
from hypothesis import example, given
from hypothesis import strategies as st

from events import wire
from events.recorder.stored import (
    KIND,
    application_name,
    from_data,
    is_json,
    recorded_by,
    stream_of,
    stream_of_following,
    to_data,
)

ORDER = UUID("0192d1f0-7c1e-7a44-9d0a-6b1f2c3d4e5f")

FROZEN = {
    StoredEvent(ORDER, 1, "shop.orders:Order.Opened", b'{"timestamp": "2026-11-22", "items":[]}'): (
        b'{"id":"0192d1f0-7c1e-7a44-9d0a-6b1f2c3d4e5f","version":1,"topic":"shop.orders:Order.Opened",'
        b'"state":{"timestamp": "2026-11-22", "items":[]}}'
    ),
    StoredEvent("order-7", 0, "shop.orders:Order.Opened", b"\x00\xff"): (
        b'{"key":"order-7","version":0,"topic":"shop.orders:Order.Opened","base64":"AP8="}'
    ),
}
"""As they were stored on the first day; never another form, only further ones."""


@pytest.mark.parametrize(("event", "data"), FROZEN.items())
def test_a_frozen_sample_is_stored_and_means_what_it_did(event: StoredEvent, data: bytes) -> None:
    assert to_data(event) == data
    read = from_data(data)
    assert StoredEvent(read.originator, read.version, read.topic, read.bytes) == event


def test_names_and_streams_are_those_of_the_first_day() -> None:
    assert recorded_by("shop") == "foreign.recorded.shop"
    assert stream_of("shop", ORDER) == "e6efefa1-d556-5687-b3be-ddca784dc338"
    assert stream_of_following("billing", "shop") == "17005810-4824-5745-a9bd-6d1c4a5465df"


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


@given(
    st.binary()
    | json_values.map(lambda value: json.dumps(value).encode())
    | json_values.map(lambda value: json.dumps(value, indent=1, ensure_ascii=False).encode(errors="surrogatepass"))
)
@example(b"")
@example(b" {}")
@example(b"{}\n")
@example(b"null")
@example(b"NaN")
@example(b"1e400")
@example(b"9" * 5000)
@example(b'{"a":1,"a":2}')
@example(b'"\\ud800"')
@example(b'{"a":"\\u0000"}')
@example(b'"\xff"')
@example(b"\xef\xbb\xbf{}")
@example(b"[" * 900 + b"]" * 900)
def test_every_byte_comes_back_and_the_data_are_json(state: bytes) -> None:
    data = to_data(StoredEvent(ORDER, 1, "a:B", state))
    assert from_data(data).bytes == state
    assert isinstance(msgspec.json.decode(data), dict)


def test_a_state_that_is_json_can_be_read_in_the_log() -> None:
    data = to_data(StoredEvent(ORDER, 1, "a:B", b'{"amount":"10.00"}'))
    assert json.loads(data)["state"] == {"amount": "10.00"}


@pytest.mark.parametrize("nested", [b"[" * 700 + b"]" * 700, b'{"a":' * 700 + b"1" + b"}" * 700])
def test_what_only_a_shallow_reader_could_decode_is_kept_as_bytes(nested: bytes) -> None:
    msgspec.json.decode(nested)
    assert not is_json(nested)


def test_many_lists_side_by_side_are_no_nest() -> None:
    assert is_json(b"[" + b",".join([b"[]"] * 10_000) + b"]")


def test_an_id_comes_back_as_it_came_and_its_text_has_the_same_stream() -> None:
    as_id, as_text = StoredEvent(ORDER, 1, "a:B", b"{}"), StoredEvent(str(ORDER), 1, "a:B", b"{}")
    assert from_data(to_data(as_id)).originator == ORDER
    assert from_data(to_data(as_text)).originator == str(ORDER)
    assert stream_of("shop", ORDER) == stream_of("shop", str(ORDER))


def test_no_two_originators_share_a_stream_and_none_has_a_stream_of_ours() -> None:
    streams = [stream_of("a", "b/c"), stream_of("a-b", "c"), stream_of("b", ORDER), stream_of("a", ORDER)]
    streams += [stream_of_following("a", "b"), stream_of("a", "follows b"), stream_of_following("b", "a")]
    assert len({*streams, str(ORDER)}) == len(streams) + 1


@pytest.mark.parametrize("name", ["Shop", "shop_2", "a-b", "x" * 60])
def test_an_application_has_its_name_in_lower_case(name: str) -> None:
    assert application_name(name) == name.lower()


@pytest.mark.parametrize("name", ["a.b", "a b", "a/b", "Đơn", "x" * 61, "a\n"])
def test_a_name_that_would_not_be_one_is_refused_and_says_what_to_do(name: str) -> None:
    with pytest.raises(InfrastructureFactoryError, match="set its `name`"):
        application_name(name)


@pytest.mark.parametrize("event", [StoredEvent("\ud800", 1, "a:B", b""), StoredEvent(ORDER, 1, "\ud800", b"")])
def test_what_is_no_text_is_refused(event: StoredEvent) -> None:
    with pytest.raises(DataError):
        to_data(event)


def test_no_state_of_ours_is_of_their_kind() -> None:
    assert KIND not in wire.STATES
    assert recorded_by("member").partition(".")[0] == KIND
