"""The roll: who was a member when the books were opened or was admitted since, and which office he holds."""

from datetime import date
from typing import Any

from events.claims import card_claim
from events.fact import Id
from events.member import Member, Status
from events.member.admission import digits
from events.organisation import Organisation
from projections.names import search_key
from services.ingest.imports import words
from services.ingest.imports.cells import Row, Unclear, vietnamese
from services.ingest.imports.form import Form, Pass
from services.ingest.imports.known import MEMBER, ORGANISATION, Known, card_of
from services.ingest.imports.organisations import BOOKS_OPEN_ON
from services.ingest.imports.step import Entry, Step, Told, step
from services.ingest.streams import Sight

NUMBER, CARD, CITIZEN, NAME = "TT", "Số thẻ", "Số định danh", "Họ và tên"
BORN_ON, ADMITTED_ON, OFFICIAL_ON = "Ngày sinh", "Ngày vào Đảng", "Ngày chính thức"
CELL, OFFICE, HOME, NOTE = "Chi bộ", "Chức vụ", "Nơi cư trú (mã xã)", "Ghi chú"
COLUMNS = {
    "/name": NAME, "/card": CARD, "/citizen": CITIZEN, "/born_on": BORN_ON, "/admitted_on": ADMITTED_ON,
    "/recognised_on": OFFICIAL_ON, "/cell": CELL, "/status": OFFICIAL_ON, "/note": NOTE, "/residence": HOME,
    "/residence/place": HOME, "/committee": HOME, "/place": HOME, "/effective_on": ADMITTED_ON,
}  # fmt: skip
OF_OFFICES = {"/member": CARD, "/office": OFFICE, "/concurrently": OFFICE}
ALIKE = 200_000
"""Persons of one import among whom those who are alike are looked for, at most."""


def read(row: Row, known: Known) -> Entry:
    """His admission to the book, his recognition where it came later, and his offices."""
    card, name, cell = card_of(row, CARD), row.must(NAME), known.organisation(row, CELL)
    admitted_on = row.day(ADMITTED_ON, known.today)
    official_on, born_on = row.past_day(OFFICIAL_ON, known.today), row.past_day(BORN_ON, known.today)
    _must_follow(born_on, admitted_on, BORN_ON, ADMITTED_ON)
    since = max(admitted_on, BOOKS_OPEN_ON)
    official = official_on is not None and official_on <= since
    here = known.made(card_claim(card))
    said = {
        "id": here, "name": name, "card": card, "citizen": row.number_of(CITIZEN, 12) or None, "cell": cell,
        "status": "official" if official else "probationary", "admitted_on": admitted_on,
        "recognised_on": official_on if official else None, "born_on": born_on, "residence": known.home(row, HOME),
        "note": row.text(NOTE) or None,
    }  # fmt: skip
    first = step("/members", (), since, said, COLUMNS, column=CARD, is_due=_unless_so(here, said, official_on))
    entry = Entry(row.number, [first])
    if official_on and not official:
        path = "/members/{id}/recognitions"
        entry.steps.append(step(path, (here,), official_on, {}, {}, column=OFFICIAL_ON, is_due=_not_yet(here)))
    entry.steps += _offices(row, here, cell, since)
    _look_alike(known, (name, born_on, card), entry)
    return entry


def _again(row: Row, known: Known) -> Entry:
    """Of who is on record, only whom he is like."""
    entry = Entry(row.number)
    born_on = row.past_day(BORN_ON, known.today)
    _look_alike(known, (row.must(NAME), born_on, card_of(row, CARD)), entry)
    return entry


def _unless_so(here: Id, said: dict[str, Any], official_on: date | None) -> Told:
    """Not where he is on record and is today, or was at first, as the row says; a card is of one person for ever."""

    def due(sight: Sight) -> bool:
        member = sight.glance(Member, here)
        first = member.admitted
        if first is None:
            return True
        if search_key(first.name) != search_key(said["name"]) or (first.born_on or said["born_on"]) != said["born_on"]:
            why = f"số thẻ {said['card']} đã là của người khác trong danh sách; người ở dòng này chưa được ghi"
            raise Unclear(CARD, "member.card_in_use", why)
        cells = {first.cell, *(span.value for span in member.cell_spans())}
        for column, same in (
            (CITIZEN, digits(said["citizen"] or "") in ("", first.citizen)),
            (ADMITTED_ON, said["admitted_on"] == first.admitted_on),
            (OFFICIAL_ON, official_on in (None, first.recognised_on, _recognised_on(member))),
            (CELL, said["cell"] in cells),
        ):
            if not same:
                raise Unclear(column, "member.exists", f"số thẻ {said['card']} đã có, với “{column}” khác")
        return False

    return due


