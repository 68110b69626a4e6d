"""Time limits as the rules count them: in working days and in months, from dates and a dated calendar alone."""

from calendar import monthrange
from datetime import date, timedelta
from functools import lru_cache

from events import holidays

CALENDAR = holidays.read()


def working_days_after(day: date, count: int) -> date:
    """The last day of a limit of `count` working days that begins the day after `day`.

    Weekends and public holidays do not count; a weekend day that was worked in exchange does. In years that the
    calendar does not know yet, or no longer, only weekends do not count. What was stored stays as it was counted then.
    """
    while count > 0:
        day += timedelta(days=1)
        if CALENDAR.works(day):
            count -= 1
    return day


@lru_cache(4_096)
def months_after(day: date, count: int) -> date:
    """The same day `count` months later, or the last of that month where it is shorter (31 January: 28 February)."""
    years, month = divmod(day.month - 1 + count, 12)
    year, month = day.year + years, month + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))
