"""The review of the oath of which the books tell: one campaign of the province, opened before its answers go in."""

from datetime import date

from services.program.demo.lines import Line, Source, history, ident

BOOK = "oath-review-2026.csv"
THEME = "Giữ trọn lời thề đảng viên"
CAMPAIGN = ident("oath-review", "2026")
OPENS_ON, CLOSES_ON = date(2026, 3, 1), date(2026, 5, 31)


def opening(province: str) -> Line:
    """The campaign, which freezes the rolls as they stood on the day of its opening."""
    return history(
        Source(BOOK, 1), OPENS_ON, "/oath-reviews", id=CAMPAIGN, title=THEME, scope=province,
        opens_on=OPENS_ON.isoformat(), closes_on=CLOSES_ON.isoformat(),
    )  # fmt: skip
