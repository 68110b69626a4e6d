"""The table of changes by their paths, and what a request asks of one: its path and body checked."""

import re
from collections.abc import Sequence
from datetime import datetime
from hashlib import blake2b
from operator import itemgetter
from typing import Any, NamedTuple

import msgspec
from pydantic import ValidationError

from events.fact import Id
from events.rule import stream_of
from services.access import Caller
from services.ingest.asked import Asked, Change
from services.ingest.bodies import UUID_TEXT
from services.web.idempotency import command
from services.web.problem import Problem, invalid

PACK_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")

Values = tuple[str, ...]
Found = tuple[Change[Any], Values]

_sorted = msgspec.json.Encoder(order="sorted").encode
_anything = msgspec.json.Decoder().decode


class Table:
    """The changes by their paths: `/members/{id}/rewards` is found by its fixed segments, without a search."""

    def __init__(self, changes: Sequence[Change[Any]]) -> None:
        self.changes = tuple(changes)
        self._shapes: dict[int, dict[tuple[int, ...], _Shape]] = {}
        for change in changes:
            segments = change.path.split("/")
            places = tuple(number for number, segment in enumerate(segments) if segment.startswith("{"))
            shapes = self._shapes.setdefault(len(segments), {})
            shapes.setdefault(places, _Shape(len(segments), places)).takes(change, segments)

    def find(self, path: str) -> Found | None:
        """The change posted at a path, and what stands in the places of its `{…}`, in their order."""
        segments = path.split("/")
        for shape in self._shapes.get(len(segments), _NO_SHAPES).values():
            change = shape.changes.get(shape.fixed(segments))
            if change is not None:
                return change, tuple([segments[place] for place in shape.places])
        return None


class _Shape:
    """The changes whose paths have as many segments, and what is open in them in the same places."""

    def __init__(self, length: int, places: tuple[int, ...]) -> None:
        self.places = places
        # What is before the first slash is fixed too, so that there are always two.
        self.fixed = itemgetter(*(number for number in range(length) if number not in places))
        self.changes: dict[tuple[str, ...], Change[Any]] = {}

    def takes(self, change: Change[Any], segments: list[str]) -> None:
        """One more."""
        self.changes[self.fixed(segments)] = change


_NO_SHAPES: dict[tuple[int, ...], _Shape] = {}


class Asking(NamedTuple):
    """Who asks, when, under which key, and what the digests of bodies are keyed with."""

    caller: Caller
    now: datetime
    key: str | None
    secret: bytes


def checked(change: Change[Any], values: Values, body: bytes, asking: Asking) -> Asked[Any]:
    """The change with its body checked.

    Raises:
        Problem: 400, 404 (an id in the path that is no id), 422.
    """
    path = tuple([_ident(value) for value in values[: change.ids]])
    numbers = tuple([_number(value) for value in values[change.ids :]]) if not change.of_pack else ()
    try:
        said = change.body.model_validate_json(body or b"{}")
    except ValidationError as error:
        raise invalid(error) from None
    caller, now, key, secret = asking
    asked = Asked(change, path, said, caller, now, key, numbers=numbers)
    if change.of_pack:
        asked.path, asked.pack = (_stream_of(values[0]),), values[0]
    if key is not None:
        asked.command = command(caller, key)
        asked.digest = _digest(change.path, values, body, secret)
    return asked


def _ident(value: str) -> Id:
    if UUID_TEXT.fullmatch(value) is None:
        raise Problem(404, "not-found", "the path names no id")
    return Id(value.lower())


def _stream_of(pack: str) -> Id:
    """The stream of the pack of that name."""
    if len(pack) > 60 or PACK_NAME.fullmatch(pack) is None:
        raise Problem(404, "not-found", "the path names no rule pack")
    return stream_of(pack)


def _number(value: str) -> int:
    if not (value.isascii() and value.isdigit() and len(value) < 19):
        raise Problem(404, "not-found", "the path names no number")
    return int(value)


def _digest(path: str, values: Values, body: bytes, secret: bytes) -> int:
    """64 bits that differ for another body; the order of its fields and its white space do not matter."""
    plain = _sorted(_anything(body or b"{}"))
    named = "\n".join((path, *values)).encode()
    return int.from_bytes(blake2b(named + b"\n" + plain, digest_size=8, key=secret).digest(), "big", signed=True)
