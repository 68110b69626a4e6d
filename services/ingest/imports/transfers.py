"""The slips of transfer: introduced by one cell; received, refused or withdrawn; extended, returned; or on the way."""

from datetime import date
from typing import Any

from events.fact import Id
from events.member import Member
from services.ingest.asked import new_id
from services.ingest.imports import words
from services.ingest.imports.cells import Row, Unclear, vietnamese
from services.ingest.imports.form import Form, Pass, nothing_else
from services.ingest.imports.known import MEMBER, ORGANISATION, Known
from services.ingest.imports.step import Entry, Step, Told, step
from services.ingest.streams import Sight

CODE, CARD, NAME, KIND, FROM, TO = "Mã phiếu", "Số thẻ", "Họ và tên", "Hình thức", "Chi bộ đi", "Chi bộ đến"
INTRODUCED_ON, UNTIL, OUTCOME, ENDED_ON = "Ngày giới thiệu", "Thời hạn đến", "Kết quả", "Ngày kết quả"
EXTENDED_ON, LONGER, RETURNED_ON, WHY, NOTE = "Ngày gia hạn", "Gia hạn đến", "Ngày trở lại", "Lý do", "Ghi chú"
COLUMNS = {
    "/to": TO, "/kind": KIND, "/until": UNTIL, "/ground": WHY, "/reason": WHY, "/effective_on": INTRODUCED_ON,
    "/code": CODE,
}  # fmt: skip


def read(row: Row, known: Known) -> Entry:
    """Its introduction and what became of it."""
    code, member = row.must(CODE), known.member(row, CARD)
    introduced_on, outcome = row.day(INTRODUCED_ON, known.today), row.word(OUTCOME, words.OUTCOMES)
    slip = Slip(row, known, code, member)
    entry = Entry(row.number, [slip.introduction(introduced_on, outcome)])
    if outcome:
        on = row.day(ENDED_ON, known.today)
        if on < introduced_on:
            raise Unclear(ENDED_ON, "import.order", f"{vietnamese(on)} trước “{INTRODUCED_ON}”")
        body = {"reason": row.must(WHY)} if outcome == "refusals" else {"reason": row.text(WHY) or None}
        said = body if outcome != "receptions" else {}
        entry.steps.append(slip.later(outcome, on, said, ENDED_ON))
    if extended_on := row.past_day(EXTENDED_ON, known.today):
        longer = row.any_day(LONGER)
        if longer is None:
            raise Unclear(LONGER, "import.missing", f"thiếu “{LONGER}”")
        entry.steps.append(slip.later("extensions", extended_on, {"until": longer}, LONGER))
    if returned_on := row.past_day(RETURNED_ON, known.today):
        entry.steps.append(slip.later("returns", returned_on, {}, RETURNED_ON))
    return entry


class Slip:
    """One slip; its id is that on record, or a new one."""

    def __init__(self, row: Row, known: Known, code: str, member: Id) -> None:
        self._row = row
        self._code = code
        self._member = member
        self._to, self._from = known.organisation(row, TO), known.organisation(row, FROM)
        self._made = new_id()
        self.id = self._made

    def introduction(self, on: date, outcome: str) -> Step:
        """The first step."""
        row, why = self._row, self._row.text(WHY)
        # In this column the office writes why he goes or, where he did not get there, why not.
        failed = outcome in ("refusals", "withdrawals")
        kind, until = row.word(KIND, words.TRANSFERS), row.any_day(UNTIL)
        body = {
            "id": self._made, "code": self._code, "to": self._to, "kind": kind, "until": until,
            "ground": None if failed else words.GROUNDS.get(why.split(",")[0].strip()),
            "reason": None if failed else why or None,
        }  # fmt: skip
        due = self._unless_known(kind, until, on)
        return step("/members/{id}/transfers", (self._member,), on, body, COLUMNS, column=CODE, is_due=due)

    def later(self, what: str, on: date, body: dict[str, Any], column: str) -> Step:
        """What came after it, where that is not on record."""
        columns = {"/until": LONGER, "/reason": WHY, "/effective_on": column}
        made = step(f"/transfers/{{id}}/{what}", (self._made,), on, body, columns, column=column)

        def due(_: Sight) -> bool:
            made.path = (self.id,)
            return True

        made.is_due = due
        return made

    def _unless_known(self, kind: str, until: date | None, on: date) -> Told:
        def due(sight: Sight) -> bool:
            self.id = self._made
            member = sight.of(Member, self._member)
            for ident, known in member.transfers.items():
                if known.introduced.code == self._code:
                    self.id = ident
                    return self._differs(known.introduced, kind, until)
            if member.cell_on(on) not in (None, self._from):
                raise Unclear(FROM, "transfer.origin", f"ngày {vietnamese(on)} đảng viên không sinh hoạt ở chi bộ này")
            return True

        return due

    def _differs(self, introduced: Any, kind: str, until: date | None) -> bool:
        for column, same in (
            (TO, introduced.to == self._to),
            (KIND, introduced.kind == kind),
            (UNTIL, introduced.until == until),
        ):
            if not same:
                raise Unclear(column, "transfer.exists", f"phiếu {self._code} đã có, với “{column}” khác")
        return False


FORM = Form(
    name="transfers",
    columns=(
        CODE, CARD, NAME, KIND, FROM, TO, INTRODUCED_ON, UNTIL, OUTCOME, ENDED_ON, EXTENDED_ON, LONGER, RETURNED_ON,
        WHY, NOTE,
    ),
    must=(CODE, CARD, KIND, TO, INTRODUCED_ON, OUTCOME),
    read=read,
    again=nothing_else,
    passes=(Pass(3),),
    refs={CARD: MEMBER, FROM: ORGANISATION, TO: ORGANISATION},
)  # fmt: skip
