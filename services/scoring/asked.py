"""What may stand in a question about scores or rules, and how it is answered."""

from datetime import date
from typing import Annotated, Any, NamedTuple
from uuid import UUID

import psycopg
from fastapi import Response
from pydantic import BaseModel, ConfigDict, Field

from events.fact import Id
from projections.asked import LATEST, position_at
from services.scoring.period import Period
from services.scoring.rules.rulebook import Of, Pack
from services.scoring.score import Short, to_json
from services.web.problem import unprocessable
from services.web.written import Day, Instant

Limit = Annotated[int, Field(ge=1, le=500)]


def period_of(text: str) -> Period:
    """The period that is asked about.

    Raises:
        Problem: 422, `/period`.
    """
    try:
        return Period.parse(text)
    except ValueError as error:
        raise unprocessable("/period", str(error)) from None


class Question(BaseModel):
    """A field that is not known would be passed over as if it had not been there, so it is refused."""

    model_config = ConfigDict(extra="forbid")


class ScoreQuestion(Question):
    """Which facts may count: those that held on a day in the world, and those recorded by an instant."""

    as_of: Day | None = None
    known_at: Instant | None = None

    def known(self, connection: psycopg.Connection[Any]) -> int:
        """The last position that counts."""
        return LATEST if self.known_at is None else position_at(connection, self.known_at)


class ScoresQuestion(ScoreQuestion):
    """The meetings of a cell, from a day to a day, both included; `after` is what `next` said."""

    cell: UUID
    first: Annotated[Day, Field(alias="from")] = date.min
    last: Annotated[Day, Field(alias="to")] = date.max
    limit: Limit = 50
    after: Annotated[str, Field(max_length=60)] | None = None


class RulesQuestion(ScoreQuestion):
    """The next packs, all or those that judge one thing; `after` is what `next` said."""

    of: Of | None = None
    organisation: UUID | None = None
    """Those in force for it on the day, today where none is said."""
    limit: Limit = 50
    after: Annotated[str, Field(pattern=r"^[0-9]{1,6}$")] = "0"


class RuleQuestion(ScoreQuestion):
    """Which version: by its number, or the one that held on a day; else the latest."""

    version: Annotated[int | None, Field(ge=1, le=1_000_000)] = None


class AdoptionsQuestion(ScoreQuestion):
    """The next adoptions of a pack; `after` is what `next` said."""

    limit: Limit = 50
    after: Annotated[str, Field(pattern=r"^[0-9]{1,18}$")] = "0"


class Adopted(BaseModel):
    """From `on`, as recorded at `position`, the pack holds for an organisation and below."""

    organisation: Id
    on: date
    position: int


class AdoptionsPage(BaseModel):
    """Adoptions in the order of the log."""

    items: list[Adopted]
    next: str | None


class ScoresPage(BaseModel):
    """Scores in the order of their meetings' days."""

    items: list[Short]
    next: str | None


class RulesPage(BaseModel):
    """Rule packs by id and version."""

    items: list[Pack]
    next: str | None


class Place(NamedTuple):
    """Where a page ended: the day and the id of its last meeting."""

    on: date = date.min
    id: Id = Id(str(UUID(int=0)))

    def __str__(self) -> str:
        """As `next` says it."""
        return f"{self.on}.{self.id}"

    @classmethod
    def read(cls, said: str | None) -> "Place":
        """What `next` said; the start where nothing is.

        Raises:
            Problem: 422.
        """
        if said is None:
            return cls()
        try:
            return cls(date.fromisoformat(said[:10]), Id(str(UUID(said[11:]))))
        except ValueError:
            raise unprocessable("/after", "this is not what `next` said") from None


def answer(said: object) -> Response:
    """JSON in which points are numbers."""
    return Response(to_json(said), media_type="application/json")
