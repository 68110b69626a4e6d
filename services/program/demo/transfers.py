"""The transfers: introduced by one cell, received or refused by the other, or still on the way."""

from collections.abc import Iterator

from services.ingest.imports.words import GROUNDS, RECEIVED, REFUSED, TRANSFERS, WAITING, WITHDRAWN
from services.program.demo.known import Known
from services.program.demo.lines import PassedOver, Reading, history, ident
from services.program.demo.sheets import Dirty, Row, csv_rows, each

BOOK = "transfers-2026.csv"


def transfers(known: Known) -> Iterator[Reading]:
    """A line for each introduction and one for its answer; withdrawals, extensions and returns are left out."""
    return each(csv_rows(BOOK), lambda row: _transfer(row, known))


def _transfer(row: Row, known: Known) -> Iterator[Reading]:
    code, card, introduced = row.must("Mã phiếu"), row.must("Số thẻ"), row.day("Ngày giới thiệu")
    member, to, why = known.person(row), known.cell(row, "Chi bộ đến", introduced), row.text("Lý do")
    until, result, transfer = row.any_day("Thời hạn đến"), row.must("Kết quả"), ident("transfer", code)
    # In this column the office writes why he goes or, where he did not get there, why not.
    failed = result in (REFUSED, WITHDRAWN)
    yield history(
        row.source, introduced, f"/members/{member.id}/transfers", id=transfer, code=code, to=to,
        kind=row.word("Hình thức", TRANSFERS), ground=None if failed else GROUNDS.get(why.split(",")[0]),
        until=until.isoformat() if until else None, reason=None if failed else why or None,
    )  # fmt: skip
    if result == RECEIVED:
        yield history(row.source, row.day("Ngày kết quả"), f"/transfers/{transfer}/receptions")
    elif result == REFUSED:
        yield history(row.source, row.day("Ngày kết quả"), f"/transfers/{transfer}/refusals", reason=row.must("Lý do"))
    elif result == WITHDRAWN:
        yield PassedOver(row.source, "withdrawals", "", card, row.day("Ngày kết quả"))
    elif result != WAITING:
        raise Dirty("Kết quả is none of the words that are known")
    for heading, kind in (("Ngày gia hạn", "extensions"), ("Ngày trở lại", "returns")):
        if on := row.past_day(heading):
            yield PassedOver(row.source, kind, "", card, on)
