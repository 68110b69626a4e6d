"""What an auditor asks over HTTP: the log, one record of it, and how far each view has read."""

from difflib import get_close_matches
from typing import Annotated, Any
from uuid import UUID

import psycopg
from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from events import wire
from events.fact import Id
from projections import positions
from projections.corrections import struck_by
from services.audit.log import Filter, find, meant
from services.audit.reach import must_read, must_read_about, must_read_record
from services.web.asking import AtLeast, wait
from services.web.context import Asking, Here
from services.web.problem import not_found, unprocessable
from services.web.record import shown
from services.web.written import Instant

router = APIRouter(tags=["audit"])


class LogQuestion(BaseModel):
    """The filters of `GET /log`; `from` and `to` are instants of recording, `to` not included."""

    model_config = ConfigDict(extra="forbid")

    after: Annotated[int, Field(ge=0, le=2**62)] = 0
    limit: Annotated[int, Field(ge=1, le=500)] = 50
    about: UUID | None = None
    name: Annotated[str, Field(pattern=r"^[a-z_.*]{1,100}$")] | None = None
    by: Annotated[str, Field(max_length=100, pattern=r"^[^\x00]*$")] | None = None
    since: Annotated[Instant | None, Field(alias="from")] = None
    until: Annotated[Instant | None, Field(alias="to")] = None


@router.get("/log")
def read_log(
    asking: Asking,
    here: Here,
    asked: Annotated[LogQuestion, Query()],
    at_least: AtLeast = None,
) -> dict[str, Any]:
    """Records in position order; `about` names a member, an organisation or anything else that has an id.

    In `name`, `*` stands for any letters: `member.*`. `next` is the `after` of the next page, which there may be after
    an empty one, too; `position` is up to where the log has been looked through, for whoever goes on later. An
    inspector of an organisation that stands below another asks `about` something in its reach.
    """
    about = Id(str(asked.about)) if asked.about is not None else None
    must_read_about(here, asking, about, at_least)
    if about is not None:
        wait(here, ["concerns"], at_least)
    if asked.since is not None and asked.until is not None and asked.since > asked.until:
        raise unprocessable("/from", "`from` is later than `to`")
    with here.pool.connection() as connection:
        question = Filter(
            after=asked.after,
            limit=asked.limit,
            about=about,
            names=None if asked.name is None else _names(connection, asked.name),
            by=asked.by,
            since=asked.since,
            until=asked.until,
        )
        found = find(connection, question)
        struck = struck_by(connection, [record.position for record in found.records])
    items = [shown(record, struck.get(record.position)) for record in here.opened(found.records)]
    return {"items": items, "next": found.next, "position": found.position}


def _names(connection: psycopg.Connection[Any], pattern: str) -> list[str]:
    names = meant(connection, pattern, wire.FACTS)
    if not names:
        near = get_close_matches(pattern, wire.FACTS, n=1)
        hint = f"did you mean {near[0]}?" if near else "names are like member.admitted, and member.* are all of a kind"
        raise unprocessable("/name", f"no fact is called so; {hint}")
    return names


@router.get("/log/{position}")
def read_record(position: int, asking: Asking, here: Here) -> dict[str, Any]:
    """One record; whoever must name in `about` what he asks for is shown what concerns something in his reach."""
    must_read(asking)
    found = here.ledger.at([position]) if 0 < position < 2**62 else []
    if not found:
        raise not_found("record")
    must_read_record(here, asking, found[0])
    with here.pool.connection() as connection:
        struck = struck_by(connection, [position])
    return shown(here.opened(found)[0], struck.get(position))


@router.get("/views")
def read_views(asking: Asking, here: Here) -> list[dict[str, Any]]:
    """How far each view has read, and how long ago what it has not read yet was recorded."""
    must_read(asking)
    with here.pool.connection() as connection:
        return positions.status(connection)
