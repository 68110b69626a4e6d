"""Keeps the months of a board: what the log has changed is worked out anew, and written with the position read to."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from threading import Event
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import psycopg
import structlog

from events.fact import Id
from projections import cell_months, cell_years
from projections.asked import AsOf
from projections.cell_months import NAME, Month
from projections.fold import Poison
from projections.parked import PARKED, park
from projections.patience import patiently
from projections.positions import Held, Zombie, advance, positions
from projections.view import FOREVER
from services.scoring import cell_months as working_out
from services.scoring.board_touched import Years, known, touched
from services.scoring.rules_in_force import RulesInForce

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
AT_ONCE = 500
"""Cells whose months are in memory at a time."""

log = structlog.get_logger("board")


class _Failed(NamedTuple):
    """A cell whose year could not be worked out, and why."""

    cell: Id
    error: Exception


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
        made = list(self._months(years, upto))
        failed = [one for one in made if isinstance(one, _Failed)]
        lost = {one.cell for one in failed}
        fresh = {cell for cell, _ in years} - lost
        with self._write().transaction():
            self._hold(held)
            again = [one for one in years if one[0] not in lost]
            cell_months.clear(self._write(), again)
            cell_months.write(self._write(), (m for m in made if isinstance(m, Month) and m.cell not in lost))
            cell_years.replace(self._write(), again)
            if fresh and self._parked():
                self._write().execute(UNPARK, (NAME, list(fresh)))
            self._park(failed, upto)
            advance(self._write(), {NAME: held.position}, upto)
        self._tell()

    def _fill(self, years: Years, upto: int) -> None:
        failed: list[_Failed] = []
        some: list[Month] = []
        for one in self._months(years, upto):
            if isinstance(one, _Failed):
                failed.append(one)
                continue
            some.append(one)
            if len(some) >= 5000:
                cell_months.write(self._write(), some)
                some = []
        cell_months.write(self._write(), some)
        cell_years.add_all(self._write())
        self._park(failed, upto)

    def _months(self, years: Years, upto: int) -> Iterator[Month | _Failed]:
        """The months of these years as known at a position. A cell that cannot be worked out stops no other."""
        rules = RulesInForce.read(self._read(), upto)
        for year, cells in _some(years):
            try:
                made = [month for months in self._of(cells, year, rules, upto) for month in months]
            except psycopg.OperationalError:
                raise
            except Exception:  # noqa: BLE001  # whose it is will be found
                yield from self._carefully(cells, year, rules, upto)
            else:
                yield from made

    def _carefully(self, cells: Sequence[Id], year: int, rules: RulesInForce, upto: int) -> Iterator[Month | _Failed]:
        for cell in cells:
            try:
                made = [month for months in self._of([cell], year, rules, upto) for month in months]
            except psycopg.OperationalError:
                raise
            except Exception as error:  # noqa: BLE001  # it is parked, visibly
                yield _Failed(cell, error)
            else:
                yield from made

    def _of(self, cells: Sequence[Id], year: int, rules: RulesInForce, upto: int) -> Iterable[list[Month]]:
        return working_out.read(self._read(), cells, year, rules, self._zone, AsOf(FOREVER, upto))

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

    def _park(self, failed: Sequence[_Failed], upto: int) -> None:
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


def _some(years: Years) -> Iterator[tuple[int, list[Id]]]:
    """Cells of one year, some at a time."""
    ordered = sorted(years, key=lambda one: (one[1], one[0]))
    for year, found in groupby(ordered, lambda one: one[1]):
        cells = [cell for cell, _ in found]
        for first in range(0, len(cells), AT_ONCE):
            yield year, cells[first : first + AT_ONCE]
