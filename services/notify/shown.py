"""A notice as the outside sees it: a line of an inbox, and the whole of it with the record that it tells of."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, Field

from projections import steps
from projections.corrections import struck_by
from projections.inbox import Notice
from services.notify.sentences import say
from services.web.context import Context
from services.web.record import shown


class NoticeLine(BaseModel):
    """A notice (docs/reference/http.md); `role`, `policy` and `rule` say why this organisation was told."""

    id: UUID
    fact: str | None
    position: int | None
    subject: UUID
    subjects: list[UUID] | None
    organisation: UUID
    state: str
    due_at: datetime
    acknowledge_by: datetime | None
    role: str
    policy: str
    rule: str
    number: int
    day: date | None
    critical: bool
    rose_from: UUID | None
    silenced_by: UUID | None
    deferred_until: datetime | None
    opened_at: datetime | None
    acknowledged_at: datetime | None

    @classmethod
    def of(cls, notice: Notice) -> "NoticeLine":
        """As it stands."""
        return cls(number=notice.seq, **_fields(notice))


class NoticePage(BaseModel):
    """Newest first; `next` is the cursor of the next page, none on the last."""

    items: list[NoticeLine]
    next: str | None


class Times(BaseModel):
    """When it first came to each step; what never was is null."""

    queued: datetime | None = None
    sent: datetime | None = None
    delivered: datetime | None = None
    opened: datetime | None = None
    acknowledged: datetime | None = None
    failed: datetime | None = None
    risen: datetime | None = None


class Attempt(BaseModel):
    """One try to send it on: `class` is ok, timeout, refused, …; `status` what was answered."""

    delivery: UUID
    channel: str
    at: datetime
    status: int | None
    class_: Annotated[str, Field(serialization_alias="class")]
    ms: int


class LifeStep(BaseModel):
    """What became of it, when, and by what; in which message, where there was one."""

    at: datetime
    state: str
    cause: str
    delivery: UUID | None


class WholeNotice(NoticeLine):
    """With what a committee needs to read what happened without further rights, and all that became of the notice."""

    sentence: str
    record: dict[str, Any] | None
    times: Times
    attempts: list[Attempt]
    steps: list[LifeStep]


def whole(here: Context, notice: Notice) -> WholeNotice:
    """The notice with its record and its sentence, told as of the record's place in the log, and what became of it."""
    said = say(here, notice)
    with here.pool.connection() as connection:
        life, attempts = steps.steps_of(connection, notice.id), steps.attempts_of(connection, notice.id)
        struck = None if said.record is None else struck_by(connection, [said.record.position])
    return WholeNotice(
        number=notice.seq,
        **_fields(notice),
        sentence=said.sentence,
        record=None if said.record is None else shown(said.record, (struck or {}).get(said.record.position)),
        times=Times(**{name: getattr(notice, f"{name}_at") for name in Times.model_fields}),
        attempts=[Attempt(**attempt._asdict()) for attempt in attempts],
        steps=[LifeStep(**one._asdict()) for one in life],
    )


def _fields(notice: Notice) -> dict[str, Any]:
    """An alert has no fact and no record of its own."""
    alert: dict[str, Any] = {"fact": None, "position": None} if notice.alert else {}
    return notice._asdict() | alert
