"""Keeps the months of a board: what the log has changed is worked out anew, and written with the position read to."""

from collections.abc import Iterator, Sequence
from threading import Event
from typing import Any
from zoneinfo import ZoneInfo

import psycopg
import structlog

from events.fact import Id
from projections import cell_months, cell_years
from projections.anew import Busy
from projections.asked import AsOf
from projections.cell_months import NAME, Month
from projections.fold import Poison
from projections.parked import PARKED, park
from projections.patience import patiently
from projections.positions import Held, Zombie, advance, positions
from projections.view import FOREVER
from services.scoring.boards.board_making import Failed, made
from services.scoring.boards.board_touched import Years, known, touched

LEANS_ON = (
    "absences", "admissions", "concerns", "contacts", "meetings", "offices", "roll", "rules", "tree",
)  # fmt: skip
"""The views that say what is around a meeting, and where a change of theirs is found."""
FAR = 20_000
"""Records that are looked through for what they touch; with more before it the table is made anew."""
SESSION = "SET application_name = 'caunoi board'; SET synchronous_commit = off; SET jit = off"
EMPTY = "DELETE FROM views.cell_months; DELETE FROM views.cell_years"
UNPARK = "DELETE FROM views.parked WHERE view = %s AND stream = ANY (%s::uuid[])"
TELL = "SELECT pg_notify('views', '')"
ATTEMPTS = 20

log = structlog.get_logger("board")


class BoardFeeder:
    """Follows the views, which others feed; for one thread. What it was killed over is done again."""

    def __init__(self, conninfo: str, zone: ZoneInfo) -> None:
        self._conninfo = conninfo
        self._zone = zone
        self._writing: psycopg.Connection[Any] | None = None
        self._reading: psycopg.Connection[Any] | None = None

    def run(self, stop: Event, *, wait: float = 0.5) -> None:
        """Feed until told to stop.

        Raises:
            psycopg.Error: feeding cannot go on; what was fed stays.
        """
        cell_months.install(self._conninfo)
        try:
            while not stop.is_set():
                patiently(self.step, self.close, log)
                patiently(lambda: self._listen(wait), self.close, log)
        finally:
            self.close()

    def step(self) -> None:
        """Go to where the views stand. Who has done so meanwhile in another process has done the same."""
        reading = self._read()
        held = positions(reading, [NAME])[NAME]
        upto = min(view.position for view in positions(reading, LEANS_ON).values())
        try:
            if held.position == 0 or upto - held.position > FAR:
                if upto > 0:
                    self._make_anew(held, upto)
            elif upto > held.position:
                self._go_on(held, upto)
        except Zombie:
            log.info("another process keeps the board, too")

    def anew(self) -> None:
        """Make all of it anew to where the views stand, whatever is kept.

        Raises:
            Busy: another process moves it on all the time.
        """
        for _ in range(ATTEMPTS):
            held = positions(self._read(), [NAME])[NAME]
            upto = max(held.position, min(view.position for view in positions(self._read(), LEANS_ON).values()))
            try:
                return self._make_anew(held, upto)
            except Zombie:
                continue
        raise Busy(f"another process moves {NAME} on all the time")

    def close(self) -> None:
        """Give back the connections; what was fed stays."""
        for connection in (self._writing, self._reading):
            if connection is not None:
                connection.close()
        self._writing = self._reading = None

    def _make_anew(self, held: Held, upto: int) -> None:
        """All of it in one transaction, some cells at a time: until then whoever asks sees what there was."""
        log.info("making anew", position=upto)
        years = known(self._read())
        with self._write().transaction():
            self._hold(held)
            self._write().execute(EMPTY)
            self._write().execute(UNPARK, (NAME, self._parked()))
            self._fill(years, upto)
            advance(self._write(), {NAME: held.position}, upto)
        self._tell()

    def _go_on(self, held: Held, upto: int) -> None:
        years = touched(self._read(), held.position, upto)
        told = list(self._months(years, upto))
        failed = [one for one in told if isinstance(one, Failed)]
        lost = {one.cell for one in failed}
        fresh = {cell for cell, _ in years} - lost
        with self._write().transaction():
            self._hold(held)
            again = [one for one in years if one[0] not in lost]
            cell_months.clear(self._write(), again)
            cell_months.write(self._write(), (m for m in told if isinstance(m, Month) and m.cell not in lost))
            cell_years.replace(self._write(), again)
            if fresh and self._parked():
                self._write().execute(UNPARK, (NAME, list(fresh)))
            self._park(failed, upto)
            advance(self._write(), {NAME: held.position}, upto)
        self._tell()

    def _fill(self, years: Years, upto: int) -> None:
        failed: list[Failed] = []
        some: list[Month] = []
        for one in self._months(years, upto):
            if isinstance(one, Failed):
                failed.append(one)
                continue
            some.append(one)
            if len(some) >= 5000:
                cell_months.write(self._write(), some)
                some = []
        cell_months.write(self._write(), some)
        cell_years.add_all(self._write())
        self._park(failed, upto)

    def _months(self, years: Years, upto: int) -> Iterator[Month | Failed]:
        """The months of these years as known at a position. A cell that cannot be worked out stops no other."""
        return made(self._read(), self._zone, years, AsOf(FOREVER, upto))

    def _hold(self, held: Held) -> None:
        """Keep everybody else from it until the transaction ends.

        Raises:
            Zombie: somebody else has moved it meanwhile.
        """
        if positions(self._write(), [NAME], hold=True)[NAME].position != held.position:
            raise Zombie(f"{NAME} has moved")

    def _parked(self) -> list[Id]:
        found = self._write().execute(PARKED, [[NAME]]).fetchall()
        return [cell for _, cells in found for cell in cells]

    def _park(self, failed: Sequence[Failed], upto: int) -> None:
        poisons = [Poison(one.cell, upto, "cell.year", type(one.error).__name__) for one in failed]
        park(self._write(), NAME, poisons)

    def _tell(self) -> None:
        self._write().execute(TELL)

    def _listen(self, wait: float) -> None:
        """Return once a feeder has told that its views moved, or after `wait` seconds: the hint may be lost."""
        reading = self._read()
        for _ in reading.notifies(timeout=wait, stop_after=1):
            pass

    def _write(self) -> psycopg.Connection[Any]:
        if self._writing is None:
            self._writing = psycopg.connect(self._conninfo, autocommit=True, connect_timeout=5)
            self._writing.execute(SESSION.encode())
        return self._writing

    def _read(self) -> psycopg.Connection[Any]:
        if self._reading is None:
            self._reading = psycopg.connect(self._conninfo, autocommit=True, connect_timeout=5)
            self._reading.execute(SESSION.encode())
            self._reading.execute("LISTEN views")
        return self._reading
