"""Asks what has not happened since it was asked last, and makes a notice of each answer, once however often it asks."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid5
from zoneinfo import ZoneInfo

import psycopg
import structlog

from events.fact import Id
from projections import watched
from projections.notices import NAME, Told, unknown
from projections.positions import positions
from projections.reading import last_position
from projections.waiting import Behind, at_least
from projections.watched import Watched
from services.notify.absence.questions import QUESTIONS, VIEWS, Absence, Span
from services.notify.absence.rules import Rule, Rules, Watch
from services.notify.subscribing.addressing import tell
from services.notify.telling import NAMESPACE

log = structlog.get_logger("absence")


class Looker:
    """Looks for what has not happened; `look` is a tick's. For one thread."""

    def __init__(self, watch: Watch, ledger: str, timezone: str, patience: float = 5.0) -> None:
        self._watch = watch
        self._ledger = ledger
        self._timezone = timezone
        self._patience = patience
        self._seen: tuple[date, int] | None = None

    def look(self, connection: psycopg.Connection[Any], now: datetime) -> int:
        """Raise what is due by now, in one transaction; the number of new alerts.

        While the views are behind the log nothing is asked: what has happened and was not read yet would look like an
        absence. The next tick asks. Where neither a day nor a record has come since the last look, it found all.
        """
        seen = now.astimezone(ZoneInfo(self._timezone)).date(), last_position(connection)
        if seen == self._seen:
            return 0
        try:
            at_least(connection, VIEWS, seen[1], self._patience)
        except Behind as behind:
            log.info("absence.put_off", why=str(behind))
            return 0
        with connection.transaction():
            # Whoever writes notices holds their position: they are then numbered in the order of their commits.
            positions(connection, [NAME], hold=True)
            new = self._raise(connection, *seen, now)
        self._seen = seen
        if new:
            log.info("absence.raised", alerts=new)
        return new

    def _raise(self, connection: psycopg.Connection[Any], today: date, head: int, now: datetime) -> int:
        been, yesterday = watched.hold(connection), today - timedelta(days=1)
        found: dict[Id, Told] = {}
        asked = []
        for rules, rule in self._watch.rules(today):
            name = f"{rules.id}/{rule.id}"
            last = been.get(name) or Watched(yesterday, yesterday, head)
            # Some days can be asked for while they last, so the last one is asked for twice.
            span = Span(last.since, min(last.asked_on, yesterday), today, self._timezone, last.position, head)
            for absence in QUESTIONS[rule.watches](connection, rule, span):
                found.update((told.id, told) for told in self._told(rules, rule, absence, head, now))
            asked.append((name, Watched(last.since, max(last.asked_on, yesterday), head)))
        watched.keep(connection, asked)
        return len(tell(connection, unknown(connection, found)).new)

    def _told(self, rules: Rules, rule: Rule, absence: Absence, head: int, now: datetime) -> Iterator[Told]:
        """One for each organisation, in the first of its roles."""
        concerned = [(role, absence.concerned.get(role)) for role in rule.to]
        first = {organisation: role for role, organisation in reversed(concerned) if organisation is not None}
        days = rule.acknowledge_within_days
        for organisation, role in first.items():
            named = (self._ledger, "alert", rules.id, rule.id, absence.subject, absence.day.isoformat(), organisation)
            yield Told(
                id=Id(str(uuid5(NAMESPACE, "/".join(named)))),
                position=head,
                subject=absence.subject,
                organisation=organisation,
                fact="",
                role=role,
                policy=f"{rules.id}@{rules.version}",
                rule=rule.id,
                history=False,
                due_at=now,
                acknowledge_by=None if days is None else now + timedelta(days=days),
                critical=rule.critical,
                alert=True,
                day=absence.day,
            )
