"""A score as the outside sees it: points, the line behind each of them, and the bands of those who judge."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated, Any

import msgspec
from pydantic import WithJsonSchema

from events.fact import Id
from services.scoring.rules.rulebook import Pack

BANDS: Mapping[str, str] = {"good": "tốt", "fair": "khá", "average": "trung bình", "weak": "kém"}
"""The bands of a meeting and of a remark in words, whichever rubric they are of; another one's own id says it."""
Number = Annotated[Decimal, WithJsonSchema({"type": "number"})]
"""A decimal that JSON carries as a number, with the digits that it has."""


@dataclass(frozen=True, slots=True)
class Line:
    """One item. `points` is None where nothing can be known yet or nobody has judged; `facts` are positions.

    `claimed`: what the committee's own score says of it; it stands beside the points of an item that facts decide, and
    `because` tells the difference. `applies`: whether the rubric asks for the item at all this time; one that it does
    not ask for has no points, and the score is complete without it.
    """

    item: str
    title: str
    points: Number | None
    max: Number
    because: str
    facts: tuple[int, ...]
    source: str
    judged: bool
    claimed: Number | None = None
    applies: bool = True


@dataclass(frozen=True, slots=True)
class GateLine:
    """A condition on top of points; `met` is None while an item that it needs has no points."""

    gate: str
    band: str
    met: bool | None
    because: str
    source: str


@dataclass(frozen=True, slots=True)
class Bands:
    """What the facts, the committee, the cell's vote and the superior say, each kept apart; None: nothing (yet)."""

    computed: str | None
    self: str | None
    vote: str | None
    superior: str | None


def in_force(bands: Bands) -> str | None:
    """The superior's word, else the vote's, else the committee's, else what the facts compute."""
    return bands.superior or bands.vote or bands.self or bands.computed


@dataclass(frozen=True, slots=True)
class Rubric:
    """Which rule pack was applied; the paper behind it is known by issuer, number and day (`on`) together."""

    id: str
    version: int
    issuer: str
    number: str
    on: date

    @classmethod
    def of(cls, pack: Pack) -> "Rubric":
        """The pack, without its rules."""
        return cls(pack.id, pack.version, pack.issuer, pack.number, pack.on)

    def __str__(self) -> str:
        """In short: ID/VERSION."""
        return f"{self.id}/{self.version}"


@dataclass(frozen=True, slots=True)
class Short:
    """A meeting's score without its reasons; `rubric` is the pack's ID/VERSION, `position` the last one looked at."""

    meeting: Id
    cell: Id
    on: date
    points: Number | None
    band: str | None
    complete: bool
    bands: Bands
    rubric: str | None
    position: int


@dataclass(frozen=True, slots=True)
class Change:
    """Facts that would move the band to `band`, with `points` then: the positions `strikes` struck through, and `facts`
    (stored name and data) recorded. `items` are those that have other points; `sentence` says all of it for people.
    """

    sentence: str
    points: Number | None
    band: str
    items: tuple[str, ...]
    strikes: tuple[int, ...]
    facts: tuple[dict[str, Any], ...]


@dataclass(frozen=True, slots=True)
class Score:
    """A meeting's score. `points` is the sum of the lines that have some, None where none has; `rubric` None: no pack
    held on that day. `complete`: every line that applies has points. `late`: positions recorded after the superior had
    decided; they count in the computed points and in no band that was decided. `position`: the last one looked at.
    `changes`: what would move the band, the nearest first; told of one meeting that was asked for.
    """

    meeting: Id
    cell: Id
    on: date
    points: Number | None
    band: str | None
    complete: bool
    rubric: Rubric | None
    bands: Bands
    lines: tuple[Line, ...]
    gates: tuple[GateLine, ...]
    late: tuple[int, ...]
    position: int
    changes: tuple[Change, ...] = ()


_ENCODER = msgspec.json.Encoder(decimal_format="number")


def to_json(said: object) -> bytes:
    """JSON in which decimals are numbers, written with the digits that they have."""
    return _ENCODER.encode(said)
