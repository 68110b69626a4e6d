"""Views made anew from the log by hand: to serve, to be shown as they were, or to be compared with those that serve."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from difflib import get_close_matches
from pathlib import Path
from typing import Any, NamedTuple, Protocol
from zoneinfo import ZoneInfo

import psycopg

from events import wire
from projections import hashes, notices, rebuild
from projections.anew import Busy
from projections.asked import position_at
from projections.reading import Hole, last_position
from projections.rebuild import Comparison, Replayed
from projections.view import View
from services.notify import replay as told
from services.notify.policies_in_force import Policies
from services.program import database, started_with
from services.scoring.boards import board_replay
from services.scoring.worker import views
from services.settings import Settings
from services.trouble import Exit, Trouble

ALL = "all"
CONNECT_SECONDS = 15
Show = Callable[[dict[str, Any]], None]


class Asked(NamedTuple):
    """As of which day in the world, and using only what had been recorded by which instant; None: does not matter."""

    day: date | None = None
    known_at: datetime | None = None

    def __bool__(self) -> bool:
        """Whether it is about then, and not about now."""
        return self.day is not None or self.known_at is not None


class Replayable(Protocol):
    """One view, and what can be done with it; `two_clocks`: whether its rows say since when and until when."""

    name: str
    two_clocks: bool

    def replace(self) -> Replayed:
        """Make it anew, to serve from then on."""

    def standing(self) -> Replayed:
        """The one that serves, as it is."""

    def replay(self, upto: int, day: date | None, show: Show | None) -> Replayed:
        """Make it as it would have been made at a position, beside the one that serves; `show` is given each row."""

    def compare(self, upto: int | None, day: date | None) -> Comparison:
        """Make it anew and compare it with the one that serves."""


class _Plain:
    """A view that follows from one stream's records."""

    two_clocks = True

    def __init__(self, conninfo: str, view: View) -> None:
        self.name = view.name
        self._conninfo = conninfo
        self._view = view

    def replace(self) -> Replayed:
        done = rebuild.rebuild(self._conninfo, self._view)
        with psycopg.connect(self._conninfo, autocommit=True) as connection:
            found = hashes.view_hash(connection, self._view, hashes.Extent(done.position))
        return Replayed(done.position, found, done.parked)

    def standing(self) -> Replayed:
        return rebuild.standing(self._conninfo, self._view)

    def replay(self, upto: int, day: date | None, show: Show | None) -> Replayed:
        return rebuild.replay(self._conninfo, self._view, upto, day, show)

    def compare(self, upto: int | None, day: date | None) -> Comparison:
        return rebuild.compare(self._conninfo, self._view, upto, day)


class _Notices:
    """What committees are told: what is missing is added and what differs is corrected, and nothing is taken back."""

    name = notices.NAME
    two_clocks = True

    def __init__(self, conninfo: str, ledger: str) -> None:
        self._conninfo = conninfo
        self._ledger = ledger
        self._policies = Policies.read(known=wire.FACTS)

    def replace(self) -> Replayed:
        return told.replace(self._conninfo, self._ledger, self._policies)

    def standing(self) -> Replayed:
        return told.standing(self._conninfo)

    def replay(self, upto: int, day: date | None, show: Show | None) -> Replayed:
        return told.replay(self._conninfo, self._ledger, self._policies, upto, day, show)

    def compare(self, upto: int | None, day: date | None) -> Comparison:
        return told.compare(self._conninfo, self._ledger, self._policies, upto, day)


class _Kept:
    """What the board keeps beside the views, from which it is made: only the latest of it."""

    two_clocks = False

    def __init__(self, conninfo: str, table: board_replay.Kept, zone: ZoneInfo) -> None:
        self.name = table.value
        self._of = (conninfo, table, zone)

    def replace(self) -> Replayed:
        return board_replay.replace(*self._of)

    def standing(self) -> Replayed:
        conninfo, table, _ = self._of
        return board_replay.standing(conninfo, table)

    def replay(self, upto: int, day: date | None, show: Show | None) -> Replayed:
        return board_replay.replay(*self._of, upto, day, show)

    def compare(self, upto: int | None, day: date | None) -> Comparison:
        return board_replay.compare(*self._of, upto, day)


def prepare(data: Path | None, url: str | None = None) -> Settings:
    """The settings with which the system on a directory was started, with its database, or with the one that is named.

    Raises:
        Trouble: there is none, or it does not answer.
    """
    settings = Settings.read(data=data, database=url)
    found = database.of(settings)
    database.require_usable(found)
    return started_with.take(settings.model_copy(update={"database": found}))


def find(settings: Settings, name: str) -> list[Replayable]:
    """The view of that name, or all of them in the order of their names, and then what is made from them.

    Raises:
        Trouble: there is no such view.
    """
    assert settings.database is not None, "whoever asks has found it"
    found: dict[str, Replayable] = {view.name: _Plain(settings.database, view) for view in views(settings)}
    found[_Notices.name] = _Notices(settings.database, settings.ledger)
    kept = {table.value: _Kept(settings.database, table, ZoneInfo(settings.timezone)) for table in board_replay.Kept}
    if name == ALL:
        return [found[each] for each in sorted(found)] + list(kept.values())
    found.update(kept)
    if name not in found:
        near = get_close_matches(name, found, n=1)
        meant = f"did you mean {near[0]}?" if near else f"there are {', '.join(sorted(found))}"
        raise Trouble(f"there is no view {name}: {meant}", Exit.NOT_FOUND)
    return [found[name]]


def place(settings: Settings, asked: Asked) -> int | None:
    """The last position that was known at the instant asked about; of a day alone the log's end, and else None.

    Raises:
        Trouble: the database does not answer.
    """
    assert settings.database is not None, "whoever asks has found it"
    if not asked:
        return None
    with troubles(), psycopg.connect(settings.database, autocommit=True, connect_timeout=CONNECT_SECONDS) as connection:
        return last_position(connection) if asked.known_at is None else position_at(connection, asked.known_at)


@contextmanager
def troubles() -> Iterator[None]:
    """What is known to go wrong, as a line that says what to do; a database's own text might quote what it holds."""
    try:
        yield
    except Busy as busy:
        raise Trouble(f"{busy}: wait until it is done", Exit.REFUSED) from None
    except Hole as hole:
        raise Trouble(f"the log cannot be read: {hole}", Exit.UNVERIFIED) from None
    except LookupError as missing:
        raise Trouble(f"{missing}: start the system once with `caunoi up`") from None
    except ValueError as unfit:
        raise Trouble(str(unfit)) from None
    except psycopg.errors.LockNotAvailable:
        raise Trouble("somebody reads the view for too long; nothing was changed, try again", Exit.REFUSED) from None
    except psycopg.OperationalError as away:
        if away.sqlstate is None:  # it never came as far as the server
            raise Trouble(f"the database does not answer: {str(away).strip()}") from None
        raise Trouble(f"the database has ended the work ({away.sqlstate}); nothing was changed, try again") from None
    except psycopg.errors.InsufficientPrivilege:
        raise Trouble(
            "the database does not let this role make views anew: name it as caunoi_app or its owner"
        ) from None
