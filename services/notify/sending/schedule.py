"""When a message that was not taken is tried again: some ten tries over three days, then it is given up."""

from datetime import timedelta
from hashlib import sha256

from services.notify.sending.limits import limits


def after(tries: int, key: str) -> timedelta | None:
    """How long to wait after so many tries, from 1 on; None: give up. `key` (the message's id) draws the jitter.

    The same key and number give the same wait, whoever asks, also after a restart.

    Raises:
        ValueError: fewer than one try.
    """
    if tries < 1:
        raise ValueError("a message that was never tried waits for nothing")
    schedule = limits().schedule
    if tries > len(schedule.delays):
        return None
    return timedelta(seconds=schedule.delays[tries - 1] * (1 + schedule.jitter * _drawn(f"{key} {tries}")))


def asked(wait: float) -> timedelta:
    """How long to wait where the receiver asked for it (`Retry-After`, seconds): within reason."""
    return timedelta(seconds=min(max(wait, 0.0), limits().schedule.longest_asked))


def _drawn(key: str) -> float:
    """A number from 0 to below 1 that looks like chance and is none."""
    return int.from_bytes(sha256(key.encode()).digest()[:8]) / 2**64
