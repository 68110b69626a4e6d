"""The roll: who was a member when the books were opened or was admitted since, and what has changed for him."""

from collections.abc import Iterator
from itertools import chain

from services.ingest.imports import words
from services.program.demo.known import Known
from services.program.demo.lines import PassedOver, Reading, history
from services.program.demo.sheets import OPENED_ON, Dirty, Row, each, sheet_rows

BOOK = "members.xlsx"
NOT_YET = {words.DIED: "deaths", words.APPOINTED: "appointments"}


def roll(known: Known) -> Iterator[Reading]:
    """A line a member, one for a recognition since, one for a new home or an exemption."""
    members = each(sheet_rows(BOOK, "Đảng viên"), lambda row: _member(row, known))
    changes = each(sheet_rows(BOOK, "Biến động"), lambda row: _change(row, known))
    return chain(members, changes)


def _member(row: Row, known: Known) -> Iterator[Reading]:
    name, cell, residence = row.must("Họ và tên"), known.cell(row, "Chi bộ"), known.home(row, "Nơi cư trú (mã xã)")
    admitted_on, official_on = row.day("Ngày vào Đảng"), row.past_day("Ngày chính thức")
    born_on, card = row.past_day("Ngày sinh"), row.must("Số thẻ")
    since = max(admitted_on, OPENED_ON)
    official = official_on is not None and official_on <= since
    member = known.enrol(card, name, official_on)
    yield history(
        row.source, since, "/members", id=member, name=name, card=card, citizen=row.text("Số định danh") or None,
        cell=cell, status="official" if official else "probationary", admitted_on=admitted_on.isoformat(),
        recognised_on=official_on.isoformat() if official_on and official else None,
        born_on=born_on.isoformat() if born_on else None, residence=residence, note=row.text("Ghi chú") or None,
    )  # fmt: skip
    if official_on and not official:
        yield history(row.source, official_on, f"/members/{member}/recognitions")
    if row.text("Chức vụ"):
        yield PassedOver(row.source, "officers", "", card, since)


def _change(row: Row, known: Known) -> Iterator[Reading]:
    member, on, change = known.person(row), row.day("Từ ngày"), row.must("Loại biến động")
    if change == words.MOVED:
        yield history(row.source, on, f"/members/{member.id}/residences", **known.home(row, "Nội dung"))
    elif change == words.EXEMPTED:
        until = row.any_day("Đến ngày")
        yield history(
            row.source, on, f"/members/{member.id}/exemptions", ground=words.EXEMPTIONS[row.must("Nội dung")],
            until=until.isoformat() if until else None,
        )  # fmt: skip
    elif change in NOT_YET:
        yield PassedOver(row.source, NOT_YET[change], "", row.must("Số thẻ"), on)
    else:
        raise Dirty("Loại biến động is none of the words that are known")
