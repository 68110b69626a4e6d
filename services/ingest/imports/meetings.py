"""The meetings: called, prepared, held with head-counts, written up, scored by their committees."""

from datetime import date, datetime, time
from typing import Any

from events.claims import code_claim
from events.fact import Id
from events.meeting import Meeting
from events.meeting.session import count
from projections.names import search_key
from services.ingest.imports import words
from services.ingest.imports.cells import Row, Unclear, vietnamese
from services.ingest.imports.form import Form, Pass, nothing_else
from services.ingest.imports.known import MEETING, MEMBER, ORGANISATION, Known
from services.ingest.imports.step import Entry, Told, step
from services.ingest.streams import Sight

CODE, CELL, ON, KIND, THEME = "Mã cuộc họp", "Mã chi bộ", "Ngày", "Loại", "Chuyên đề"
BEGAN, ENDED = "Bắt đầu", "Kết thúc"
CHAIR, PRESENT, EXCUSED, ABSENT = "Chủ trì (số thẻ)", "Có mặt", "Vắng có lý do", "Vắng không lý do"
SPOKE, BEFORE, SENT_ON = "Số người phát biểu", "Ngày họp chi ủy", "Ngày gửi tài liệu"
APPROVED_ON, POINTS, NOTE = "Ngày thông qua biên bản", "Tự chấm điểm", "Ghi chú"
COLUMNS = {
    "/cell": CELL, "/kind": KIND, "/theme": THEME, "/planned_at": BEGAN, "/started_at": BEGAN, "/ended_at": ENDED,
    "/chair": CHAIR, "/counts": PRESENT, "/counts/spoke": SPOKE, "/held_at": BEFORE, "/sent_at": SENT_ON,
    "/approved_at": APPROVED_ON, "/total": POINTS, "/code": CODE,
}  # fmt: skip


def read(row: Row, known: Known) -> Entry:
    """A meeting from its call to its self-score."""
    code, cell, on = row.must(CODE), known.organisation(row, CELL), row.day(ON, known.today)
    here = known.made(code_claim(MEETING, code))
    began, ended = _at(known, on, row.at(BEGAN)), _at(known, on, row.at(ENDED))
    days = {column: row.past_day(column, known.today) for column in (BEFORE, SENT_ON, APPROVED_ON)}
    before, sent_on, approved_on = days.values()
    if before is not None and before > on:
        raise Unclear(BEFORE, "import.order", f"{vietnamese(before)} sau ngày họp")
    theme = row.text(THEME) or None
    called: dict[str, Any] = {
        "id": here, "code": code, "cell": cell, "kind": row.word(KIND, words.MEETINGS), "theme": theme,
        "planned_at": began, "campaign": _campaign(known, theme, on),
    }  # fmt: skip
    # The book does not say when a meeting was called: by the first day of which it tells something, it had been.
    first = min(day for day in (before, sent_on, on) if day)
    due = _unless_called(here, called)
    entry = Entry(row.number, [step("/meetings", (), first, called, COLUMNS, column=CODE, is_due=due)])

    def then(what: str, day: date, body: dict[str, Any], column: str, is_due: Told | None = None) -> None:
        path = f"/meetings/{{id}}/{what}"
        entry.steps.append(step(path, (here,), day, body, COLUMNS, column=column, is_due=is_due))

    if before:
        then("pre-meetings", before, {"held_at": _at(known, before)}, BEFORE)
    if sent_on:
        then("documents", sent_on, {"sent_at": _at(known, sent_on)}, SENT_ON)
    counts = {"present": row.count(PRESENT), "excused": row.count(EXCUSED), "absent": row.count(ABSENT)}
    counts |= {"spoke": row.count(SPOKE)} if row.text(SPOKE) else {}
    chair = known.member(row, CHAIR) if row.text(CHAIR) else None
    held = {"started_at": began, "ended_at": ended, "chair": chair, "counts": counts}
    then("sessions", on, held, PRESENT, _unless_held(here, counts))
    if approved_on:
        then("minutes", approved_on, {"approved_at": _at(known, approved_on)}, APPROVED_ON)
    if (points := row.decimal(POINTS)) is not None:
        then("self-scores", on, {"total": float(points)}, POINTS)
    return entry


def _at(known: Known, day: date, at: time = time.min) -> datetime:
    """An instant where the offices are; the beginning of a day stands for an hour that the book did not keep."""
    return datetime.combine(day, at, known.zone)


def _campaign(known: Known, theme: str | None, on: date) -> Id | None:
    """The oath review that this meeting was held for: it has its theme, in its days."""
    review = known.campaign
    if review is None or theme is None or search_key(theme) != search_key(review.title):
        return None
    return review.id if review.opens_on <= on <= review.closes_on else None


def _unless_called(here: Id, said: dict[str, Any]) -> Told:
    def due(sight: Sight) -> bool:
        called = sight.glance(Meeting, here).called
        if called is None:
            return True
        for column, field in ((CELL, "cell"), (KIND, "kind"), (THEME, "theme")):
            if getattr(called, field) != said[field]:
                raise Unclear(column, "meeting.exists", f"cuộc họp {said['code']} đã có, với “{column}” khác")
        return False

    return due


def _unless_held(here: Id, counts: dict[str, int]) -> Told:
    """Not where the attendance is on record by name, and adds up to what the row counts."""

    def due(sight: Sight) -> bool:
        meeting = sight.glance(Meeting, here)
        if meeting.held is None or not meeting.attendance:
            return True
        known = count(meeting.attendance)
        return any(getattr(known, name) != counts[name] for name in ("present", "excused", "absent"))

    return due


FORM = Form(
    name="meetings",
    columns=(
        CODE, CELL, ON, KIND, THEME, BEGAN, ENDED, CHAIR, PRESENT, EXCUSED, ABSENT, SPOKE, BEFORE, SENT_ON,
        APPROVED_ON, POINTS, NOTE,
    ),
    must=(CODE, CELL, ON, KIND, PRESENT),
    read=read,
    again=nothing_else,
    passes=(Pass(4),),
    refs={CODE: MEETING, CELL: ORGANISATION, CHAIR: MEMBER},
)  # fmt: skip
