"""One day on top of the history: a meeting gets its score, two residents' facts reach the committee where they live."""

import time
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from services.program.demo.desk import Answer, Desk
from services.program.demo.entering import require_all
from services.program.demo.known import Known
from services.program.demo.lines import CLOCK, Line, ident
from services.program.demo.meeting_today import CELL, COMMITTEE, LASTING, MEETING, meeting, today
from services.trouble import Trouble

MOVER, ORIGIN, DESTINATION = "000228047578", "CT-02", "CT-06"
REPRIMANDED, WORKPLACE, NUMBER = "000227972256", "TDN", "03-QĐ/CB"
TRANSFER = ident("transfer", "today")
ACKNOWLEDGED = "demo:today:acknowledged"
INBOX_SECONDS = 30.0
PAUSE_SECONDS = 0.005


class Told(NamedTuple):
    """What came of the day: the answers, the meeting's score, and after how many ms the committee had each notice."""

    answers: list[Answer]
    score: dict[str, Any]
    milliseconds: list[float]
    waiting: int


def live(desk: Desk, known: Known) -> Told:
    """Lives the day, or finds that it was lived already; raises Trouble where something is refused or never arrives."""
    start, committee = _start(desk), known.organisation(COMMITTEE).id
    answers = desk.facts(meeting(start, known))
    require_all(answers)
    score = desk.ask(f"/scores/meetings/{MEETING}", answers[-1].body["position"])
    milliseconds, notice = [], None
    for line in _deeds(start, known):
        began = time.perf_counter()
        (answer,) = desk.facts([line])
        require_all([answer])
        # Somebody else's run may have said it before: then there is nothing that arrives.
        if answer.positions:
            notice = _arrived(desk, committee, max(answer.positions))
            milliseconds.append((time.perf_counter() - began) * 1000)
        answers.append(answer)
    position = answers[-1].body["position"]
    if notice is not None:
        position = desk.post(f"/notices/{notice['id']}/acknowledgements", {}, idempotency_key=ACKNOWLEDGED)["position"]
    waiting = desk.ask("/inbox", position, organisation=committee, state="open")["items"]
    return Told(answers, score, milliseconds, len(waiting))


def sentences(told: Told, known: Known) -> list[str]:
    """The day in five short lines."""
    score = told.score
    name = {code: known.organisation(code).name for code in (CELL, ORIGIN, DESTINATION, WORKPLACE, COMMITTEE)}
    came = ", ".join(f"{each:.0f}" for each in told.milliseconds)
    return [
        f"{name[CELL]} met: {score['points']:g} of 100 points by {score['rubric']['number']}, band {score['band']}.",
        f"{known.person(MOVER).name} went from {name[ORIGIN]} to {name[DESTINATION]}: introduced, then received.",
        f"{known.person(REPRIMANDED).name} of {name[WORKPLACE]} was reprimanded ({NUMBER}).",
        f"Both live in the commune: {name[COMMITTEE]} had the three notices in its inbox after {came} ms.",
        f"It acknowledged the last one; {told.waiting} still wait for its word.",
    ]


def _deeds(start: datetime, known: Known) -> list[Line]:
    """Two members who live in the commune and work elsewhere: one is transferred and received, one is disciplined."""
    on, mover, reprimanded = start.date(), known.person(MOVER).id, known.person(REPRIMANDED).id
    destination, workplace = known.organisation(DESTINATION).id, known.organisation(WORKPLACE).id
    decision = {"number": NUMBER, "on": on.isoformat(), "by": workplace}
    return [
        today(10, on, f"/members/{mover}/transfers", id=TRANSFER, to=destination, kind="official", ground="work"),
        today(11, on, f"/transfers/{TRANSFER}/receptions"),
        today(12, on, f"/members/{reprimanded}/sanctions", form="reprimand", decision=decision),
    ]


def _start(desk: Desk) -> datetime:
    """When the meeting began: a while ago or, on a later run, as the log has it, so that all is the same as then."""
    records = desk.get("/log", about=MEETING, limit=1)["items"]
    if records:
        return datetime.fromisoformat(records[0]["data"]["planned_at"]).astimezone(CLOCK)
    return datetime.now(CLOCK).replace(second=0, microsecond=0) - LASTING - timedelta(minutes=5)


def _arrived(desk: Desk, committee: str, position: int) -> dict[str, Any]:
    """The committee's notice of the fact at that position, as soon as it is in the inbox."""
    deadline = time.monotonic() + INBOX_SECONDS
    while time.monotonic() < deadline:
        items = desk.ask("/inbox", position, organisation=committee)["items"]
        found: dict[str, Any] | None = next((one for one in items if one["position"] == position), None)
        if found is not None:
            return found
        time.sleep(PAUSE_SECONDS)
    raise Trouble(f"no notice of position {position} arrived at {committee}: see `caunoi doctor`")
