"""Looks at the clock for everybody: some functions every so many seconds, in one process of however many there are.

APScheduler says when; an advisory lock says who. A tick computes from dates what is due by now, so one that comes late,
or again, finds the same: a night without a process loses nothing and does nothing twice.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple, Self

import psycopg
import structlog
from apscheduler.executors.pool import ThreadPoolExecutor  # type: ignore[import-untyped]
from apscheduler.schedulers.background import BackgroundScheduler  # type: ignore[import-untyped]

LEAD = "SELECT pg_try_advisory_lock(hashtext('caunoi.ticker'))"
SESSION = """SET application_name = 'caunoi ticker'; SET jit = off; SET lock_timeout = '10s';
SET statement_timeout = '120s'; SET idle_in_transaction_session_timeout = '30s'"""

Run = Callable[[psycopg.Connection[Any], datetime], object]

log = structlog.get_logger("ticker")


class Tick(NamedTuple):
    """What is done every so many seconds; `run` is given a connection in autocommit and the instant, in UTC."""

    name: str
    seconds: float
    run: Run


class Ticker:
    """Ticks while it is open, as long as no other process does; takes over within seconds when that one has gone."""

    def __init__(self, conninfo: str, ticks: Sequence[Tick]) -> None:
        self._conninfo = conninfo
        self._ticks = ticks
        self._connection: psycopg.Connection[Any] | None = None
        # One thread: all ticks share the connection that holds the lock.
        self._scheduler = BackgroundScheduler(
            executors={"default": ThreadPoolExecutor(1)},
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
            timezone=UTC,
        )

    def __enter__(self) -> Self:
        for tick in self._ticks:
            self._scheduler.add_job(
                self._tick, "interval", [tick], seconds=tick.seconds, id=tick.name, next_run_time=datetime.now(UTC)
            )
        self._scheduler.start()
        return self

    def __exit__(self, *_: object) -> None:
        """The tick at hand is finished first."""
        self._scheduler.shutdown(wait=True)
        self._let_go()

    def _tick(self, tick: Tick) -> None:
        try:
            if self._leads():
                assert self._connection is not None, "who leads holds the lock"
                tick.run(self._connection, datetime.now(UTC))
        except (psycopg.OperationalError, psycopg.InterfaceError) as error:
            # The server is away, or ended our session and gave the lock to another: the next tick asks anew.
            log.warning("tick.put_off", tick=tick.name, error=type(error).__name__)
            self._let_go()
        except Exception:
            # One tick's trouble must not stop the others; it is visible, and comes again.
            log.exception("tick.failed", tick=tick.name)
            self._let_go()

    def _leads(self) -> bool:
        """Whether this process ticks; the lock lasts as long as the session."""
        if self._connection is not None:
            return True
        connection = psycopg.connect(self._conninfo, autocommit=True, connect_timeout=5)
        try:
            connection.execute(SESSION)
            row = connection.execute(LEAD).fetchone()
        except BaseException:
            connection.close()
            raise
        if row is None or not row[0]:
            connection.close()
            return False
        self._connection = connection
        return True

    def _let_go(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None
