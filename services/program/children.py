"""Child processes: started, watched, started again when they end by themselves, and stopped last to first."""

import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from services.program import tether
from services.program.patience import WINDOW, Patience
from services.program.rotating import Rotation
from services.trouble import Trouble, tail

STOP_SECONDS = 20.0
KILL_SECONDS = 10.0


class GivenUp(Trouble):
    """A child ended too often, or before it was ready; the text carries the end of its log."""


class Child:
    """One process and those that follow it under its name. What it prints goes to `log`; `note` hears of trouble."""

    def __init__(
        self, name: str, argv: Sequence[str], environment: Mapping[str, str], log: Path, note: Callable[[str], None]
    ) -> None:
        self.name = name
        self.log = log
        self._rotation = Rotation(log, note)
        self.patience = Patience()
        self.due: float | None = None
        self.process: subprocess.Popen[bytes]
        self._argv = list(argv)
        self._environment = dict(environment)
        self._offset = 0
        self.launch()

    def launch(self) -> None:
        """Starts it. It ends with this process: children keep nothing that a kill could spoil."""
        self.due = None
        self.rotate()
        with self.log.open("ab") as log:
            self._offset = log.tell()
            self.process = subprocess.Popen(
                tether.command(self._argv, death_signal=signal.SIGKILL),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=self._environment,
                # A Ctrl-C in the terminal is for the parent, who stops its children in order.
                start_new_session=True,
            )

    @property
    def running(self) -> bool:
        """Whether its process lives."""
        return self.process.poll() is None

    def rotate(self) -> None:
        """Begins its log anew when that has grown too long, also while it is being written."""
        if self._rotation.look():
            self._offset = 0

    def said(self) -> str:
        """The end of what it printed since it was last started."""
        return tail(self.log, self._offset)

    def stop(self, timeout: float) -> bool:
        """Asks it to end, then makes it; whether asking was enough."""
        self.process.terminate()
        try:
            self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(KILL_SECONDS)
            return False
        return True


class Children:
    """The children of one program. Not for threads: a child ends with the thread that started it."""

    def __init__(self, logs: Path, note: Callable[[str], None]) -> None:
        self._logs = logs
        self._note = note
        self._children: list[Child] = []

    def start(self, name: str, argv: Sequence[str], environment: Mapping[str, str]) -> Child:
        """Starts one more; its log is `logs`/NAME.log, appended to."""
        child = Child(name, argv, environment, self._logs / f"{name}.log", self._note)
        self._children.append(child)
        return child

    def watch(self) -> None:
        """One look at all: starts again those that ended, each after its delay, and keeps their logs short.

        Call it a few times a second.

        Raises GivenUp when one ended too often.
        """
        for child in self._children:
            child.rotate()
            if child.due is not None:
                if time.monotonic() >= child.due:
                    child.launch()
            elif not child.running:
                self._ended(child)

    def excuse(self, seconds: float) -> None:
        """What the children lean on has been away; their ends in the next `seconds` are not held against them."""
        for child in self._children:
            child.patience.excuse(seconds)

    def require_all(self) -> None:
        """Raises GivenUp when one has ended: at the start nothing excuses that, and a second try would not help."""
        for child in self._children:
            if not child.running:
                raise GivenUp(f"{child.name} ended while starting ({child.log}):\n{child.said()}")

    def stop(self, timeout: float = STOP_SECONDS) -> None:
        """Stops all, the last started first; each has `timeout` seconds before it is killed."""
        while self._children:
            child = self._children[-1]
            if not child.stop(timeout):
                self._note(f"{child.name} did not end within {timeout:.0f} s and was killed")
            self._children.pop()

    def _ended(self, child: Child) -> None:
        status = child.process.returncode
        delay = child.patience.delay(status)
        if delay is None:
            raise GivenUp(f"{child.name} ended too often within {WINDOW:.0f} s ({child.log}):\n{child.said()}")
        self._note(f"{child.name} ended ({status}) and is started again")
        child.due = time.monotonic() + delay
