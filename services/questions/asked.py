"""How a question is put: by both clocks, a page at a time, once the views have read what the asker has written."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from typing import Annotated, Any, NamedTuple, TypeVar
from uuid import UUID

import msgspec
import psycopg
from pydantic import BaseModel, ConfigDict, Field

from events import wire
from events.correction import effective
from events.fact import Record, State
from events.ledger import END
from projections.asked import LATEST, AsOf, position_at
from services.web.context import Context
from services.web.problem import unprocessable
from services.web.written import Day, Instant

T = TypeVar("T")
P = TypeVar("P", bound=tuple[Any, ...])
S = TypeVar("S", bound=State)

Words = Annotated[str, Field(min_length=1, max_length=300, pattern=r"^[^\x00]*$")]
SNAPSHOT = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"


class Question(BaseModel):
    """A field that is not known would be passed over as if it had not been there, so it is refused."""

    model_config = ConfigDict(extra="forbid")

    as_of: Day | None = None
    """What held in the world on that day."""
    known_at: Instant | None = None
    """Using only what had been recorded by then."""


class PageQuestion(Question):
    """The next lines; `after` is what `next` said."""

    limit: Annotated[int, Field(ge=1, le=500)] = 50
    after: Annotated[str, Field(max_length=4000)] | None = None


class ByName(NamedTuple):
    """Where a page in the order of names ended."""

    key: Annotated[str, msgspec.Meta(pattern=r"^[^\x00]*$")]
    id: UUID


class ByDay(NamedTuple):
    """Where a page in the order of days ended."""

    on: date
    id: UUID


class ByPosition(NamedTuple):
    """Where a page of a history ended."""

    on: date
    position: Annotated[int, msgspec.Meta(ge=0, lt=2**62)]


def place(asked: PageQuestion, kind: type[P], first: P) -> P:
    """Where the page before ended.

    Raises:
        Problem: 422, `after` is not what `next` said.
    """
    if asked.after is None:
        return first
    try:
        padded = asked.after + "=" * (-len(asked.after) % 4)
        decoded: P = msgspec.json.decode(urlsafe_b64decode(padded.encode()), type=kind)
    except (ValueError, msgspec.DecodeError):
        raise unprocessable("/after", "this is not what `next` said") from None
    return decoded


def page(found: Sequence[T], limit: int, place_of: Callable[[T], tuple[Any, ...]]) -> tuple[Sequence[T], str | None]:
    """The lines of a page and its cursor, where one line more than asked was found."""
    if len(found) <= limit:
        return found, None
    cursor = urlsafe_b64encode(msgspec.json.encode(place_of(found[limit - 1]))).decode().rstrip("=")
    return found[:limit], cursor


def said(**given: UUID | str | None) -> dict[str, str]:
    """What was asked for, without what was not."""
    return {name: str(value) for name, value in given.items() if value is not None}


@contextmanager
def reading(here: Context, asked: Question) -> Iterator[tuple[psycopg.Connection[Any], AsOf]]:
    """A connection on which all views stand still, and the day and position that are asked about."""
    with here.pool.connection() as connection, connection.transaction():
        connection.execute(SNAPSHOT)
        known = LATEST if asked.known_at is None else position_at(connection, asked.known_at)
        yield connection, AsOf(asked.as_of or here.today(), known)


def last_known(as_of: AsOf) -> int:
    """The last position that a stream is read to for it."""
    return END if as_of.known == LATEST else as_of.known


def folded(state: S, records: Sequence[Record], day: date | None) -> tuple[S, int]:
    """What a stream's records that count by a day say (all, without one), and the position of the last of them."""
    position = 0
    for record in effective(records):
        if record.kind == state.KIND and (day is None or record.effective_on <= day):
            state.see(wire.decode(record.name, record.data), record.effective_on, record.position)
            position = record.position
    return state, position
