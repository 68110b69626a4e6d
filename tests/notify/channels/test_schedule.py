"""A message that is not taken is tried ten times over three days, each at its own moment, and then given up."""

from datetime import timedelta
from itertools import count, takewhile

import pytest

from services.notify.sending import schedule
from services.notify.sending.limits import limits

TABLE = [timedelta(seconds=seconds) for seconds in limits().schedule.delays]


def waits(key: str) -> list[timedelta]:
    return [
        wait for wait in takewhile(lambda wait: wait is not None, (schedule.after(n, key) for n in count(1))) if wait
    ]


def test_ten_tries_take_about_three_days() -> None:
    found = waits("msg_1")
    assert len(found) + 1 == 10
    assert timedelta(days=3) <= sum(found, timedelta()) <= timedelta(days=4)
    assert schedule.after(10, "msg_1") is None
    assert schedule.after(1_000_000, "msg_1") is None


def test_no_wait_is_shorter_than_the_table_or_longer_by_more_than_its_share() -> None:
    for key in range(200):
        for wait, told in zip(waits(f"msg_{key}"), TABLE, strict=True):
            assert told <= wait <= told * (1 + limits().schedule.jitter)


def test_what_failed_together_does_not_come_back_together_and_each_always_at_its_own_moment() -> None:
    thousand = [schedule.after(3, f"msg_{key}") for key in range(1000)]
    assert len(set(thousand)) == 1000
    spread = sorted(wait.total_seconds() for wait in thousand if wait is not None)
    width = limits().schedule.jitter * TABLE[2].total_seconds()
    in_the_first_half = sum(wait < TABLE[2].total_seconds() + width / 2 for wait in spread)
    assert 400 < in_the_first_half < 600
    assert thousand == [schedule.after(3, f"msg_{key}") for key in range(1000)]


def test_a_receiver_that_asks_for_time_gets_it_within_reason() -> None:
    assert schedule.asked(120) == timedelta(minutes=2)
    assert schedule.asked(10**9) == timedelta(seconds=limits().schedule.longest_asked)
    assert schedule.asked(-5) == timedelta()


def test_what_was_never_tried_has_nothing_to_wait_for() -> None:
    with pytest.raises(ValueError, match="never tried"):
        schedule.after(0, "msg_1")
