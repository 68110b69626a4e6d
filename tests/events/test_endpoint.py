"""An organisation names an address for its webhooks, asks for new keys, and takes it back."""

from datetime import UTC, datetime

from msgspec.structs import replace

from events.endpoint import Endpoint, EndpointEnded, EndpointRegistered, EndpointRotated, end, register, rotate
from tests.examples import COMMUNE
from tests.given import DAY, given, seen

REGISTERED = EndpointRegistered(organisation=COMMUNE, url="https://hooks.example.org/caunoi")
AT = datetime(2026, 3, 2, 8, tzinfo=UTC)
ROTATED, ENDED = EndpointRotated(generation=2, at=AT), EndpointEnded()


def test_an_endpoint_is_registered() -> None:
    given(Endpoint).when(register, REGISTERED).then(REGISTERED)


def test_another_one_under_the_same_id_is_refused() -> None:
    in_order = replace(REGISTERED, fifo=True)
    given(Endpoint, REGISTERED).when(register, in_order).refused("endpoint.exists")


def test_each_rotation_is_a_generation_more() -> None:
    assert rotate(seen(Endpoint, REGISTERED), AT, DAY) == [ROTATED]
    assert rotate(seen(Endpoint, REGISTERED, ROTATED), AT, DAY) == [EndpointRotated(generation=3, at=AT)]


def test_keys_of_what_is_not_there_or_has_ended_are_not_rotated() -> None:
    given(Endpoint).when(rotate, AT).refused("endpoint.unknown")
    given(Endpoint, REGISTERED, ENDED).when(rotate, AT).refused("endpoint.ended")


def test_an_endpoint_ends_once() -> None:
    given(Endpoint, REGISTERED).when(end).then(ENDED)
    given(Endpoint).when(end).refused("endpoint.unknown")
