"""What may be asked about scores over HTTP: a meeting's, with its reasons; a cell's, in short; and the rules."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query, Response
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, field_validator

from events.fact import Id
from events.meeting import Meeting
from projections import scores
from services.access import Relation
from services.scoring.answers import answer, in_short, of_pack
from services.scoring.clocks import AtLeast, known, known_position, wait_for_log, wait_for_scores
from services.scoring.meeting_score import score_meeting
from services.scoring.shelf import shipped
from services.web.context import Asking, Here, must
from services.web.problem import not_found

router = APIRouter(tags=["scores"])


class Question(BaseModel):
    """A question with a field that is not known would be answered as if it had not been there, so it is refused."""

    model_config = ConfigDict(extra="forbid")


class MeetingQuestion(Question):
    """Which facts may count: those that held on a day in the world, and those recorded by an instant."""

    as_of: date | None = None
    known_at: AwareDatetime | None = None


class ListQuestion(Question):
    """The scores of a cell's meetings, held from a day to a day, both included; `after` is what `next` said."""

    cell: UUID
    since: Annotated[date, Field(alias="from")] = date.min
    until: Annotated[date, Field(alias="to")] = date.max
    known_at: AwareDatetime | None = None
    limit: Annotated[int, Field(ge=1, le=500)] = 50
    after: Annotated[str | None, Field(pattern=r"^\d{4}-\d\d-\d\d\.[0-9a-f-]{36}$")] = None

    @field_validator("after")
    @classmethod
    def _a_day_and_an_id(cls, after: str | None) -> str | None:
        if after is not None:
            date.fromisoformat(after[:10]), UUID(after[11:])
        return after


class RulesQuestion(Question):
    """The next packs; `after` is what `next` said."""

    limit: Annotated[int, Field(ge=1, le=500)] = 50
    after: Annotated[int, Field(ge=0, le=1_000_000)] = 0


class RuleQuestion(Question):
    """Which version: the one that held on a day, or by its number; else the latest."""

    version: Annotated[int | None, Field(ge=1, le=1_000_000)] = None
    as_of: date | None = None


@router.get("/scores/meetings/{ident}")
def read_meeting_score(
    ident: str, asking: Asking, here: Here, asked: Annotated[MeetingQuestion, Query()], at_least: AtLeast = None
) -> Response:
    """A meeting's score, judged from its facts as they stand: each line with its points, reason, facts and source."""
    wait_for_log(here, at_least)
    records = here.ledger.stream(_id(ident))
    if asked.as_of is not None:
        records = [record for record in records if record.effective_on <= asked.as_of]
    score = score_meeting(_id(ident), known(records, asked.known_at), shipped(), ZoneInfo(here.settings.timezone))
    if score is None:
        raise not_found("meeting")
    must(here, asking, Relation.SEE, score.cell)
    return answer(score)


@router.get("/scores/meetings")
def read_meeting_scores(
    asking: Asking, here: Here, asked: Annotated[ListQuestion, Query()], at_least: AtLeast = None
) -> Response:
    """The scores of a cell's meetings in the order of their days, in short."""
    cell = Id(str(asked.cell))
    must(here, asking, Relation.SEE, cell)
    stands = wait_for_scores(here, at_least)
    position = stands if asked.known_at is None else known_position(here, asked.known_at)
    question = scores.Asked(
        Meeting.KIND, cell, position, asked.since, asked.until, limit=asked.limit + 1, **_place(asked.after)
    )
    with here.pool.connection() as connection:
        found = scores.of_cell(connection, question)
    items = found[: asked.limit]
    following = f"{items[-1].held_on}.{items[-1].subject}" if len(found) > asked.limit else None
    return answer({"items": [in_short(kept) for kept in items], "next": following})


@router.get("/rules")
def read_rules(_: Asking, asked: Annotated[RulesQuestion, Query()]) -> Response:
    """The rule packs at hand, every version, each in full."""
    packs = list(shipped())
    end = asked.after + asked.limit
    items = [of_pack(pack) for pack in packs[asked.after : end]]
    return answer({"items": items, "next": end if end < len(packs) else None})


@router.get("/rules/{ident}")
def read_rule(ident: str, _: Asking, asked: Annotated[RuleQuestion, Query()]) -> Response:
    """One rule pack."""
    found = [
        pack
        for pack in shipped().versions(ident)
        if asked.version in {None, pack.version} and (asked.as_of is None or pack.valid_on(asked.as_of))
    ]
    if not found:
        raise not_found("rule pack")
    return answer(of_pack(found[-1]))


def _id(text: str) -> Id:
    """The id in a path, in its canonical form; what is no id is the id of nothing."""
    try:
        return Id(str(UUID(text)))
    except ValueError:
        raise not_found("meeting") from None


def _place(after: str | None) -> dict[str, Any]:
    return {} if after is None else {"after_on": date.fromisoformat(after[:10]), "after": Id(after[11:])}
