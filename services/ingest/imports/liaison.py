"""The commune's ledger of those who live there and work elsewhere: one row an event, by date."""

from datetime import date
from typing import Any

from events.claims import code_claim
from events.fact import Id
from events.liaison import Liaison
from services.ingest.imports import words
from services.ingest.imports.cells import Row, Unclear
from services.ingest.imports.form import Form, Pass, nothing_else
from services.ingest.imports.known import LIAISON, MEMBER, ORGANISATION, Known
from services.ingest.imports.step import Entry, Step, Told, step
from services.ingest.streams import Sight

CODE, CARD, NAME, WHAT, ON = "Mã hồ sơ", "Số thẻ", "Họ và tên", "Sự việc", "Ngày"
BY, TO, CONTENT = "Nơi thực hiện", "Nơi nhận", "Nội dung"
EXEMPT, NOTE = "Miễn sinh hoạt nơi cư trú", "Ghi chú"
COLUMNS = {
    "/committee": TO, "/cell": TO, "/kind": CONTENT, "/band": CONTENT, "/ground": CONTENT, "/reason": CONTENT,
    "/on": ON, "/year": ON, "/effective_on": ON, "/code": CODE, "/member": CARD,
}  # fmt: skip


def read(row: Row, known: Known) -> Entry:
    """One event of a liaison."""
    code, member, on = row.must(CODE), known.member(row, CARD), row.day(ON, known.today)
    what, claim = row.word(WHAT, words.EVENTS), code_claim(LIAISON, code)
    if what == "liaisons":
        return Entry(row.number, [_introduction(row, known, (code, member, on))])
    here = known.begun(claim)
    if here is None:
        raise Unclear(CODE, "liaison.unknown", f"hồ sơ {code} chưa có dòng “{words.INTRODUCED}”")
    said, due = _said(what, row, known), _is_of(here, member)
    if what == "confirmations":
        path = "/liaisons/{id}/remarks/{year}/confirmations"
        made = step(path, (here,), on, said, COLUMNS, column=WHAT, numbers=(on.year,), is_due=due)
    else:
        made = step(f"/liaisons/{{id}}/{what}", (here,), on, said, COLUMNS, column=WHAT, is_due=due)
    return Entry(row.number, [made])


def _introduction(row: Row, known: Known, who: tuple[str, Id, date]) -> Step:
    code, member, on = who
    here = known.made(code_claim(LIAISON, code))
    body = {
        "id": here, "code": code, "member": member, "committee": known.organisation(row, TO),
        "activity_exempt": row.text(EXEMPT).casefold() == words.YES.casefold(),
    }  # fmt: skip

    def due(sight: Sight) -> bool:
        first = sight.glance(Liaison, here).introduced
        if first is None:
            return True
        for column, field in ((CARD, "member"), (TO, "committee"), (EXEMPT, "activity_exempt")):
            if getattr(first, field) != body[field]:
                raise Unclear(column, "liaison.exists", f"hồ sơ {code} đã có, với “{column}” khác")
        return False

    return step("/liaisons", (), on, body, COLUMNS, column=CODE, is_due=due)


def _said(what: str, row: Row, known: Known) -> dict[str, Any]:
    match what:
        case "refusals":
            return {"reason": row.must(CONTENT)}
        case "assignments":
            return {"cell": known.organisation(row, TO)}
        case "contacts":
            return {"on": row.day(ON, known.today), "kind": row.word(CONTENT, words.CONTACTS)}
        case "remarks":
            asked = words.FRONT.casefold() in row.text(NOTE).casefold()
            band, year = row.word(CONTENT, words.REMARKS), row.day(ON, known.today).year
            return {"year": year, "band": band, "consulted": [words.FRONT] if asked else None}
        case "endings":
            return {"ground": row.word(CONTENT, words.ENDINGS)}
    return {}


def _is_of(here: Id, member: Id) -> Told:
    """A row whose card is not that of the liaison is about somebody else."""

    def due(sight: Sight) -> bool:
        introduced = sight.glance(Liaison, here).introduced
        if introduced is not None and introduced.member != member:
            raise Unclear(CARD, "liaison.member", "số thẻ không phải của người trong hồ sơ này")
        return True

    return due


FORM = Form(
    name="liaison",
    columns=(CODE, CARD, NAME, WHAT, ON, BY, TO, CONTENT, EXEMPT, NOTE),
    must=(CODE, CARD, WHAT, ON, TO),
    read=read,
    again=nothing_else,
    passes=(Pass(9),),
    refs={CODE: LIAISON, CARD: MEMBER, TO: ORGANISATION},
)
