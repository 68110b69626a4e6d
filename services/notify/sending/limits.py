"""How patient the exchange is with those that it sends to: the numbers of `limits.toml`, read once and checked."""

import tomllib
from functools import cache
from pathlib import Path
from typing import Annotated

from msgspec import Meta, Struct, convert

SHIPPED = Path(__file__).with_name("limits.toml")

Seconds = Annotated[float, Meta(gt=0)]
Count = Annotated[int, Meta(ge=1)]


class Schedule(Struct, frozen=True, forbid_unknown_fields=True):
    """When a message is tried again; seconds."""

    delays: tuple[Seconds, ...]
    jitter: Annotated[float, Meta(ge=0, le=1)]
    longest_asked: Seconds


class Post(Struct, frozen=True, forbid_unknown_fields=True):
    """One POST; seconds, bytes, and names at a time."""

    total: Seconds
    connect: Seconds
    read: Seconds
    most_read: Count
    most_kept: Count
    looking_up: Count
    keep_alive: Seconds


class Mail(Struct, frozen=True, forbid_unknown_fields=True):
    """One e-mail; seconds, and how many at a time."""

    command: Seconds
    total: Seconds
    at_a_time: Count


class Text(Struct, frozen=True, forbid_unknown_fields=True):
    """One text message; seconds."""

    total: Seconds


class Push(Struct, frozen=True, forbid_unknown_fields=True):
    """One push to a browser; seconds."""

    total: Seconds
    keeps: Count


class Limits(Struct, frozen=True, forbid_unknown_fields=True):
    """All of them."""

    schedule: Schedule
    post: Post
    mail: Mail
    text: Text
    push: Push


@cache
def limits() -> Limits:
    """The limits that are shipped."""
    return convert(tomllib.loads(SHIPPED.read_text("utf-8")), Limits)
