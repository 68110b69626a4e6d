"""Who works beside a feeder ends with it, and it with him."""

from threading import Event

import pytest

from services.scoring.boards.beside import Beside

PATIENCE = 30


class Follower:
    def __init__(self, error: Exception | None = None) -> None:
        self.error = error
        self.ended = Event()

    def run(self, stop: Event) -> None:
        if self.error is not None:
            raise self.error
        assert stop.wait(PATIENCE)
        self.ended.set()


def test_it_ends_when_what_it_stands_beside_does() -> None:
    stop, follower = Event(), Follower()
    with Beside(follower, stop):
        assert not follower.ended.is_set()
    assert follower.ended.is_set()


def test_where_it_cannot_go_on_the_other_stops_and_hears_why() -> None:
    stop = Event()
    with pytest.raises(LookupError, match="gone"), Beside(Follower(LookupError("gone")), stop):
        assert stop.wait(PATIENCE)


def test_an_error_of_the_other_is_not_hidden_by_its_own() -> None:
    stop = Event()

    def fails() -> None:
        assert stop.wait(PATIENCE)
        raise ValueError("first")

    with pytest.raises(ValueError, match="first"), Beside(Follower(LookupError("gone")), stop):
        fails()