def _recognised_on(member: Member) -> date | None:
    return next((change.on for change in member.statuses.changes if change.value is Status.OFFICIAL), None)


def _not_yet(here: Id) -> Told:
    return lambda sight: not any(c.value is Status.OFFICIAL for c in sight.glance(Member, here).statuses.changes)


def _offices(row: Row, here: Id, cell: Id, since: date) -> list[Step]:
    """`Bí thư chi bộ, Trưởng thôn`: his office in the cell, and what he is besides."""
    said = [part.strip() for part in row.text(OFFICE).split(",") if part.strip()]
    if not said:
        return []
    offices = [part for part in said if part in words.OFFICES]
    besides = [part for part in said if part not in words.OFFICES]
    if not offices:
        raise Unclear(OFFICE, "import.word", f"“{said[0]}” không có trong danh mục: {'; '.join(words.OFFICES)}")
    unknown = next((part for part in besides if part not in words.CONCURRENT), None)
    if unknown is not None:
        raise Unclear(OFFICE, "import.word", f"“{unknown}” không có trong danh mục: {'; '.join(words.CONCURRENT)}")
    concurrently = words.CONCURRENT[besides[0]] if besides else None
    return [_office(office, here, cell, since, concurrently) for office in offices]


def _office(office: str, here: Id, cell: Id, since: date, concurrently: str | None) -> Step:
    body = {"member": here, "office": words.OFFICES[office], "concurrently": concurrently}
    made = step("/organisations/{id}/officers", (cell,), since, body, OF_OFFICES, column=OFFICE)
    if office in words.OF_THE_COMMITTEE:
        # Of the organisation above the cell, which the book does not name: it is seen when the row is decided.
        def above(sight: Sight) -> bool:
            parent = sight.glance(Organisation, cell).parent_on(since)
            if parent is None:
                raise Unclear(OFFICE, "organisation.unknown", "chi bộ này không trực thuộc đảng ủy nào")
            made.path = (parent,)
            return True

        made.is_due = above
    return made


def _look_alike(known: Known, who: tuple[str, date | None, str], entry: Entry) -> None:
    """Two with the same name and birthday may be two people: that is worth a look, and never more."""
    name, born_on, card = who
    if born_on is None:
        return
    here = (known.sheet, entry.number, card)
    sheet, number, alike = known.persons.setdefault(hash((search_key(name), born_on)), here)
    if alike != card:
        entry.warnings.append((entry.number, _alike(alike)))
        if sheet == known.sheet:
            entry.warnings.append((number, _alike(card)))
    elif len(known.persons) > ALIKE:
        known.persons.clear()


def _alike(card: str) -> Unclear:
    why = f"trùng họ tên và ngày sinh với số thẻ {card}; xin kiểm tra, hai người khác nhau vẫn được ghi riêng"
    return Unclear(NAME, "import.alike", why)


def _must_follow(first: date | None, then: date | None, column: str, other: str) -> None:
    if first is not None and then is not None and then <= first:
        raise Unclear(other, "import.order", f"{vietnamese(then)} không sau “{column}” {vietnamese(first)}")


FORM = Form(
    name="members",
    columns=(NUMBER, CARD, CITIZEN, NAME, BORN_ON, ADMITTED_ON, OFFICIAL_ON, CELL, OFFICE, HOME, NOTE),
    must=(CARD, NAME, ADMITTED_ON, OFFICIAL_ON, CELL),
    read=read,
    again=_again,
    passes=(Pass(1),),
    refs={CARD: MEMBER, CELL: ORGANISATION},
    makes=CARD,
    own=(NUMBER,),
)
