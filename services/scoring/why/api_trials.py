"""Trying a rule pack over HTTP: who would have moved to another band, while the asker sees how far it has come."""

from collections.abc import Iterator
from itertools import chain
from threading import Semaphore
from typing import Annotated, Any
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Header, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException

from events.fact import Id
from projections import tree
from projections.asked import AsOf
from services.access import Relation
from services.scoring.asked import period_of
from services.scoring.meetings.api_meetings import VIEWS
from services.scoring.period import Period
from services.scoring.rules.rulebook import Of, Pack
from services.scoring.rules.rulebook_file import Fault, PackRefused, checked, read
from services.scoring.rules.rules_in_force import RulesInForce
from services.scoring.score import to_json
from services.scoring.why.trials import Outcome, trial
from services.web.asking import AtLeast, wait
from services.web.context import Asking, Context, Here, must
from services.web.pack_sent import SentPack
from services.web.problem import FORM, Problem, unprocessable

router = APIRouter()

AT_ONCE = 2
"""Trials that one process makes at a time: each keeps a core and a connection for seconds."""
LINES = "application/x-ndjson"
ONLY_MEETINGS = "packs that judge meetings can be tried (of = 'meeting'), and this one judges {!r}"
_turns = Semaphore(AT_ONCE)


class TrialAsked(BaseModel):
    """A pack, as `POST /rules` takes it, or its file's text; for which organisation and below, and which period."""

    model_config = ConfigDict(extra="forbid")

    pack: SentPack
    organisation: UUID
    period: Annotated[str, Field(max_length=20)]


class MovedShown(BaseModel):
    """A meeting of a cell that would have another band, by which items; null where a pack leaves the band open."""

    subject: UUID
    cell: UUID
    on: str
    before: Annotated[str | None, Field(alias="from")]
    to: str | None
    by: list[str]


class TrialShown(BaseModel):
    """What moved, of how many; `bands` counts all meetings by their real band, then by the pack's (`open`: none)."""

    cells: int
    meetings: int
    bands: dict[str, dict[str, int]]
    position: int
    moved: list[MovedShown]


@router.post("/rules/trials", response_model=TrialShown)
def try_rules(
    body: TrialAsked,
    asking: Asking,
    here: Here,
    accept: Annotated[str, Header(include_in_schema=False)] = "",
    at_least: AtLeast = None,
) -> Response:
    """A pack over a period's meetings of an organisation and below, beside the pack that held; nothing is recorded.

    Whoever accepts `application/x-ndjson` is told how far it has come, `{"cells", "of", "meetings"}` a line, and in the
    last line the answer. To others the answer's blanks come early and show that it goes on.
    """
    pack, period, organisation = _pack(body.pack), period_of(body.period), Id(str(body.organisation))
    wait(here, VIEWS, at_least)
    must(here, asking, Relation.SEE, organisation)
    day = here.today()
    with here.pool.connection() as connection:
        at = AsOf(day, here.ledger.head())
        if tree.one(connection, organisation, AsOf(max(day, period.last), at.known)) is None:
            raise unprocessable("/organisation", "there is no such organisation")
    lines = LINES in accept
    told = _told(here, pack, (organisation, period), at, lines=lines)
    # Begun here, so that who comes too early is told so, and who goes away gives his turn back.
    begun = next(told)
    return StreamingResponse(chain([begun], told), media_type=LINES if lines else "application/json")


@router.get("/rules/trials", include_in_schema=False)
def read_trials() -> None:
    """Nothing is kept of a trial: this is no rule pack of that name."""
    raise HTTPException(405)


def _told(here: Context, pack: Pack, scope: tuple[Id, Period], at: AsOf, *, lines: bool) -> Iterator[bytes]:
    """The answer piece by piece; JSON may begin with any number of blanks.

    Raises:
        Problem: 429, before the first piece.
    """
    if not _turns.acquire(blocking=False):
        raise Problem(429, "busy", f"{AT_ONCE} packs are being tried already", headers={"Retry-After": "10"})
    try:
        yield b"" if lines else b" "
        with here.pool.connection() as connection:
            rules = RulesInForce.read(connection, at.known)
            for step in trial(connection, rules, pack, scope, at, ZoneInfo(here.settings.timezone)):
                if lines:
                    yield to_json(step) + b"\n"
                else:
                    yield to_json(step) if isinstance(step, Outcome) else b" "
    finally:
        _turns.release()


def _pack(said: dict[str, Any] | str) -> Pack:
    """The pack that was sent.

    Raises:
        Problem: 422, each fault with its pointer; of a file's text with its line.
    """
    try:
        pack = read(said, "pack") if isinstance(said, str) else checked(said, "pack")
    except PackRefused as refused:
        raise Problem(422, "invalid", FORM, [_fault(fault) for fault in refused.faults]) from None
    if pack.of is not Of.MEETING:
        raise unprocessable("/pack/of", ONLY_MEETINGS.format(pack.of.value))
    return pack


def _fault(fault: Fault) -> tuple[str, str]:
    pointer = "".join(f"/{step}" for step in ("pack", *fault.place))
    return pointer, f"line {fault.line}: {fault.why}" if fault.line else fault.why
