"""The organisations: established on the day on which the books were opened, one of them dissolved since."""

from collections.abc import Iterator

from services.program.demo.known import Known, Organisation
from services.program.demo.lines import Reading, history, ident
from services.program.demo.sheets import OPENED_ON, Row, csv_rows, each

BOOK = "organisations.csv"
COMMUNE_COMMITTEE = "Đảng bộ xã, phường"
KINDS = {
    "Đảng bộ tỉnh": "province",
    COMMUNE_COMMITTEE: "superior",
    "Đảng bộ khối": "superior",
    "Đảng bộ cơ sở": "grassroots",
    "Chi bộ": "cell",
    "Chi bộ cơ sở": "cell",
}
CELL_KINDS = {
    "Thôn, xóm, bản": "village",
    "Tổ dân phố, khu, khối": "street",
    "Cơ quan hành chính": "agency",
    "Đơn vị sự nghiệp": "public_service",
    "Doanh nghiệp nhà nước": "state_enterprise",
}


def organisations(known: Known) -> Iterator[Reading]:
    """One line an organisation, and one for its end; the book names parents before what stands below them."""
    return each(csv_rows(BOOK), lambda row: _organisation(row, known))


def _organisation(row: Row, known: Known) -> Iterator[Reading]:
    code, kind, place = row.must("Mã"), row.word("Loại", KINDS), row.text("Mã xã") or None
    cell_kind = row.word("Loại hình chi bộ", CELL_KINDS) if kind == "cell" else None
    parent = known.organisation(row, "Trực thuộc") if row.text("Trực thuộc") else None
    ended_on = row.past_day("Ngày kết thúc")
    here = Organisation(ident("organisation", code), row.must("Tên"), kind, ended_on)
    serves = place if row.must("Loại") == COMMUNE_COMMITTEE else None
    yield history(
        row.source, OPENED_ON, "/organisations", id=here.id, code=code, name=here.name, kind=kind,
        cell_kind=cell_kind, parent=parent, place=place, serves=serves,
    )  # fmt: skip
    if ended_on:
        reason = row.text("Ghi chú") or None
        yield history(row.source, ended_on, f"/organisations/{here.id}/dissolutions", reason=reason)
    known.organisations[code] = here
    if serves:
        known.committees[serves] = here.id
