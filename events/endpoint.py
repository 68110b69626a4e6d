"""An endpoint: where an organisation wants its webhooks, which generation of keys signs them, and that it has ended."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar

from events.fact import ERASED, Fact, Id, Personal, Refused

# Facts


class EndpointRegistered(Fact, frozen=True, tag="endpoint.registered"):
    """`url` may hold a secret of the receiver, so it is sealed with the endpoint's own key.

    `fifo`: a message is sent only when the one before has been taken, or given up.
    """

    organisation: Id
    url: Personal = ERASED
    fifo: bool = False


class EndpointRotated(Fact, frozen=True, tag="endpoint.rotated"):
    """From `at` on messages are signed with the keys of `generation`, and for a while with those before it too."""

    generation: int
    at: datetime


class EndpointEnded(Fact, frozen=True, tag="endpoint.ended"):
    """Nothing is sent there any more."""


FACTS = (EndpointRegistered, EndpointRotated, EndpointEnded)

# State


@dataclass
class Endpoint:
    """One endpoint. The keys of a generation follow from its own key, and are kept nowhere."""

    KIND: ClassVar[str] = "endpoint"

    registered: EndpointRegistered | None = None
    generation: int = 1
    rotated_at: datetime | None = None
    ended: bool = False

    def see(self, fact: Fact, _on: date, _position: int) -> None:
        """Take in one more fact."""
        match fact:
            case EndpointRegistered():
                self.registered = fact
            case EndpointRotated(generation=generation, at=at):
                self.generation, self.rotated_at = generation, at
            case EndpointEnded():
                self.ended = True


# Decisions


def register(endpoint: Endpoint, registered: EndpointRegistered, _on: date) -> list[Fact]:
    """An organisation names an address.

    Raises:
        Refused: `endpoint.exists`.
    """
    if endpoint.registered == registered:
        return []
    if endpoint.registered is not None:
        raise Refused("endpoint.exists", "this endpoint is registered already, and otherwise", "/id")
    return [registered]


def rotate(endpoint: Endpoint, at: datetime, _on: date) -> list[Fact]:
    """New keys from now on; each time it is asked, because whoever asks has lost the last ones.

    Raises:
        Refused: `endpoint.unknown`, `endpoint.ended`.
    """
    if endpoint.registered is None:
        raise Refused("endpoint.unknown", "there is no such endpoint")
    if endpoint.ended:
        raise Refused("endpoint.ended", "this endpoint has ended: please register another one")
    return [EndpointRotated(generation=endpoint.generation + 1, at=at)]


def end(endpoint: Endpoint, _on: date) -> list[Fact]:
    """It is not to be called any more.

    Raises:
        Refused: `endpoint.unknown`.
    """
    if endpoint.registered is None:
        raise Refused("endpoint.unknown", "there is no such endpoint")
    return [] if endpoint.ended else [EndpointEnded()]
