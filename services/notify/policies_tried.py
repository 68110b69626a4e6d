"""What would have been told under another policy, to whom, beside what was: by the log itself; nothing is recorded."""

from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import date
from typing import Any, NamedTuple

import msgspec
import psycopg

from events.fact import Id
from projections.notices import Told
from projections.reading import following, page, pasts
from services.notify.policies_in_force import LATEST, Policies
from services.notify.policy import Policy
from services.notify.states import States
from services.notify.telling import Telling

PAGE = 10_000
LISTED = 200
"""Notices of each kind that are listed; all of them are counted."""
WAS = """
SELECT position, organisation::text, fact, subject::text, subjects::text[], role, policy, rule FROM exchange.notices
WHERE position = ANY (%s) AND NOT alert AND policy NOT LIKE 'subscription/%%'
"""


class Line(NamedTuple):
    """A notice that would have been made, or was."""

    position: int
    organisation: Id
    fact: str
    subject: Id
    subjects: Sequence[Id] | None
    role: str
    policy: str
    rule: str


class Outcome(NamedTuple):
    """How many notices would have been made, of `records` facts in its reach, and how many were.

    `more` would have been told and were not, `less` were and would not have been; `by` counts by organisation, first
    what would have been.
    """

    records: int
    told: int
    was: int
    more: list[Line]
    less: list[Line]
    counts: tuple[int, int]
    by: dict[Id, tuple[int, int]]


class Tried(Policies):
    """What holds, and for an organisation and all below it another policy, whatever its dates."""

    def __init__(self, known: Policies, policy: Policy, organisation: Id) -> None:
        super().__init__(known._shipped)  # noqa: SLF001  # of its own class, here and below
        self._versions, self._adoptions = known._versions, known._adoptions  # noqa: SLF001
        self._facts = known._facts | {rule.fact for rule in policy.rules}  # noqa: SLF001
        self._tried, self._for = policy, organisation
        self.applied = False
        """Whether anybody asked for whom it is tried, since this was last set to False."""

    @property
    def are_adopted(self) -> bool:
        """It always matters for whom one asks."""
        return True

    def in_force(self, day: date, chain: Sequence[Id] = (), at: int = LATEST) -> list[Policy]:
        """The policy that is tried, wherever it is tried."""
        if self._for in chain:
            self.applied = True
            return [self._tried]
        return super().in_force(day, chain, at)


def preview(connection: psycopg.Connection[Any], ledger: str, tried: Tried, first: int, last: int) -> Outcome:
    """What the records of positions `first` to `last` would have told; each is judged as of its own place in the log.

    Raises:
        Hole: the log has a hole.
    """
    telling = Telling(ledger, tried, States(lambda streams, upto: pasts(connection, streams, upto)))
    telling.policies = tried
    then: list[Line] = []
    was: list[Line] = []
    records, after = 0, first - 1
    while after < last:
        found = following(page(connection, after, min(PAGE, last - after)), after)
        if not found:
            break
        telling.prepare(found, after)
        reached: list[int] = []
        for record in found:
            tried.applied, told = False, list[Told]()
            # What cannot be read told nobody, and would not have; the views say that it is parked.
            with suppress(ValueError, LookupError, AttributeError, AssertionError, msgspec.MsgspecError):
                told = telling.take(record)
            if tried.applied:
                reached.append(record.position)
                then += map(_line, told)
        was += map(Line._make, connection.execute(WAS, [reached]).fetchall())
        records += len(reached)
        telling.states.settle()
        after = found[-1].position
    return _outcome(records, then, was)


def _outcome(records: int, then: Sequence[Line], was: Sequence[Line]) -> Outcome:
    keys = {_key(one) for one in then}, {_key(one) for one in was}
    more = [one for one in then if _key(one) not in keys[1]]
    less = [one for one in was if _key(one) not in keys[0]]
    counts = _by(then), _by(was)
    by = {one: (counts[0][one], counts[1][one]) for one in sorted(set(counts[0]) | set(counts[1]))}
    return Outcome(records, len(then), len(was), more[:LISTED], less[:LISTED], (len(more), len(less)), by)


def _line(told: Told) -> Line:
    return Line(
        told.position, told.organisation, told.fact, told.subject, told.subjects, told.role, told.policy, told.rule
    )


def _key(line: Line) -> tuple[int, Id]:
    return line.position, line.organisation


def _by(lines: Iterable[Line]) -> Counter[Id]:
    return Counter(line.organisation for line in lines)
