"""Meetings as the tables of hand-computed cases tell them: what was otherwise than at one that went perfectly."""

import tomllib
from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from events.fact import Fact
from events.meeting import (
    Attendance,
    Counts,
    DocumentsSent,
    LastResults,
    MeetingHeld,
    MinutesApproved,
    PreMeetingHeld,
    Presence,
    ResolutionAdopted,
    SelfScored,
    Task,
)
from services.scoring.meetings.meeting_context import MeetingContext, Run
from services.scoring.meetings.meeting_facts import MeetingFacts, Told
from services.scoring.meetings.meeting_score import score
from services.scoring.rules.rulebook import Pack
from services.scoring.score import Score
from tests.examples import CELL_7, an_id
from tests.scoring.meeting import CALLED, HANOI, MEETING, START, at

PERFECT: Mapping[str, Any] = {
    "present": 25,
    "excused": 0,
    "absent": 0,
    "of_them_outside": 0,  # of those present, exempt
    "excused_outside": 0,  # of those excused, exempt
    "spoke": None,  # all but four; "unknown" where nobody noted it
    "lasted": 120,  # minutes
    "documents": True,
    "documents_days_before": 1,
    "pre_meeting": "with-minutes",  # or without-minutes, after, none
    "resolution": True,
    "tasks": 1,
    "approved": True,
    "approved_days": 1,
    "sent": True,
    "sent_days": 1,
    "last": 1,  # share of the last resolution that is done, or "unknown"
    "claimed": {},  # what the committee gives an item that people judge; full marks otherwise
    "secretary_only": False,
    "thematic_month": True,
    "run": [0, 0],  # the longest run of excuses, at least and at most
}
DAY = timedelta(days=1)


def read(rubric: str) -> dict[str, list[dict[str, Any]]]:
    """The rows of a rubric's table, by item."""
    path = Path(__file__).parent / "tables" / f"{rubric}.toml"
    return tomllib.loads(path.read_text("utf-8"), parse_float=Decimal)


def scored(row: Mapping[str, Any], pack: Pack) -> Score:
    """What the meeting of a row is worth."""
    if unknown := row.keys() - PERFECT.keys() - {"points", "band"}:
        raise KeyError(f"no row says {unknown}")
    told = [Told(position, fact) for position, fact in enumerate(_facts({**PERFECT, **row}, pack), start=1)]
    facts = MeetingFacts(MEETING, told, HANOI, _context({**PERFECT, **row}))
    return score(facts, CELL_7, START.astimezone(HANOI).date(), pack)


def _context(row: Mapping[str, Any]) -> MeetingContext:
    outside = [_person("present", number) for number in range(row["of_them_outside"])]
    outside += [_person("excused", number) for number in range(row["excused_outside"])]
    return MeetingContext(
        secretary_only=row["secretary_only"],
        thematic_in_month=row["thematic_month"],
        outside=frozenset(outside),
        excused_run=Run(*row["run"]),
        secretary_facts=(99,) if row["secretary_only"] else (),
        outside_facts=(98,) if outside else (),
    )


def _facts(row: Mapping[str, Any], pack: Pack) -> list[Fact]:
    found: list[Fact] = [CALLED, _session(row)]
    if row["pre_meeting"] != "none":
        when = START + DAY if row["pre_meeting"] == "after" else START - DAY
        found.append(PreMeetingHeld(held_at=when, minutes=row["pre_meeting"] != "without-minutes"))
    if row["documents"]:
        found.append(DocumentsSent(sent_at=START - row["documents_days_before"] * DAY))
    if row["resolution"]:
        task = Task(to=CELL_7, what="việc phải làm")
        found.append(ResolutionAdopted(tasks=(task,) * row["tasks"]))
    if row["approved"]:
        sent = at(5, "23:00") + row["sent_days"] * DAY if row["sent"] else None
        found.append(MinutesApproved(approved_at=at(5, "23:00") + row["approved_days"] * DAY, sent_at=sent))
    return [*found, _self_score(row, pack)]


def _session(row: Mapping[str, Any]) -> MeetingHeld:
    end = START + timedelta(minutes=row["lasted"])
    spoke = max(row["present"] - 4, 0) if row["spoke"] is None else row["spoke"]
    spoke = None if spoke == "unknown" else spoke
    if not row["of_them_outside"] and not row["excused_outside"]:
        counts = Counts(present=row["present"], excused=row["excused"], absent=row["absent"], spoke=spoke)
        return MeetingHeld(started_at=START, ended_at=end, counts=counts)
    listed = [
        Attendance(member=_person(presence, number), status=Presence(presence))
        for presence in ("present", "excused", "absent")
        for number in range(row[presence])
    ]
    return MeetingHeld(started_at=START, ended_at=end, attendance=tuple(listed))


def _person(presence: str, number: int) -> Any:
    return an_id(f"{presence} {number}")


def _self_score(row: Mapping[str, Any], pack: Pack) -> SelfScored:
    last = None if row["last"] == "unknown" else LastResults(meeting=an_id("before"), share=Decimal(row["last"]))
    given = {item.id: item.max for item in pack.items if item.judged and item.rule is None}
    given |= {item: Decimal(points) for item, points in row["claimed"].items()}
    return SelfScored(items=given, last=last)
