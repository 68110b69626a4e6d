"""Who was there: members down, meetings across; what hangs together, a cell's month, goes in whole or not at all."""

from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple

from events.claims import code_claim
from events.fact import Id
from events.meeting import Meeting
from services.ingest.imports import words
from services.ingest.imports.cells import Row, Unclear
from services.ingest.imports.form import WRONG, Form, Pass
from services.ingest.imports.known import MEETING, MEMBER, Known
from services.ingest.imports.said import Wrong, unclear
from services.ingest.imports.sheets import Table
from services.ingest.imports.step import Entry, Step, step
from services.ingest.streams import Sight

NUMBER, CARD, NAME, CELL = "TT", "Số thẻ", "Họ và tên", "Chi bộ"
SESSIONS = "/meetings/{id}/sessions"
Marks = dict[str, list[tuple[Id, str]]]
"""Who was how in each meeting, by its code."""


class Group(NamedTuple):
    """Rows and meetings that hang together; `said` tells them from any others."""

    rows: list[int]
    steps: list[Step]
    said: list[str]


class Matrix:
    """One sheet, row after row. A row that cannot be read stops the meetings in which it has a mark."""

    def __init__(self, table: Table, known: Known) -> None:
        self._known = known
        self._codes = [column for column in table.places if column not in (*FORM.columns, WRONG)]
        self._marks: Marks = {}
        self._rows: dict[int, list[str]] = {}
        """The meetings in which each row has a mark, by the row's number."""
        self._wrong: dict[int, Wrong] = {}

    def claims(self) -> list[str]:
        """By what the meetings are looked up."""
        return [code_claim(MEETING, code) for code in self._codes]

    def take(self, row: Row) -> None:
        """One more row."""
        said = {code: mark for code in self._codes if (mark := row.text(code).casefold())}
        self._rows[row.number] = [code for code, mark in said.items() if mark not in words.OUTSIDE_THE_BASE]
        try:
            member = self._known.member(row, CARD)
            for code, mark in said.items():
                self._must_be_a_mark(code, mark)
        except Unclear as error:
            self._wrong[row.number] = unclear(row.number, error)
            return
        for code in self._rows[row.number]:
            self._marks.setdefault(code, []).append((member, words.PRESENCE[said[code]]))

    def groups(self) -> tuple[list[Group], list[Wrong]]:
        """What can be entered, and what is wrong with the other rows."""
        top = _hanging(self._rows.values())
        by_top: dict[str, list[int]] = defaultdict(list)
        for number, codes in self._rows.items():
            by_top[top[codes[0]] if codes else ""].append(number)
        groups: list[Group] = []
        for numbers in by_top.values():
            stopped = next((number for number in numbers if number in self._wrong and self._rows[number]), None)
            if stopped is not None:
                self._wait_for(stopped, numbers)
            elif good := [number for number in numbers if number not in self._wrong]:
                groups += self._group(good)
        return groups, list(self._wrong.values())

    def _group(self, numbers: list[int]) -> list[Group]:
        codes = sorted({code for number in numbers for code in self._rows[number]})
        try:
            steps = [_session(code, self._marks[code], self._known) for code in codes]
        except Unclear as error:
            self._wrong.update((number, unclear(number, error)) for number in numbers)
            return []
        said = [f"{code} {who} {how}" for code in codes for who, how in sorted(self._marks[code])]
        return [Group(numbers, steps, said)]

    def _wait_for(self, stopped: int, numbers: list[int]) -> None:
        why = f"cuộc họp chưa ghi được: chờ dòng {stopped} được sửa"
        for number in numbers:
            self._wrong.setdefault(number, Wrong(number, None, "import.waits", why))

    def _must_be_a_mark(self, code: str, mark: str) -> None:
        if mark not in words.PRESENCE and mark not in words.OUTSIDE_THE_BASE:
            raise Unclear(code, "import.word", f"“{mark}” không có nghĩa ở đây; được dùng: x, P, K, M, T")
        if self._known.begun(code_claim(MEETING, code)) is None:
            raise Unclear(code, "meeting.unknown", f"không có cuộc họp nào mang mã {code}")


def _hanging(lists: Iterable[list[str]]) -> dict[str, str]:
    """For each meeting one of those that share a row with it, directly or through others: the same for all of them."""
    above: dict[str, str] = {}

    def root(code: str) -> str:
        while above.setdefault(code, code) != code:
            code = above[code]
        return code

    for codes in lists:
        for code in codes:
            above[root(code)] = root(codes[0])
    return {code: root(code) for code in above}


def _session(code: str, there: list[tuple[Id, str]], known: Known) -> Step:
    """The session of a meeting again, with names in place of its head-counts.

    A matrix knows no hours: the step takes them from what is on record when it is decided.
    """
    here = known.begun(code_claim(MEETING, code))
    if here is None:
        raise Unclear(code, "meeting.unknown", f"không có cuộc họp nào mang mã {code}")
    columns = {"/attendance": code, "/chair": code}
    attendance = [{"member": member, "status": status} for member, status in there]
    anything = {"started_at": known.beginning, "ended_at": known.beginning, "attendance": attendance}
    made = step(SESSIONS, (here,), None, anything, columns, column=code)

    def due(sight: Sight) -> bool:
        held = sight.glance(Meeting, here).held
        if held is None:
            raise Unclear(code, "meeting.not_held", f"cuộc họp {code} chưa có trong sổ họp")
        frame = {"started_at": held.started_at, "ended_at": held.ended_at}
        made.body = made.body.model_copy(update={**frame, "chair": held.chair, "secretary": held.secretary})
        return True

    made.is_due = due
    return made


def _nobody(_row: Row, _known: Known) -> Entry:
    raise AssertionError("the rows of a matrix are read together")


FORM = Form(
    name="attendance",
    columns=(NUMBER, CARD, NAME, CELL),
    must=(CARD, NAME, CELL),
    read=_nobody,
    passes=(Pass(5),),
    refs={CARD: MEMBER},
    own=(NUMBER,),
    is_matrix=True,
)
