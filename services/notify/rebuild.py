"""Makes all notices anew from the log, beside the ones that stand, says where they differ, and sets that right.

Nothing that was told is taken back: a notice that the log no longer gives is counted and kept, because a committee may
have read it. A notice that a rebuild adds came into the inbox when it was added.
"""

from typing import Any, NamedTuple

import psycopg

from events.fact import Id, Record
from projections import subscribers
from projections.fold import Poison
from projections.notices import FROM_THE_LOG, NAME, TABLE, reach, write
from projections.parked import GENERATION, park
from projections.positions import positions
from projections.reading import Hole, following, page, pasts
from services.notify.policies_in_force import Policies
from services.notify.states import Past, States
from services.notify.subscribing.matching import Matching
from services.notify.telling import Telling
from services.notify.worker import judge

PAGE = 10_000
ANEW = "pg_temp.anew"
MAKE = f"CREATE TEMPORARY TABLE anew (LIKE {TABLE} INCLUDING INDEXES)"
COMPARE = f"""
SELECT count(*) FILTER (WHERE stands.id IS NULL), count(*) FILTER (WHERE anew.id IS NULL),
       count(*) FILTER (WHERE anew.id = stands.id AND anew IS DISTINCT FROM stands)
FROM (SELECT {FROM_THE_LOG} FROM {ANEW}) anew
FULL JOIN (SELECT {FROM_THE_LOG} FROM {TABLE} WHERE NOT alert) stands USING (id)
"""  # noqa: S608  # fixed texts only, here and below
CORRECT = f"""
UPDATE {TABLE} stands SET ({FROM_THE_LOG}) = (SELECT {FROM_THE_LOG} FROM {ANEW} anew WHERE anew.id = stands.id)
WHERE id IN (SELECT id FROM (SELECT {FROM_THE_LOG} FROM {ANEW} EXCEPT SELECT {FROM_THE_LOG} FROM {TABLE}) differ)
"""  # noqa: S608
ADD = f"""
INSERT INTO {TABLE} ({FROM_THE_LOG}) SELECT {FROM_THE_LOG} FROM {ANEW} ORDER BY position, id
ON CONFLICT (id) DO NOTHING RETURNING id::text
"""  # noqa: S608
# An acknowledgement that a notice had before it was lost is a step of it as well.
ANSWERED = f"""
INSERT INTO exchange.steps (notice, at, state, cause)
SELECT id, acknowledged_at, 'acknowledged', 'made anew' FROM {TABLE} n WHERE acknowledged_at IS NOT NULL
AND NOT EXISTS (SELECT FROM exchange.steps s WHERE s.notice = n.id AND s.state = 'acknowledged')
"""  # noqa: S608
UNPARK = "DELETE FROM views.parked WHERE view = %s"


class Difference(NamedTuple):
    """How the notices that stand differ from those that the log gives, as of one position."""

    position: int
    missing: int
    surplus: int
    different: int


class Rebuild:
    """Notices made anew in a table of the session's own, which no other sees."""

    def __init__(self, connection: psycopg.Connection[Any], ledger: str, policies: Policies) -> None:
        self._connection = connection
        past: Past = lambda streams, upto: pasts(connection, streams, upto)  # noqa: E731  # one for both
        self._telling = Telling(ledger, policies, States(past))
        self._matching = Matching(ledger, self._telling.states, past)
        self._of_subscribers: list[Record] = []
        self._position = 0
        self._let_be: set[Id] = set()
        self.poisons: list[Poison] = []
        connection.execute(MAKE)

    def read(self, upto: int) -> None:
        """Tell, into the session's own table, what the log says up to a position."""
        while self._position < upto:
            found = page(self._connection, self._position, min(PAGE, upto - self._position))
            records = following(found, self._position)
            if not records:
                raise Hole(f"the log ends at {self._position}, and has been read to {upto}")
            self._telling.prepare(records, self._position)
            self._matching.prepare(records, self._position)
            batch = judge(self._telling, self._matching, records, self._let_be)
            self._matching.taken()
            keeps = (one for one in records if one.kind in subscribers.KINDS and one.stream not in self._let_be)
            self._of_subscribers += keeps
            write(self._connection, batch.told, batch.acknowledged, ANEW)
            self.poisons += batch.poisons
            self._telling.states.settle()
            self._position = records[-1].position

    def compare(self) -> Difference:
        """How what stands differs; the caller holds the position that was read to."""
        row = self._connection.execute(COMPARE.encode()).fetchone()
        assert row is not None, "counts are always answered"
        return Difference(self._position, *row)

    def settle(self) -> None:
        """Add what is missing, set right what differs, and park what cannot be read now, and nothing else."""
        subscribers.keep(self._connection, self._of_subscribers)
        self._connection.execute(CORRECT.encode())
        added = self._connection.execute(ADD.encode()).fetchall()
        reach(self._connection, [row[0] for row in added])
        self._connection.execute(ANSWERED.encode())
        self._connection.execute(UNPARK, [NAME])
        park(self._connection, NAME, self.poisons)
        self._connection.execute(GENERATION, [NAME])


def rebuild(conninfo: str, ledger: str, policies: Policies, *, settle: bool = True) -> Difference:
    """Compare the notices with the log and, unless told not to, set them right; whoever tells meanwhile waits a moment.

    Raises:
        Hole: the log has a hole; nothing was changed.
    """
    with psycopg.connect(conninfo, autocommit=True) as connection:
        anew = Rebuild(connection, ledger, policies)
        anew.read(positions(connection, [NAME])[NAME].position)
        with connection.transaction():
            anew.read(positions(connection, [NAME], hold=True)[NAME].position)
            difference = anew.compare()
            if settle:
                anew.settle()
    return difference
