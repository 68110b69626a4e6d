"""Names of facts with wildcards: `member.*`, `*.struck`, `*`; an alert on absence is called `alert.RULE`."""

import re
from collections.abc import Sequence
from functools import lru_cache

ALERT = "alert."
"""How what did not happen is called, where facts have their stored names."""


@lru_cache(maxsize=4096)
def compiled(patterns: tuple[str, ...]) -> re.Pattern[str]:
    """What matches a name that one of the patterns matches; `*` stands for any letters, none and dots included."""
    return re.compile("|".join(".*".join(map(re.escape, pattern.split("*"))) for pattern in patterns))


def matches(patterns: Sequence[str], name: str) -> bool:
    """Whether one of the patterns is that name, or stands for it."""
    return compiled(tuple(patterns)).fullmatch(name) is not None
