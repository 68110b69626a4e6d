"""All books together: the history in the order of its days, and what was passed over, counted by kind."""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date
from typing import NamedTuple

from services.program.demo.known import Known
from services.program.demo.liaison import liaison
from services.program.demo.lines import DIRTY, Line, PassedOver, Reading
from services.program.demo.meetings import meetings
from services.program.demo.merits import merits
from services.program.demo.oath import oath
from services.program.demo.organisations import organisations
from services.program.demo.roll import roll
from services.program.demo.sheets import OPENED_ON
from services.program.demo.transfers import transfers
from services.trouble import Trouble

# What a book mentions stands in an earlier one. On one day this is the order of the lines, too: the rolls of the oath
# review are frozen after all else that happened by that day.
IN_ORDER: tuple[Callable[[Known], Iterator[Reading]], ...] = (
    organisations, roll, transfers, merits, liaison, meetings, oath,
)  # fmt: skip


class Books(NamedTuple):
    """What the books say, and what was left out of it."""

    lines: list[Line]
    passed_over: list[PassedOver]
    known: Known

    def until(self, today: date) -> list[Line]:
        """The lines of the days that have come; raises Trouble where none has, by this machine's clock."""
        come = [line for line in self.lines if line.on <= today]
        if not come:
            raise Trouble(f"this machine's clock says {today}, and the books begin on {OPENED_ON}: please set it")
        return come

    def summary(self) -> str:
        """What was passed over, in a sentence."""
        kinds = Counter(passed.kind for passed in self.passed_over)
        dirty = kinds.pop(DIRTY, 0)
        rest = ", ".join(f"{count} {kind}" for kind, count in kinds.most_common())
        return f"passed over: {dirty} rows that are unclear, and what the demonstration leaves out: {rest}"


def read() -> Books:
    """Reads every book; sends nothing."""
    known = Known()
    readings = [reading for book in IN_ORDER for reading in book(known)]
    lines = [reading for reading in readings if isinstance(reading, Line)]
    passed_over = [reading for reading in readings if isinstance(reading, PassedOver)]
    return Books(sorted(lines, key=lambda line: line.on), passed_over, known)
