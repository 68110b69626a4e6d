"""Pauses that grow while the database is away, and an end to them."""

import psycopg
import pytest
import structlog

from projections.patience import LONGEST_PAUSE, SECONDS, Patience

LOST = psycopg.OperationalError("lost")


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def patience(clock: Clock) -> Patience:
    return Patience(structlog.get_logger("test"), clock)


def test_each_pause_is_twice_the_one_before_up_to_the_longest(patience: Patience) -> None:
    pauses = [patience.pause(LOST) for _ in range(8)]
    assert pauses == [0.05, 0.1, 0.2, 0.4, 0.8, 1.6, LONGEST_PAUSE, LONGEST_PAUSE]


def test_an_absence_that_lasts_too_long_is_raised_as_it_was_found(patience: Patience, clock: Clock) -> None:
    clock.now = SECONDS
    patience.pause(LOST)
    clock.now += 0.1
    with pytest.raises(psycopg.OperationalError) as raised:
        patience.pause(LOST)
    assert raised.value is LOST


def test_an_answer_begins_it_anew(patience: Patience, clock: Clock) -> None:
    patience.pause(LOST)
    clock.now = SECONDS + 1
    patience.renew()
    assert patience.pause(LOST) == 0.05
