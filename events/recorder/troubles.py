"""What goes wrong, in the library's words: its callers know its exceptions and none of ours."""

from collections.abc import Iterator
from contextlib import contextmanager

import eventsourcing.persistence as library
import psycopg
from eventsourcing.utils import retry

from events.bus import BusAway
from events.request import Claimed, Conflict, LedgerAway, NotAppended, Unstorable

MEANS: tuple[tuple[type[Exception] | tuple[type[Exception], ...], type[library.PersistenceError]], ...] = (
    ((Conflict, Claimed, psycopg.IntegrityError), library.IntegrityError),
    ((LedgerAway, BusAway, psycopg.OperationalError), library.OperationalError),
    ((Unstorable, psycopg.DataError), library.DataError),
    (psycopg.InterfaceError, library.InterfaceError),
    (psycopg.ProgrammingError, library.ProgrammingError),
    (psycopg.NotSupportedError, library.NotSupportedError),
    ((NotAppended, psycopg.Error), library.InternalError),
)
"""The first that fits."""


@contextmanager
def in_library_words() -> Iterator[None]:
    """Raise what the library would raise in place of what we or the database raise.

    Raises:
        IntegrityError: a version or a tracking position is not what it must be; nothing was stored.
        OperationalError: the database did not answer in time.
        DataError: the database cannot hold it.
    """
    try:
        yield
    except (NotAppended, BusAway, psycopg.Error) as error:
        raise next(theirs for ours, theirs in MEANS if isinstance(error, ours))(str(error)) from error


patiently = retry((library.OperationalError, library.InterfaceError), max_attempts=10, wait=0.2)
"""Asks again, for two seconds, where the connection was one of before a restart; only for questions."""
