"""The commune's ledger of those who live there and work elsewhere: one row an event, by date."""

from collections.abc import Iterator
from typing import Any

from services.ingest.imports.words import CONTACTS, FRONT, INTRODUCED, REMARKS, YES
from services.program.demo.known import Known
from services.program.demo.lines import Line, Reading, history, ident
from services.program.demo.sheets import Dirty, Row, csv_rows, each

BOOK = "liaison-2025.csv"
EVENTS = {
    "Tiếp nhận": "acceptances",
    "Từ chối": "refusals",
    "Phân công chi bộ": "assignments",
    "Liên hệ": "contacts",
    "Nhận xét": "remarks",
    "Xác nhận nhận xét": "confirmations",
    "Kết thúc": "endings",
}
GROUNDS = {"Chuyển nơi ở": "moved", "Nghỉ hưu": "retired", "Từ trần": "died"}


def liaison(known: Known) -> Iterator[Reading]:
    """One line a row."""
    return each(csv_rows(BOOK), lambda row: iter((_event(row, known),)))


def _event(row: Row, known: Known) -> Line:
    code, member, on = row.must("Mã hồ sơ"), known.person(row), row.day("Ngày")
    here = ident("liaison", code)
    if row.must("Sự việc") == INTRODUCED:
        return history(
            row.source, on, "/liaisons", id=here, code=code, member=member.id,
            committee=known.organisation(row, "Nơi nhận"),
            activity_exempt=True if row.text("Miễn sinh hoạt nơi cư trú") == YES else None,
        )  # fmt: skip
    noun = row.word("Sự việc", EVENTS)
    where = f"remarks/{on.year}/confirmations" if noun == "confirmations" else noun
    return history(row.source, on, f"/liaisons/{here}/{where}", **_said(noun, row, known))


def _said(noun: str, row: Row, known: Known) -> dict[str, Any]:
    match noun:
        case "refusals":
            return {"reason": row.must("Nội dung")}
        case "assignments":
            return {"cell": known.cell(row, "Nơi nhận")}
        case "contacts":
            return {"on": row.day("Ngày").isoformat(), "kind": row.word("Nội dung", CONTACTS)}
        case "remarks":
            consulted = [FRONT] if FRONT in row.text("Ghi chú") else None
            return {"year": row.day("Ngày").year, "band": row.word("Nội dung", REMARKS), "consulted": consulted}
        case "endings":
            return {"ground": row.word("Nội dung", GROUNDS)}
        case "acceptances" | "confirmations":
            return {}
    raise Dirty("Sự việc is none of the words that are known")
