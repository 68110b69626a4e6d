"""When a subscriber wants to be told: at once, after the quiet hours, at seven in the morning, with what else comes."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from events.subscription import Digest, Quiet, SubscriptionMade

DEFERRED, GROUPED, DIGEST = "deferred", "grouped", "digest"
"""Why something waits."""
MORNING = time(7)
MONDAY = 0
DAY = timedelta(days=1)


class Wait(NamedTuple):
    """It waits until an instant (UTC), and why."""

    why: str
    until: datetime


def wait(
    made: SubscriptionMade, now: datetime, window: datetime | None = None, *, critical: bool = False
) -> Wait | None:
    """What is told now waits for; None: it is sent at once, as all is that is critical.

    `window` is when the group is sent that is open now. What would be sent in quiet hours is sent at their end.
    """
    if critical:
        return None
    zone = ZoneInfo(made.timezone)
    if made.digest is not Digest.NONE:
        return Wait(DIGEST, loud(made.quiet, zone, _morning(made.digest, zone, now)))
    if made.group_minutes:
        if window is not None and window > now:
            return Wait(GROUPED, window)
        return Wait(GROUPED, loud(made.quiet, zone, _utc(now) + timedelta(minutes=made.group_minutes)))
    end = loud(made.quiet, zone, now)
    return Wait(DEFERRED, end) if end > now else None


def loud(quiet: Quiet | None, zone: ZoneInfo, instant: datetime) -> datetime:
    """The instant itself, or the end of the quiet hours in which it lies, in UTC.

    Hours are those that the clock on the wall shows: a night in which it is put forward is an hour shorter.
    """
    at = _utc(instant)
    if quiet is None:
        return at
    since, until = time.fromisoformat(quiet.since), time.fromisoformat(quiet.until)
    for day in _days_around(at, zone):
        begins = _instant(day, since, zone)
        ends = _instant(day if since < until else day + DAY, until, zone)
        if begins <= at < ends:
            return ends
    return at


def _morning(digest: Digest, zone: ZoneInfo, now: datetime) -> datetime:
    """The next morning on which a digest is sent: any, or a Monday's."""
    day = now.astimezone(zone).date()
    while True:
        at = _instant(day, MORNING, zone)
        if at > _utc(now) and (digest is Digest.DAILY or day.weekday() == MONDAY):
            return at
        day += DAY


def _days_around(at: datetime, zone: ZoneInfo) -> Iterator[date]:
    today = at.astimezone(zone).date()
    return iter((today - DAY, today))


def _instant(day: date, at: time, zone: ZoneInfo) -> datetime:
    return _utc(datetime.combine(day, at, zone))


def _utc(instant: datetime) -> datetime:
    """For instants of one zone would be compared by what the clock on the wall shows."""
    return instant.astimezone(UTC)
