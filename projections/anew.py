"""A view made anew from the log, in a table beside the one that serves."""

import gc
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager
from typing import Any, Self

import psycopg

from events.fact import Id, Record
from projections.applying import apply_carefully, forget, take
from projections.fold import Changes, Fold, Row
from projections.opening import ERASURE, erased_in, readable_pasts
from projections.reading import Log, pasts
from projections.table import HEADER, TRAILER, Table, Unfit
from projections.view import View

SCHEMA = "rebuild"
AT_ONCE = 5000
WARM = 50_000
SESSION = """
SET application_name = 'caunoi rebuild'; SET synchronous_commit = off; SET jit = off; SET maintenance_work_mem = '128MB'
"""
LOCK = "SELECT pg_try_advisory_lock(hashtextextended('caunoi rebuild ' || %s, 0))"


class Busy(Exception):
    """Somebody else is making this view anew."""


class Anew:
    """The view in its own table in the schema `rebuild`, dropped in the end unless it has taken the other's place."""

    def __init__(self, conninfo: str, view: View) -> None:
        self.view = view
        self.table = Table(view, SCHEMA)
        self.position = 0
        self.fold = Fold(view, warm=WARM, whole=True)
        self._late: list[Row] = []
        self._erased: set[Id] = set()
        self._names = view.reads | {ERASURE} if view.personal else view.reads
        self._open = ExitStack()
        with self._open:
            self.connection = self._open.enter_context(_connect(conninfo))
            self._past = self._open.enter_context(_connect(conninfo))
            self._log = Log(self._open.enter_context(_connect(conninfo)))
            self._open = self._open.pop_all()

    def __enter__(self) -> Self:
        """Take the table for oneself.

        Raises:
            Busy: somebody else has it.
        """
        try:
            self._lock()
            self._drop()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        """Leave nothing behind. The lock would go with the connection, but a moment after it."""
        try:
            if not self.connection.broken:
                self._drop()
                self.connection.execute("SELECT pg_advisory_unlock_all()")
        finally:
            self.close()

    def close(self) -> None:
        """Close the connections."""
        self._open.close()

    def fill(self, upto: int) -> None:
        """Read the log from its beginning to a position into a fresh table, in one COPY; keys are made afterwards.

        Where the table refuses a row, again from the beginning, in batches that find out whose it is.

        Raises:
            Hole: a record is missing.
        """
        self.connection.execute(self.view.table(SCHEMA).encode())
        try:
            with _without_collector():
                self._copy(upto)
        except Unfit:
            self._drop()
            self.fold, self.position, self._late = Fold(self.view, warm=WARM, whole=True), 0, []
            self.connection.execute(self.view.table(SCHEMA).encode())
        for statement in self.view.keys(SCHEMA):
            self.connection.execute(statement.encode())
        for first in range(0, len(self._late), AT_ONCE):
            self.table.write(self.connection, Changes([], self._late[first : first + AT_ONCE]))
        self._late = []
        # A process that erases a person may be behind us: what was still open to us then is made anew without him.
        forget(self.connection, self.fold, self.table, self._erased, self.position)
        self.follow(upto)

    def follow(self, upto: int) -> None:
        """Read on to a position, batch by batch, into the table that has its keys.

        Raises:
            Hole: a record is missing.
        """
        with closing(self._log.pages(self.position, upto, self._names)) as pages:
            for records in pages:
                apply_carefully(self.connection, self.fold, self.table, records)
                self.position = records[-1].position
        self.position = upto

    def _lock(self) -> None:
        row = self.connection.execute(LOCK, [self.view.name]).fetchone()
        if row is None or not row[0]:
            raise Busy(f"somebody else is making {self.view.name} anew")

    def _copy(self, upto: int) -> None:
        table, fold = self.table, self.fold
        pages = self._log.pages(0, upto, self._names)
        with self.connection.cursor() as cursor, cursor.copy(table.copy) as copy, closing(pages):
            copy.write(HEADER)
            for records in pages:
                for past in pasts(self._past, fold.cold(records), records[0].position - 1):
                    fold.warm(readable_pasts(self._past, fold, past))
                take(self._past, fold, records)
                self._forget(records)
                changes = fold.passed()
                self._late += changes.ended
                copy.write(table.pack(changes.fresh))
                self.position = records[-1].position
            # In parts, so that the server stores one while the next is packed.
            standing = fold.standing().fresh
            for first in range(0, len(standing), AT_ONCE):
                copy.write(table.pack(standing[first : first + AT_ONCE]))
            copy.write(TRAILER)
        self.position = upto

    def _forget(self, records: Sequence[Record]) -> None:
        """Erased persons leave the memory at once, and the table when it can be written to."""
        if self.view.personal and (erased := erased_in(records)):
            self._erased |= erased
            # Where rows are of something else that names him, nothing of it stands under his own id.
            for stream in erased if self.view.about is None else ():
                self.fold.drop(stream)

    def _drop(self) -> None:
        self.connection.execute(f"DROP TABLE IF EXISTS {self.table.name}".encode())


def _connect(conninfo: str) -> AbstractContextManager[psycopg.Connection[Any]]:
    connection: psycopg.Connection[Any] = psycopg.connect(conninfo, autocommit=True, connect_timeout=5)
    connection.execute(SESSION)
    return closing(connection)


@contextmanager
def _without_collector() -> Iterator[None]:
    """Millions of small objects that live long and form no circles: looking through them all takes half of the time."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()
