"""A score as the outside sees it: points, the line behind each of them, and the bands of those who judge."""

from datetime import date
from decimal import Decimal

import msgspec
from msgspec import Struct, field

from events.fact import Id


class Line(Struct, frozen=True):
    """One item. `points` is None where nothing can be known yet or nobody has judged; `facts` are positions."""

    item: str
    title: str
    points: Decimal | None
    max: Decimal
    because: str
    facts: tuple[int, ...]
    source: str
    judged: bool


class GateLine(Struct, frozen=True):
    """A condition on top of points; `met` is None while an item that it needs has no points."""

    gate: str
    band: str
    met: bool | None
    because: str
    source: str


class Bands(Struct, frozen=True):
    """What the facts, the committee, the cell's vote and the superior say, each kept apart; None: nothing (yet)."""

    computed: str | None = None
    self_: str | None = field(name="self", default=None)
    vote: str | None = None
    superior: str | None = None

    @property
    def in_force(self) -> str | None:
        """The superior's word, else the vote's, else the committee's, else what the facts compute."""
        return self.superior or self.vote or self.self_ or self.computed


class Rubric(Struct, frozen=True):
    """Which rule pack was applied; the paper behind it is known by issuer, number and day (`on`) together."""

    id: str
    version: int
    issuer: str
    number: str
    on: date


class Score(Struct, frozen=True):
    """A meeting's score. `points` is the sum of the lines that have some, None where none has; `rubric` None: no pack
    held on that day. `complete`: every line has points. `late`: positions recorded after the superior had decided;
    they count in the computed points and in no band that was decided. `position`: the last one looked at.
    """

    meeting: Id
    cell: Id
    on: date
    points: Decimal | None
    band: str | None
    complete: bool
    rubric: Rubric | None
    bands: Bands
    lines: tuple[Line, ...]
    gates: tuple[GateLine, ...]
    late: tuple[int, ...]
    position: int


_ENCODER = msgspec.json.Encoder(decimal_format="number")


def to_json(score: Score) -> bytes:
    """The score as JSON; points are numbers, written with the digits that they have."""
    return _ENCODER.encode(score)
