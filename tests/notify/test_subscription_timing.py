"""When a subscriber is told: quiet hours over midnight and over changed clocks, digests, groups."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.subscription import Digest, Quiet, SubscriptionMade
from services.notify.subscribing.timing import DEFERRED, DIGEST, GROUPED, Wait, loud, wait
from tests.notify.subscribed import a_subscription

HANOI, BERLIN = "Asia/Ho_Chi_Minh", "Europe/Berlin"
NIGHT = Quiet(since="22:00", until="06:00")


def at(text: str, zone: str = HANOI) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def made(**more: Any) -> SubscriptionMade:
    return a_subscription(**{"timezone": HANOI, **more})


def test_what_comes_by_day_is_sent_at_once() -> None:
    assert wait(made(quiet=NIGHT), at("2026-03-02T12:00")) is None


@pytest.mark.parametrize(
    ("now", "until"),
    [
        ("2026-03-02T22:00", "2026-03-03T06:00"),
        ("2026-03-02T23:59", "2026-03-03T06:00"),
        ("2026-03-03T00:00", "2026-03-03T06:00"),
        ("2026-03-03T05:59", "2026-03-03T06:00"),
    ],
)
def test_what_comes_by_night_waits_for_the_morning(now: str, until: str) -> None:
    assert wait(made(quiet=NIGHT), at(now)) == Wait(DEFERRED, at(until))


@pytest.mark.parametrize("now", ["2026-03-02T21:59", "2026-03-03T06:00"])
def test_the_last_minute_before_and_the_first_after_are_loud(now: str) -> None:
    assert wait(made(quiet=NIGHT), at(now)) is None


def test_hours_within_one_day_are_quiet_as_well() -> None:
    noon = Quiet(since="11:30", until="13:30")
    assert wait(made(quiet=noon), at("2026-03-02T12:00")) == Wait(DEFERRED, at("2026-03-02T13:30"))


def test_a_night_in_which_the_clock_is_put_forward_or_back_ends_by_the_clock_on_the_wall() -> None:
    quiet = made(quiet=NIGHT, timezone=BERLIN)
    for day, morning in (("2026-03-28T23:00", "2026-03-29T06:00"), ("2026-10-24T23:00", "2026-10-25T06:00")):
        assert wait(quiet, at(day, BERLIN)) == Wait(DEFERRED, at(morning, BERLIN))
    spring = at("2026-03-29T06:00", BERLIN) - at("2026-03-28T22:00", BERLIN)
    assert spring == timedelta(hours=7), "the night is an hour shorter"


def test_a_daily_digest_comes_at_seven_of_the_zone() -> None:
    daily = made(digest=Digest.DAILY)
    assert wait(daily, at("2026-03-02T06:59")) == Wait(DIGEST, at("2026-03-02T07:00"))
    assert wait(daily, at("2026-03-02T07:00")) == Wait(DIGEST, at("2026-03-03T07:00"))


def test_a_weekly_digest_comes_on_monday() -> None:
    weekly = made(digest=Digest.WEEKLY)
    assert wait(weekly, at("2026-03-02T07:00")) == Wait(DIGEST, at("2026-03-09T07:00"))
    assert wait(weekly, at("2026-03-08T23:00")) == Wait(DIGEST, at("2026-03-09T07:00"))


def test_a_digest_in_quiet_hours_waits_for_their_end() -> None:
    late = made(digest=Digest.DAILY, quiet=Quiet(since="22:00", until="08:30"))
    assert wait(late, at("2026-03-02T12:00")) == Wait(DIGEST, at("2026-03-03T08:30"))


def test_the_first_opens_a_window_and_what_comes_within_joins_it() -> None:
    group = made(group_minutes=30)
    first = wait(group, at("2026-03-02T12:00"))
    assert first == Wait(GROUPED, at("2026-03-02T12:30"))
    assert wait(group, at("2026-03-02T12:20"), first.until) == first
    assert wait(group, at("2026-03-02T12:30"), first.until) == Wait(GROUPED, at("2026-03-02T13:00"))


def test_a_group_that_would_be_sent_by_night_is_sent_in_the_morning() -> None:
    group = made(group_minutes=30, quiet=NIGHT)
    assert wait(group, at("2026-03-02T21:45")) == Wait(GROUPED, at("2026-03-03T06:00"))


@pytest.mark.parametrize("more", [{"quiet": NIGHT}, {"digest": Digest.WEEKLY}, {"group_minutes": 60}])
def test_what_is_critical_waits_for_nothing(more: dict[str, Any]) -> None:
    assert wait(made(**more), at("2026-03-02T23:00"), critical=True) is None


CLOCKS = st.times().map(lambda time: f"{time:%H:%M}")
ZONES = st.sampled_from([HANOI, BERLIN, "America/New_York", "Australia/Lord_Howe", "Pacific/Apia", "UTC"])
INSTANTS = st.datetimes(datetime(2011, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


@given(ZONES, CLOCKS, CLOCKS, INSTANTS)
def test_whatever_waits_is_sent_within_a_day_and_when_it_is_loud(
    zone: str, since: str, until: str, now: datetime
) -> None:
    quiet = Quiet(since=since, until=until)
    end = loud(quiet, ZoneInfo(zone), now)
    assert now <= end <= now + timedelta(hours=50)
    assert since == until or loud(quiet, ZoneInfo(zone), end) == end


@given(ZONES, st.sampled_from(Digest), st.integers(0, 1440), INSTANTS)
def test_nothing_waits_for_an_instant_that_has_passed(zone: str, digest: Digest, minutes: int, now: datetime) -> None:
    found = wait(made(timezone=zone, digest=digest, group_minutes=minutes, quiet=NIGHT), now)
    assert found is None or now < found.until <= now + timedelta(days=9)
