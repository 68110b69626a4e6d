"""The review of the oath: one campaign of the province, who presented in it, and who was excused."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from services.ingest.imports.words import EXCUSES
from services.program.demo.known import Known
from services.program.demo.lines import Line, Reading, Source, history, ident
from services.program.demo.sheets import Row, csv_rows, each

BOOK = "oath-review-2026.csv"
PROVINCE = "T22"
THEME = "Giữ trọn lời thề đảng viên"
CAMPAIGN = ident("oath-review", "2026")
OPENS_ON, CLOSES_ON = date(2026, 3, 1), date(2026, 5, 31)
HEADINGS = {"kept": "Giữ trọn", "not_well": "Làm chưa tốt", "not_done": "Hứa chưa làm", "opinions": "Số ý kiến"}


def oath(known: Known) -> Iterator[Reading]:
    """The campaign, which freezes the rolls as they stand by then, and a line a row."""
    yield _opening(known)
    yield from each(csv_rows(BOOK, ","), lambda row: iter((_answer(row, known),)))


def _opening(known: Known) -> Line:
    return history(
        Source(BOOK, "", 1), OPENS_ON, "/oath-reviews", alone=True, id=CAMPAIGN, title=THEME,
        scope=known.organisations[PROVINCE].id, opens_on=OPENS_ON.isoformat(), closes_on=CLOSES_ON.isoformat(),
    )  # fmt: skip


def _answer(row: Row, known: Known) -> Line:
    member, here = known.person(row).id, f"/oath-reviews/{CAMPAIGN}"
    if row.text("Lý do chưa trình bày"):
        # The form asks for no day of an excuse; by the last day of the campaign it was given.
        excuse = row.word("Lý do chưa trình bày", EXCUSES)
        return history(row.source, CLOSES_ON, f"{here}/excuses", member=member, reason=excuse)
    counts: dict[str, Any] = {name: row.count(heading) for name, heading in HEADINGS.items()}
    meeting = known.meeting(row, "Mã cuộc họp")
    on = row.day("Ngày trình bày")
    return history(row.source, on, f"{here}/reports", member=member, meeting=meeting, **counts)
