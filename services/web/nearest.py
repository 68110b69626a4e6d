"""Names that people write, checked against those that there are: what is unknown is refused with the nearest one."""

from collections.abc import Sequence
from difflib import get_close_matches
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from events import wire
from events.patterns import ALERT, matches
from services.web.problem import FORM, Problem, unprocessable

ALERTS = f"{ALERT}*"
"""Alerts on absence; which ones there are is said by rules that come and go."""


def must_name_facts(patterns: Sequence[str]) -> None:
    """Every pattern stands for a fact that there is, or for alerts.

    Raises:
        Problem: 422 with a pointer to each that does not, naming the nearest.
    """
    errors = [
        (f"/facts/{number}", f"there is no fact {pattern!r}; the nearest is {nearest(pattern, _names())!r}")
        for number, pattern in enumerate(patterns)
        if not _stands_for_something(pattern)
    ]
    if errors:
        raise Problem(422, "invalid", FORM, errors)


def rules_named(patterns: Sequence[str]) -> tuple[str, ...]:
    """The rules whose alerts are named, and not meant by a wildcard."""
    return tuple(one.removeprefix(ALERT) for one in patterns if one.startswith(ALERT) and "*" not in one)


def must_name_alerts(patterns: Sequence[str], known: Sequence[str]) -> None:
    """Every alert that is named is of a rule that there is; where none is known yet, whatever is named may come.

    Raises:
        Problem: 422 with a pointer to each that is not, naming the nearest.
    """
    errors = [
        (f"/facts/{number}", f"there is no alert {pattern!r}; the nearest is {ALERT + near!r}")
        for number, pattern in enumerate(patterns)
        for rule in rules_named([pattern])
        if rule not in known and (near := nearest(rule, known)) is not None
    ]
    if errors:
        raise Problem(422, "invalid", FORM, errors)


def must_be_timezone(name: str, pointer: str) -> str:
    """A zone whose hours are known.

    Raises:
        Problem: 422, naming the nearest.
    """
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise unknown(pointer, "timezone", name, nearest(name, sorted(available_timezones()))) from None
    return name


def unknown(pointer: str, what: str, said: str, near: str | None) -> Problem:
    """422: there is no such thing, and this is the nearest."""
    known = f"; the nearest is {near!r}" if near else ""
    return unprocessable(pointer, f"there is no {what} {said!r}{known}")


def nearest(said: str, known: Sequence[str]) -> str | None:
    """The one that looks most like what was said, however little; None where nothing is known."""
    return next(iter(get_close_matches(said, known, 1, 0.0)), None)


def _stands_for_something(pattern: str) -> bool:
    return pattern.startswith(ALERT) or any(matches((pattern,), name) for name in wire.FACTS)


@cache
def _names() -> list[str]:
    kinds = sorted({name.partition(".")[0] for name in wire.FACTS})
    return [*wire.FACTS, *(f"{kind}.*" for kind in kinds), ALERTS]
