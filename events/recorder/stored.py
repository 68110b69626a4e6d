"""A library's event as our fact: under one name an application, on a stream of its own, its bytes kept exactly."""

import re
from uuid import UUID, uuid5

import msgspec
from eventsourcing.persistence import DataError, InfrastructureFactoryError, StoredEvent
from msgspec import UNSET, Raw, Struct, UnsetType

from events.fact import Id

KIND = "foreign"
"""The kind of every stream of a library's application; no state of ours has it, so that everybody passes it over."""
NAMESPACE = UUID("75ea2d11-1fca-48a1-8272-c251dbd7474b")
"""Of the ids of their streams. Never another one: a stream would not be found again."""

APPLICATION = re.compile(r"[a-z0-9_-]{1,60}", re.ASCII)

MANY = 100
ROOM = 400
"""Arrays around a state that is nested; a reader may be deep in calls when he decodes it, and must not fail then."""


class Data(Struct, frozen=True, kw_only=True, gc=False):
    """The data of a foreign fact. Its keys are for ever.

    `id` or `key`: the originator's id, a UUID or a text. `state`: the state as it came, where it is JSON; otherwise
    `base64`: its bytes.
    """

    id: UUID | UnsetType = UNSET
    key: str | UnsetType = UNSET
    version: int
    topic: str
    state: Raw | UnsetType = UNSET
    base64: bytes | UnsetType = UNSET

    @property
    def originator(self) -> UUID | str:
        """The originator's id, of the type that it came with."""
        return self.id if self.id is not UNSET else str(self.key)

    @property
    def bytes(self) -> bytes:
        """The state, byte for byte."""
        if self.base64 is not UNSET:
            return self.base64
        assert self.state is not UNSET, "one of them is there"
        return bytes(self.state)


_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(Data).decode
_parse = msgspec.json.Decoder().decode


def application_name(name: str) -> str:
    """An application's name as it stands in the log: in lower case, as the library has it in names of tables.

    Raises:
        InfrastructureFactoryError: it cannot stand there.
    """
    found = name.lower() or "stored"
    if APPLICATION.fullmatch(found) is None:
        raise InfrastructureFactoryError(
            f"the name of an application has letters a-z, digits, _ and -, 60 at most; {name!r} has not: set its `name`"
        )
    return found


def recorded_by(application: str) -> str:
    """The stored name of all that an application records."""
    return f"{KIND}.recorded.{application}"


def stream_of(application: str, originator: UUID | str) -> Id:
    """The stream of one of an application's originators; a UUID and the same UUID as a text have the same.

    Raises:
        DataError: the id is no text that can be stored.
    """
    return _stream(f"{application}/{originator}")


def stream_of_following(application: str, upstream: str) -> Id:
    """The stream that says that an application follows another.

    Raises:
        DataError: the name is no text that can be stored.
    """
    return _stream(f"{application} follows {upstream}")


def to_data(event: StoredEvent) -> bytes:
    """The event as the data of a fact: JSON from which `from_data` gets every byte back.

    Raises:
        DataError: its topic or its id is no text that can be stored.
    """
    originator, state = event.originator_id, event.state
    as_it_is = is_json(state)
    try:
        return _encode(
            Data(
                id=originator if isinstance(originator, UUID) else UNSET,
                key=originator if isinstance(originator, str) else UNSET,
                version=event.originator_version,
                topic=event.topic,
                state=Raw(state) if as_it_is else UNSET,
                base64=UNSET if as_it_is else state,
            )
        )
    except UnicodeEncodeError as error:
        raise DataError("a topic and an id are text that can be encoded in UTF-8") from error


def from_data(data: bytes) -> Data:
    """What `to_data` made."""
    return _decode(data)


def is_json(state: bytes) -> bool:
    """Whether a state is JSON that comes back byte for byte, and that everybody can decode where they stand."""
    if state[:1].isspace() or state[-1:].isspace():
        return False
    try:
        if state.count(b"[") + state.count(b"{") > MANY:
            state = b"[" * ROOM + state + b"]" * ROOM
        _parse(state)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False
    return True


def _stream(name: str) -> Id:
    try:
        return Id(str(uuid5(NAMESPACE, name)))
    except UnicodeEncodeError as error:
        raise DataError("an id is text that can be encoded in UTF-8") from error
