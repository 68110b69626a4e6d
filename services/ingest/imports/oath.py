"""The review of the oath: who presented, who was excused and why."""

from typing import Any

from services.ingest.imports import words
from services.ingest.imports.cells import Row, Unclear
from services.ingest.imports.form import Form, Pass, nothing_else
from services.ingest.imports.known import MEETING, MEMBER, Known
from services.ingest.imports.step import Entry, step

CELL, CARD, NAME, ON, MEETING_CODE = "Mã chi bộ", "Số thẻ", "Họ và tên", "Ngày trình bày", "Mã cuộc họp"
KEPT, NOT_WELL, NOT_DONE, OPINIONS = "Giữ trọn", "Làm chưa tốt", "Hứa chưa làm", "Số ý kiến"
EXCUSE, NOTE = "Lý do chưa trình bày", "Ghi chú"
COLUMNS = {
    "/member": CARD, "/meeting": MEETING_CODE, "/kept": KEPT, "/not_well": NOT_WELL, "/not_done": NOT_DONE,
    "/opinions": OPINIONS, "/reason": EXCUSE, "/effective_on": ON,
}  # fmt: skip


def read(row: Row, known: Known) -> Entry:
    """A report or an excuse, in the campaign that was named."""
    member, review = known.member(row, CARD), known.campaign
    if review is None:
        raise Unclear(None, "import.campaign", "chưa nói đợt nào: xin thêm --campaign với mã của đợt học tập lời thề")
    if row.text(EXCUSE):
        # The form asks for no day of an excuse; by the last day of the campaign it was given.
        body: dict[str, Any] = {"member": member, "reason": row.word(EXCUSE, words.EXCUSES)}
        on = min(review.closes_on, known.today)
        made = step("/oath-reviews/{id}/excuses", (review.id,), on, body, COLUMNS, column=CARD)
        return Entry(row.number, [made])
    on = row.day(ON, known.today)
    body = {
        "member": member, "kept": row.count(KEPT), "not_well": row.count(NOT_WELL), "not_done": row.count(NOT_DONE),
        "opinions": row.count(OPINIONS),
        "meeting": known.meeting(row, MEETING_CODE) if row.text(MEETING_CODE) else None,
    }  # fmt: skip
    return Entry(row.number, [step("/oath-reviews/{id}/reports", (review.id,), on, body, COLUMNS, column=CARD)])


FORM = Form(
    name="oath-review",
    columns=(CELL, CARD, NAME, ON, MEETING_CODE, KEPT, NOT_WELL, NOT_DONE, OPINIONS, EXCUSE, NOTE),
    must=(CARD, ON, KEPT, EXCUSE),
    read=read,
    again=nothing_else,
    passes=(Pass(10),),
    refs={CARD: MEMBER, MEETING_CODE: MEETING},
)
