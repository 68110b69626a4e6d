"""A rule pack: a rubric's items, the points that facts or people may give, and the bands that their sum falls into."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, WithJsonSchema

from events.organisation import CellKind

Words = Annotated[str, Field(min_length=1, max_length=500)]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$", max_length=60)]
NUMBER = WithJsonSchema({"type": "number"})
Figure = Annotated[Decimal, Field(max_digits=8, decimal_places=4), NUMBER]
Points = Annotated[Decimal, Field(ge=0, le=100, decimal_places=2), NUMBER]

FULL_MARKS = Decimal(100)


class Part(BaseModel):
    """A misspelt field would change a rule without a word, so fields that are not known are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Bounds(Part):
    """Where one measure has to lie; all that are given must hold."""

    at_least: Figure | None = None
    above: Figure | None = None
    at_most: Figure | None = None
    below: Figure | None = None

    def hold(self, value: Decimal) -> bool:
        """Whether the value lies there."""
        return (
            (self.at_least is None or value >= self.at_least)
            and (self.above is None or value > self.above)
            and (self.at_most is None or value <= self.at_most)
            and (self.below is None or value < self.below)
        )


class Option(Part):
    """Points for facts whose measures lie within bounds; `text` says the condition in the issuer's language."""

    points: Points
    text: Words
    bounds: Annotated[dict[str, Bounds], Field(alias="if", min_length=1)]

    def holds(self, measures: Mapping[str, Decimal]) -> bool:
        """Whether every bound holds; a measure that the facts do not give lies nowhere."""
        return all(name in measures and bounds.hold(measures[name]) for name, bounds in self.bounds.items())


class Item(Part):
    """A line of a rubric: people judge it, or a `rule` measures facts and the first option that holds gives points.

    With both, people judge where the facts that the rule looks at are not on record.
    """

    id: Name
    title: Words
    group: Words | None = None
    max: Annotated[Decimal, Field(gt=0, le=100, decimal_places=2), NUMBER]
    judged: bool = False
    rule: Name | None = None
    options: tuple[Option, ...] = ()
    source: Words

    def option(self, measures: Mapping[str, Decimal]) -> Option | None:
        """The first option that holds; None: no points."""
        return next((option for option in self.options if option.holds(measures)), None)


class Band(Part):
    """Points from `at_least` on and below `below`; the best band has no upper end."""

    id: Name
    title: Words
    at_least: Points
    below: Points | None = None


class Gate(Part):
    """On top of points: `band` needs full marks on the `items`, and is `otherwise` without them."""

    id: Name
    band: Name
    items: Annotated[tuple[Name, ...], Field(min_length=1)]
    otherwise: Name
    source: Words


class Pack(Part):
    """A rubric as one issuer dated it; it holds for meetings of `[valid_from, valid_to)`. Made by `rulebook_file.read`.

    `kinds` are the kinds of cell that it is for, all where there are none. Numbers of papers repeat: a paper is known
    by its issuer, its number and its day (`on`) together.
    """

    id: Name
    version: Annotated[int, Field(ge=1)]
    title: Words
    issuer: Words
    number: Words
    on: date
    valid_from: date
    valid_to: date | None = None
    kinds: tuple[CellKind, ...] = ()
    items: Annotated[tuple[Item, ...], Field(min_length=1)]
    bands: Annotated[tuple[Band, ...], Field(min_length=1)]
    gates: tuple[Gate, ...] = ()

    def valid_on(self, day: date) -> bool:
        """Whether it holds for what happened on that day."""
        return self.valid_from <= day and (self.valid_to is None or day < self.valid_to)

    def band(self, points: Decimal) -> str:
        """The band of that many points."""
        return next(
            band.id for band in self.bands if band.at_least <= points and (not band.below or points < band.below)
        )

    def maxima(self) -> dict[str, Decimal]:
        """What people may give at most, by the ids of the items that they judge."""
        return {item.id: item.max for item in self.items if item.judged}
