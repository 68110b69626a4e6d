"""One meeting as it should be: called and prepared on the days before, held today, written up, scored, decided."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from services.program.demo.known import Known
from services.program.demo.lines import Line, Source, ident

CELL, COMMITTEE = "HH-08", "HH"
# Those who were due there in October are due today: nobody has come to this cell or left it since.
LAST_MEETING = "HH-08/261009-TK"
MEETING = ident("meeting", "today")
LASTING = timedelta(minutes=95)
# What the committee gives itself where people judge; what the facts decide it leaves to them.
JUDGED = {"content": 5, "steps": 5, "discussion": 23.5, "chairing": 9, "principles": 5, "last-resolution": 27}
AGENDA = ("Đánh giá việc thực hiện nghị quyết tháng trước", "Nhiệm vụ tháng tới", "Tự phê bình và phê bình")


def meeting(start: datetime, known: Known) -> list[Line]:
    """Its changes, in order."""
    last = known.meeting(LAST_MEETING)
    members, chair = [one["member"] for one in last["attendance"]], last["chair"]
    return [
        *_before(start, known),
        _session(start, members, chair),
        *_after(start, _voters(start, members, known), chair),
    ]


def today(number: int, on: date, post: str, **body: Any) -> Line:
    """A change of this very day, and nothing of the past: whoever must be told is told."""
    return Line(Source("today", number), post, {**body, "effective_on": on.isoformat()})


def _before(start: datetime, known: Known) -> list[Line]:
    called, prepared, sent = (start - timedelta(days=days) for days in (6, 3, 2))
    here = f"/meetings/{MEETING}"
    return [
        today(
            1, called.date(), "/meetings", id=MEETING, cell=known.organisation(CELL).id, kind="regular",
            planned_at=start.isoformat(), agenda=AGENDA,
        ),
        today(2, prepared.date(), f"{here}/pre-meetings", held_at=prepared.isoformat(), minutes=True),
        today(3, sent.date(), f"{here}/documents", sent_at=sent.isoformat(), titles=["Dự thảo nghị quyết"]),
    ]  # fmt: skip


def _session(start: datetime, members: Sequence[str], chair: str) -> Line:
    """All were there but one, who had a reason; two in three spoke."""
    excused = members[-1]
    secretary = next(member for member in members if member not in (chair, excused))
    attendance = [
        {"member": member, "status": "excused"}
        if member == excused
        else {"member": member, "status": "present", "spoke": number % 3 != 0}
        for number, member in enumerate(members)
    ]
    return today(
        4, start.date(), f"/meetings/{MEETING}/sessions", started_at=start.isoformat(),
        ended_at=(start + LASTING).isoformat(), chair=chair, secretary=secretary, attendance=attendance,
    )  # fmt: skip


def _after(start: datetime, voters: int, chair: str) -> list[Line]:
    on, end, here = start.date(), (start + LASTING).isoformat(), f"/meetings/{MEETING}"
    due_on = (on + timedelta(days=30)).isoformat()
    tasks = [{"to": chair, "what": "Đưa nghị quyết tới từng hộ dân trong thôn", "due_on": due_on}]
    votes = {"for": voters - 1, "against": 0, "abstained": 1}
    return [
        today(5, on, f"{here}/resolutions", tasks=tasks),
        today(6, on, f"{here}/minutes", approved_at=end, sent_at=end),
        today(7, on, f"{here}/self-scores", items=JUDGED),
        today(8, on, f"{here}/votes", **votes),
        today(9, on, f"{here}/bands", band="good"),
    ]


def _voters(start: datetime, members: Sequence[str], known: Known) -> int:
    """How many vote: the official members among those who were there."""
    there = known.members(known.organisation(CELL).id, start.date().isoformat())
    official = {one["id"] for one in there if one["status"] == "official" and one["standing"] == "full"}
    return sum(member in official for member in members[:-1])
