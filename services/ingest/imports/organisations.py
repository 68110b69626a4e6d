"""The book of organisations: established when the books were opened, some of them dissolved since."""

from datetime import date
from typing import Any

from events.claims import code_claim
from events.fact import Id
from events.organisation import Organisation
from services.ingest.imports import words
from services.ingest.imports.cells import Row, Unclear
from services.ingest.imports.form import Form, Pass
from services.ingest.imports.known import ORGANISATION, Known
from services.ingest.imports.step import Entry, Told, step
from services.ingest.streams import Sight

BOOKS_OPEN_ON = date(2025, 1, 1)
"""From which day those hold whose beginning no book tells."""
CODE, NAME, KIND, CELL_KIND, PARENT = "Mã", "Tên", "Loại", "Loại hình chi bộ", "Trực thuộc"
PLACE, ENDED_ON, NOTE, SINCE = "Mã xã", "Ngày kết thúc", "Ghi chú", "Ngày thành lập"
COLUMNS = {
    "/code": CODE, "/name": NAME, "/kind": KIND, "/cell_kind": CELL_KIND, "/parent": PARENT, "/place": PLACE,
    "/serves": PLACE, "/effective_on": SINCE,
}  # fmt: skip


def read(row: Row, known: Known) -> Entry:
    """Its establishment, and its end where it has one."""
    code, kind, place = row.must(CODE), row.word(KIND, words.KINDS), row.number_of(PLACE, 5) or None
    name = row.must(NAME)
    parent = known.organisation(row, PARENT) if row.text(PARENT) else None
    ended_on, since = row.past_day(ENDED_ON, known.today), row.past_day(SINCE, known.today)
    cell_kind = row.word(CELL_KIND, words.CELL_KINDS) if row.text(CELL_KIND) else None
    serves = place if row.must(KIND).casefold() == words.SUPERIOR_OF_A_COMMUNE.casefold() else None
    here = known.made(code_claim(ORGANISATION, code))
    said = {
        "id": here, "code": code, "name": name, "kind": kind, "cell_kind": cell_kind, "parent": parent,
        "place": place, "serves": serves,
    }  # fmt: skip
    entry = Entry(row.number, reason=row.text(NOTE) or None)
    due = _unless_so(here, said)
    first = step("/organisations", (), since or BOOKS_OPEN_ON, said, COLUMNS, column=CODE, is_due=due)
    entry.steps.append(first)
    if ended_on:
        path = "/organisations/{id}/dissolutions"
        entry.steps.append(step(path, (here,), ended_on, {}, {}, column=ENDED_ON))
    if serves:
        entry.serves = (serves, here)
    return entry


def _unless_so(here: Id, said: dict[str, Any]) -> Told:
    """Not where it is on record and is, or ever was, what the row says."""

    def due(sight: Sight) -> bool:
        state = sight.glance(Organisation, here)
        if state.established is None:
            return True
        for column, value, known in (
            (NAME, said["name"], {change.value for change in state.names.changes}),
            (KIND, said["kind"], {state.kind}),
            (CELL_KIND, said["cell_kind"], {state.cell_kind}),
            (PARENT, said["parent"], {change.value for change in state.parents.changes} or {None}),
            (PLACE, said["place"], {state.place, state.serves}),
            (PLACE, said["serves"], {state.serves}),
        ):
            if value not in known:
                raise Unclear(column, "organisation.exists", f"mã {said['code']} đã có, với “{column}” khác")
        return False

    return due


FORM = Form(
    name="organisations",
    columns=(CODE, NAME, KIND, CELL_KIND, PARENT, PLACE, SINCE, ENDED_ON, NOTE),
    must=(CODE, NAME, KIND, PARENT),
    read=read,
    passes=(Pass(0),),
    refs={CODE: ORGANISATION, PARENT: ORGANISATION},
)
