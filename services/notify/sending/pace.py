"""How fast a sender goes, and how long it waits for what: the numbers of `pace.toml`, read once and checked."""

import tomllib
from functools import cache
from pathlib import Path

from msgspec import Struct, convert

from services.notify.sending.limits import Count, Seconds

SHIPPED = Path(__file__).with_name("pace.toml")


class Pace(Struct, frozen=True, forbid_unknown_fields=True):
    """All of them; seconds, but for how many."""

    in_flight: Count
    in_flight_a_target: Count
    in_flight_unknown: Count
    gather: Seconds
    settle: Seconds
    look: Seconds
    lease: Seconds
    grace: Seconds
    off_after: Seconds
    both_keys: Seconds


@cache
def pace() -> Pace:
    """The pace that is shipped."""
    return convert(tomllib.loads(SHIPPED.read_text("utf-8")), Pace)
