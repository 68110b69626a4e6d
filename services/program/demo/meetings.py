"""The meetings: one row a meeting with its counts, and, for one month, a matrix of who was there by name."""

from collections.abc import Iterator

from services.ingest.imports.words import OUTSIDE_THE_BASE, PRESENCE
from services.program.demo.known import Known
from services.program.demo.lines import DIRTY, Line, PassedOver, Reading, Source, history, ident, instant
from services.program.demo.oath import CAMPAIGN, THEME
from services.program.demo.sheets import HEADINGS_ROW, Dirty, Row, csv_rows, each, sheet_rows

BOOK = "meetings-2026.csv"
MATRIX = "attendance-2026-10.xlsx"
KINDS = {"Thường kỳ": "regular", "Chuyên đề": "thematic"}
ABOUT_PEOPLE = {"TT", "Số thẻ", "Họ và tên", "Chi bộ"}


def meetings(known: Known) -> Iterator[Reading]:
    """Each meeting from its call to its self-score; then the names behind the counts of those in the matrix."""
    sessions: dict[str, Line] = {}
    for reading in each(csv_rows(BOOK), lambda row: _meeting(row, known)):
        if isinstance(reading, Line) and reading.post.endswith("/sessions"):
            sessions[reading.post] = reading
        yield reading
    yield from _named(known, sessions)


def _meeting(row: Row, known: Known) -> Iterator[Reading]:
    source, code, cell, on = row.source, row.must("Mã cuộc họp"), known.cell(row, "Mã chi bộ"), row.day("Ngày")
    start, end = row.at(on, "Bắt đầu"), row.at(on, "Kết thúc")
    before, sent = row.past_day("Ngày họp chi ủy"), row.past_day("Ngày gửi tài liệu")
    theme, points = row.text("Chuyên đề") or None, row.number("Tự chấm điểm")
    chair, approved = known.person(row, "Chủ trì (số thẻ)").id, row.past_day("Ngày thông qua biên bản")
    meeting = ident("meeting", code)
    here = f"/meetings/{meeting}"
    # The book does not say when a meeting was called: by the first day of which it tells something, it had been.
    called = min(day for day in (before, sent, on) if day)
    yield history(
        source, called, "/meetings", id=meeting, code=code, cell=cell, kind=row.word("Loại", KINDS), theme=theme,
        campaign=CAMPAIGN if theme == THEME else None, planned_at=start,
    )  # fmt: skip
    if before:
        yield history(source, before, f"{here}/pre-meetings", held_at=instant(before))
    if sent:
        yield history(source, sent, f"{here}/documents", sent_at=instant(sent))
    yield history(source, on, f"{here}/sessions", started_at=start, ended_at=end, chair=chair, counts=_counts(row))
    if approved:
        yield history(source, approved, f"{here}/minutes", approved_at=instant(approved))
    if points is not None:
        yield history(source, on, f"{here}/self-scores", total=float(points))
    known.meetings[code] = meeting


def _counts(row: Row) -> dict[str, int]:
    headings = {
        "present": "Có mặt", "excused": "Vắng có lý do", "absent": "Vắng không lý do", "spoke": "Số người phát biểu",
    }  # fmt: skip
    return {name: row.count(heading) for name, heading in headings.items()}


def _named(known: Known, sessions: dict[str, Line]) -> Iterator[Reading]:
    """The same sessions again, with names: the interface takes them once, where they agree with the counts."""
    there: dict[tuple[str, str], list[dict[str, str]]] = {}
    for row in sheet_rows(MATRIX):
        try:
            for column, one in _marks(row, known):
                there.setdefault((row.source.sheet, column), []).append(one)
        except Dirty as dirty:
            yield PassedOver(row.source, DIRTY, str(dirty))
    for (sheet, code), attendance in there.items():
        source = Source(MATRIX, sheet, HEADINGS_ROW)
        session = sessions.get(f"/meetings/{known.meetings.get(code)}/sessions")
        if session is None:
            yield PassedOver(source, DIRTY, "a heading names no meeting of the book")
            continue
        frame = {name: value for name, value in session.body.items() if name != "counts"}
        yield history(source, session.on, session.post, **{**frame, "attendance": attendance})


def _marks(row: Row, known: Known) -> list[tuple[str, dict[str, str]]]:
    member, marks = known.person(row).id, []
    for column in (heading for heading in row.cells if heading not in ABOUT_PEOPLE):
        mark = row.text(column).lower()
        if mark in PRESENCE:
            marks.append((column, {"member": member, "status": PRESENCE[mark]}))
        elif mark and mark not in OUTSIDE_THE_BASE:
            raise Dirty(f"{column} holds a mark that is not known")
    return marks
