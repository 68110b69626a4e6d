"""Notices that nobody has acknowledged rise to whoever stands above; those told later come when they are due.

Both follow from instants that are kept with each notice: whoever asks late, or again, finds the same.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import uuid5
from zoneinfo import ZoneInfo

import psycopg
import structlog

from events.fact import Id
from projections import tree
from projections.asked import AsOf
from projections.notices import NAME, Told, reach
from projections.positions import positions
from projections.reading import last_position
from projections.steps import RISEN, Step, step
from projections.waiting import Behind, at_least
from services.notify.subscribing.addressing import tell
from services.notify.telling import NAMESPACE

AT_ONCE = 500
"""Notices that rise, or come, in one transaction."""
VIEWS = (tree.VIEW.name,)
RISING = """
SELECT id::text, subject::text, subjects::text[], organisation::text, policy, rule, due_at, acknowledge_by, rise_at
FROM exchange.notices
WHERE rise_at <= %(now)s AND acknowledged_at IS NULL AND risen_at IS NULL ORDER BY rise_at, id LIMIT %(limit)s
"""
RISE = """
UPDATE exchange.notices n SET risen_at = %s FROM unnest(%s::uuid[]) AS risen (id) WHERE n.id = risen.id
"""
COMING = """
SELECT id::text FROM exchange.notices n
WHERE due_at <= %(now)s
AND delivered_at IS NULL AND queued_at IS NULL AND silenced_by IS NULL AND listed AND NOT history
AND NOT EXISTS (SELECT FROM exchange.waiting w WHERE w.notice = n.id)
ORDER BY due_at, id LIMIT %(limit)s
"""

log = structlog.get_logger("rising")


class Unanswered(NamedTuple):
    """A notice that should have been acknowledged by now."""

    id: Id
    subject: Id
    subjects: list[Id] | None
    organisation: Id
    policy: str
    rule: str
    due_at: datetime
    acknowledge_by: datetime
    rise_at: datetime


class Rising:
    """Lets rise what waits for nobody's word any longer; `rise` is a `Tick`'s `run`."""

    def __init__(self, timezone: str, patience: float = 5.0) -> None:
        self._zone = ZoneInfo(timezone)
        self._patience = patience

    def rise(self, connection: psycopg.Connection[Any], now: datetime) -> int:
        """One notice to whoever stands above for each that is late, and never a second one; how many rose.

        Where nothing stands above, the notice stays with whoever was told, and its steps say so. While the view of the
        tree is behind the log nothing rises: the next tick asks.
        """
        head = last_position(connection)
        if connection.execute(RISING, {"now": now, "limit": 1}).fetchone() is None:
            return 0
        try:
            at_least(connection, VIEWS, head, self._patience)
        except Behind as behind:
            log.info("rising.put_off", why=str(behind))
            return 0
        risen = 0
        while found := self._some(connection, now, head):
            risen += found
        return risen

    def _some(self, connection: psycopg.Connection[Any], now: datetime, head: int) -> int:
        with connection.transaction():
            # Whoever writes notices holds their position: they are then numbered in the order of their commits.
            positions(connection, [NAME], hold=True)
            rows = connection.execute(RISING, {"now": now, "limit": AT_ONCE}).fetchall()
            late = list(map(Unanswered._make, rows))
            above = dict(self._above(connection, late, now))
            told = [self._told(one, above[one.organisation], now, head) for one in late if one.organisation in above]
            tell(connection, told)
            connection.execute(RISE, [now, [one.id for one in late]])
            causes = {one.rose_from: f"{one.id} to {one.organisation}" for one in told}
            step(connection, [Step(one.id, now, RISEN, causes.get(one.id, "nothing stands above")) for one in late])
        return len(late)

    def _above(
        self, connection: psycopg.Connection[Any], late: list[Unanswered], now: datetime
    ) -> Iterator[tuple[Id, Id]]:
        """Whom a notice rises to: what stands today above those who were told, or above who took over from them."""
        as_of = AsOf(now.astimezone(self._zone).date())
        for organisation in {one.organisation for one in late}:
            found = tree.above(connection, tree.heir(connection, organisation, as_of), as_of)
            if found is not None:
                yield organisation, found

    def _told(self, late: Unanswered, above: Id, now: datetime, head: int) -> Told:
        """It is to be acknowledged within the same term, and rises further in the same way."""
        by = now + (late.acknowledge_by - late.due_at)
        return Told(
            id=risen_id(late.id),
            position=head,
            subject=late.subject,
            organisation=above,
            fact="",
            role="above",
            policy=late.policy,
            rule=late.rule,
            history=False,
            due_at=now,
            acknowledge_by=by,
            subjects=None if late.subjects is None else tuple(late.subjects),
            rise_at=by + max(late.rise_at - late.acknowledge_by, timedelta()),
            alert=True,
            day=late.acknowledge_by.astimezone(self._zone).date(),
            rose_from=late.id,
        )


def risen_id(notice: Id) -> Id:
    """The id of what a notice rises as: it rises once."""
    return Id(str(uuid5(NAMESPACE, f"risen/{notice}")))


def arrive(connection: psycopg.Connection[Any], now: datetime) -> int:
    """What a policy tells later, or nothing carries any more, has come into the inbox by now; how many looked at."""
    with connection.transaction():
        positions(connection, [NAME], hold=True)
        found = [row[0] for row in connection.execute(COMING, {"now": now, "limit": AT_ONCE}).fetchall()]
        reach(connection, found, now)
    return len(found)
