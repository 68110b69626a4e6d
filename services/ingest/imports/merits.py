"""Rewards, discipline and removals from the list, each with its decision."""

from typing import Any

from services.ingest.imports import words
from services.ingest.imports.cells import Row
from services.ingest.imports.form import Form, Pass, nothing_else
from services.ingest.imports.known import MEMBER, ORGANISATION, Known
from services.ingest.imports.step import Entry, step

CARD, NAME, CELL, WHAT, FORM_OF = "Số thẻ", "Họ và tên", "Chi bộ", "Loại", "Hình thức"
DECISION, DECIDED_ON, ISSUER = "Số quyết định", "Ngày quyết định", "Nơi ban hành"
SINCE, NOTE = "Ngày hiệu lực", "Ghi chú"
COLUMNS = {
    "/form": FORM_OF, "/ground": FORM_OF, "/decision": DECISION, "/decision/number": DECISION,
    "/decision/on": DECIDED_ON, "/decision/by": ISSUER, "/effective_on": SINCE, "/reason": NOTE,
}  # fmt: skip


def read(row: Row, known: Known) -> Entry:
    """One decision; an expulsion is proposed, and waits for a second person."""
    member, what, on = known.member(row, CARD), row.word(WHAT, words.MERITS), row.day(SINCE, known.today)
    body: dict[str, Any] = {
        "decision": {
            "number": row.must(DECISION),
            "on": row.day(DECIDED_ON, known.today),
            "by": known.organisation(row, ISSUER),
        },
        "reason": row.text(NOTE) or None,
    }
    match what:
        case "rewards":
            body["form"] = row.word(FORM_OF, words.REWARDS)
        case "sanctions":
            body["form"] = row.word(FORM_OF, words.SANCTIONS)
        case _:
            body["ground"] = row.word(FORM_OF, words.REMOVALS)
    return Entry(row.number, [step(f"/members/{{id}}/{what}", (member,), on, body, COLUMNS, column=FORM_OF)])


FORM = Form(
    name="merits",
    columns=(CARD, NAME, CELL, WHAT, FORM_OF, DECISION, DECIDED_ON, ISSUER, SINCE, NOTE),
    must=(CARD, WHAT, FORM_OF, DECISION, SINCE),
    read=read,
    again=nothing_else,
    passes=(
        Pass(6, lambda row: row.text(FORM_OF) != "Khai trừ" and row.text(WHAT) != words.REMOVAL),
        Pass(8, lambda row: row.text(FORM_OF) == "Khai trừ" or row.text(WHAT) == words.REMOVAL),
    ),
    refs={CARD: MEMBER, ISSUER: ORGANISATION},
)
