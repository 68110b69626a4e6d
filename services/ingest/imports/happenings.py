"""What has changed for members: exemptions, deaths, new homes, appointments."""

from services.ingest.imports import words
from services.ingest.imports.cells import Row, Unclear
from services.ingest.imports.form import Form, Pass, nothing_else
from services.ingest.imports.known import MEMBER, Known
from services.ingest.imports.step import Entry, step

NUMBER, CARD, NAME = "TT", "Số thẻ", "Họ và tên"
WHAT, SINCE, UNTIL, CONTENT = "Loại biến động", "Từ ngày", "Đến ngày", "Nội dung"
COLUMNS = {
    "/effective_on": SINCE, "/until": UNTIL, "/ground": CONTENT, "/place": CONTENT, "/committee": CONTENT,
    "/post": CONTENT,
}  # fmt: skip


def read(row: Row, known: Known) -> Entry:
    """One change."""
    member, on, what = known.member(row, CARD), row.day(SINCE, known.today), row.word(WHAT, words.HAPPENINGS)
    until = row.any_day(UNTIL)
    if until is not None and until < on:
        raise Unclear(UNTIL, "import.order", f"“{UNTIL}” trước “{SINCE}”")
    match what:
        case "exemptions":
            body = {"ground": row.word(CONTENT, words.EXEMPTIONS), "until": until}
        case "residences":
            row.must(CONTENT)
            body = dict(known.home(row, CONTENT) or {})
        case "appointments":
            body = {"post": row.must(CONTENT)}
        case _:
            body = {}
    return Entry(row.number, [step(f"/members/{{id}}/{what}", (member,), on, body, COLUMNS, column=WHAT)])


def _moves(row: Row) -> bool:
    return row.text(WHAT).casefold() == words.MOVED.casefold()


FORM = Form(
    name="happenings",
    columns=(NUMBER, CARD, NAME, WHAT, SINCE, UNTIL, CONTENT),
    must=(CARD, WHAT, SINCE),
    read=read,
    again=nothing_else,
    # Whoever must be told of what comes next is found by where somebody lived; and after an end there is nothing more.
    passes=(Pass(2, _moves), Pass(7, lambda row: not _moves(row))),
    refs={CARD: MEMBER},
    own=(NUMBER,),
)
