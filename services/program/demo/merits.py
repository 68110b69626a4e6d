"""Rewards and discipline, each with its decision; removals from the list, which are neither, are left out."""

from collections.abc import Iterator

from services.ingest.imports.words import REMOVAL, REWARD, SANCTION, SANCTIONS
from services.program.demo.known import Known, Person
from services.program.demo.lines import PassedOver, Reading, history
from services.program.demo.sheets import Dirty, Row, csv_rows, each

BOOK = "rewards-and-discipline-2026.csv"
BADGES = {f"Huy hiệu Đảng {years} năm": f"badge_{years}" for years in (30, *range(40, 95, 5))}
REWARDS = {
    "Biểu dương": "commendation", "Giấy khen": "certificate_lower", "Bằng khen": "certificate_higher", **BADGES,
}  # fmt: skip
FOR_OFFICIAL_MEMBERS = ("removal_from_post", "expulsion")


def merits(known: Known) -> Iterator[Reading]:
    """One line a row; an expulsion is answered with a proposal, which waits for its second person."""
    return each(csv_rows(BOOK), lambda row: _merit(row, known))


def _merit(row: Row, known: Known) -> Iterator[Reading]:
    member, kind, on = known.person(row), row.must("Loại"), row.day("Ngày hiệu lực")
    decision = {
        "number": row.must("Số quyết định"),
        "on": row.day("Ngày quyết định").isoformat(),
        "by": known.organisation(row, "Nơi ban hành"),
    }
    if kind == REWARD:
        form = row.word("Hình thức", REWARDS)
        yield history(row.source, on, f"/members/{member.id}/rewards", form=form, decision=decision)
    elif kind == SANCTION:
        form = row.word("Hình thức", SANCTIONS)
        _must_be_possible(form, row, member)
        yield history(row.source, on, f"/members/{member.id}/sanctions", form=form, decision=decision)
    elif kind == REMOVAL:
        yield PassedOver(row.source, "removals", "", row.must("Số thẻ"), on)
    else:
        raise Dirty("Loại is none of the words that are known")


def _must_be_possible(form: str, row: Row, member: Person) -> None:
    probationary = member.official_on is None or row.day("Ngày hiệu lực") < member.official_on
    if probationary and form in FOR_OFFICIAL_MEMBERS:
        raise Dirty("Hình thức is none for a probationary member")
