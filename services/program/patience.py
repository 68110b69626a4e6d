"""How often a process that ends by itself may be started again, and how soon."""

import time
from collections import deque
from collections.abc import Callable

FIRST_DELAY, LONGEST_DELAY = 0.1, 5.0
WINDOW = 60.0
OWN_FAILURES = 10
# Ended from outside, it is not to blame: an operator's kill, or the kernel short of memory. There is an end to it, too.
KILLINGS = 100
SIGKILL_STATUS = -9


class Patience:
    """Counts one process's ends within a minute. The delay doubles with each failure of its own."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._failures: deque[float] = deque()
        self._killings: deque[float] = deque()
        self._excused_until = 0.0

    def excuse(self, seconds: float) -> None:
        """Ends within the next `seconds` are counted as killings: what it leans on has just been away."""
        self._excused_until = self._clock() + seconds

    def delay(self, status: int) -> float | None:
        """Seconds to wait before the next start after an end with `status`; None when that was once too often."""
        now = self._clock()
        own = status != SIGKILL_STATUS and now >= self._excused_until
        counted, most = (self._failures, OWN_FAILURES) if own else (self._killings, KILLINGS)
        counted.append(now)
        while counted[0] < now - WINDOW:
            counted.popleft()
        if len(counted) > most:
            return None
        return min(LONGEST_DELAY, FIRST_DELAY * 2.0 ** (len(counted) - 1)) if own else FIRST_DELAY
