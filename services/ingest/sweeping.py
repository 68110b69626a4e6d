"""Whoever came to something in the moment in which it ended: he goes along, too."""

from collections.abc import Mapping, Sequence
from typing import Any

from services.ingest.answer import Answer, Outcome
from services.ingest.asked import Asked

CREATED = 201


def to_sweep(changes: Sequence[Asked[Any]], outcomes: Mapping[int, Outcome]) -> list[Asked[Any]]:
    """The changes to be asked once more, each as a request of its own, whose answer nobody waits for.

    Who belongs to something is asked of a view. Nobody can come to what has ended, but somebody may have come between
    that question and the end. Where the second time fails, it is made good when the change is asked again.
    """
    return [_again(asked) for number, asked in enumerate(changes) if asked.change.sweeps and _is_new(outcomes[number])]


def _is_new(outcome: Outcome) -> bool:
    return isinstance(outcome, Answer) and outcome.status == CREATED and not outcome.replayed


def _again(asked: Asked[Any]) -> Asked[Any]:
    return Asked(asked.change, asked.path, asked.body, asked.caller, asked.now, numbers=asked.numbers)
