"""What follows the views beside their feeder, in a thread of its own: it holds none of them up, and ends with it."""

from threading import Event, Thread
from types import TracebackType
from typing import Protocol, Self


class Follower(Protocol):
    """Goes on until it is told to stop."""

    def run(self, stop: Event) -> None:
        """Until then."""


class Beside:
    """A follower at work until the `with` ends; where it cannot go on, whoever works beside it stops, too."""

    def __init__(self, follower: Follower, stop: Event) -> None:
        self._follower = follower
        self._stop = stop
        self._error: BaseException | None = None
        self._thread = Thread(target=self._run, name="beside")

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        """Wait for it.

        Raises:
            Exception: why it could not go on, where nothing else has been raised.
        """
        self._stop.set()
        self._thread.join()
        if error is None and self._error is not None:
            raise self._error

    def _run(self) -> None:
        try:
            self._follower.run(self._stop)
        except BaseException as error:  # noqa: BLE001  # it is raised where it is waited for
            self._error = error
            self._stop.set()
