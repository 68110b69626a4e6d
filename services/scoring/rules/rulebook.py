"""A rule pack: a rubric's items, the points that facts or people may give, and the bands that their sum falls into."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Annotated
from unicodedata import normalize

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, WithJsonSchema

from events.organisation import CellKind


def _line(value: str) -> str:
    """One line in composed form (NFC), without signs that nobody sees.

    Raises:
        ValueError: there are such signs, or nothing else.
    """
    value = " ".join(normalize("NFC", value).split())
    if not value or not value.isprintable():
        raise ValueError("this is a line of text, without control characters")
    return value


Words = Annotated[str, Field(min_length=1, max_length=500), AfterValidator(_line)]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$", max_length=60)]
BandName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9]*([-_][a-z0-9]+)*$", max_length=60)]
"""A year's bands have the names under which the log keeps them."""
NUMBER = WithJsonSchema({"type": "number"})
Figure = Annotated[Decimal, Field(max_digits=8, decimal_places=4), NUMBER]
Points = Annotated[Decimal, Field(ge=0, le=100, decimal_places=2), NUMBER]

FULL_MARKS = Decimal(100)


class Of(StrEnum):
    """What a pack judges: one meeting, a cell's year towards "four good", a year's work, or a province's objectives."""

    MEETING = "meeting"
    FOUR_GOOD = "four-good"
    YEAR = "year"
    INDICATORS = "indicators"


class Condition(StrEnum):
    """What the surroundings of a meeting may be: a thematic meeting in its month; a cell that has only a secretary."""

    THEMATIC_MONTH = "thematic-month"
    SECRETARY_ONLY = "secretary-only"


class Body(StrEnum):
    """Who scores: the committee itself, the vote of those whom it leads, the superior."""

    SELF = "self"
    VOTE = "vote"
    SUPERIOR = "superior"


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
        for name, bounds in self.bounds.items():
            value = measures.get(name)
            if value is None or not bounds.hold(value):
                return False
        return True


class Item(Part):
    """A line of a rubric: people judge it, or a `rule` measures facts and the first option that holds gives points.

    With both, people judge where the facts that the rule looks at are not on record. Where the condition `when` does
    not hold, the item is not asked for and gives nothing; where `full_when` holds, it gives its maximum. An indicator
    has no `max` (0) but a `target`, in which its value has to lie.
    """

    id: Name
    title: Words
    group: Words | None = None
    max: Points = Decimal()
    judged: bool = False
    whole: bool = False
    """People give all of it or nothing: a line of a list of passes."""
    rule: Name | None = None
    options: Annotated[tuple[Option, ...], Field(max_length=60)] = ()
    when: Condition | None = None
    full_when: Condition | None = None
    target: Bounds | None = None
    source: Words

    def option(self, measures: Mapping[str, Decimal]) -> Option | None:
        """The first option that holds; None: no points."""
        for option in self.options:
            if option.holds(measures):
                return option
        return None


class Band(Part):
    """Points from `at_least` on and below `below`; the best band has no upper end."""

    id: BandName
    title: Words
    at_least: Points
    below: Points | None = None


class Gate(Part):
    """On top of points: `band` needs full marks on the `items`, and is `otherwise` without them.

    In place of items it may name a `rule` whose measures have to lie within bounds, or be `judged`: nobody but those
    who decide can know then whether it is met. Such a one says in `title` what it asks for.
    """

    id: Name
    title: Words | None = None
    band: BandName
    items: tuple[Name, ...] = ()
    rule: Name | None = None
    bounds: Annotated[dict[str, Bounds], Field(alias="if")] = {}
    judged: bool = False
    otherwise: BandName
    source: Words

    def holds(self, measures: Mapping[str, Decimal]) -> bool:
        """Whether every bound of its rule holds; a measure that the facts do not give lies nowhere."""
        return all(name in measures and bounds.hold(measures[name]) for name, bounds in self.bounds.items())


class Pack(Part):
    """A rubric as one issuer dated it; it holds for days of `[valid_from, valid_to)`. Made by `rulebook_file`.

    `of` is what it judges, `kinds` the kinds of cell that it is for, all where there are none, `scored_by` the bodies
    that score by it. Numbers of papers repeat: a paper is known by its issuer, its number and its day (`on`) together.
    """

    id: Name
    version: Annotated[int, Field(ge=1, le=1_000_000)]
    of: Of = Of.MEETING
    title: Words
    issuer: Words
    number: Words
    on: date
    valid_from: date
    valid_to: date | None = None
    kinds: tuple[CellKind, ...] = ()
    scored_by: tuple[Body, ...] = (Body.SELF, Body.VOTE, Body.SUPERIOR)
    full: Annotated[Decimal, Field(gt=0, le=100, decimal_places=2), NUMBER] = FULL_MARKS
    """What the maxima add up to."""
    items: Annotated[tuple[Item, ...], Field(min_length=1, max_length=100)]
    bands: tuple[Band, ...] = ()
    gates: tuple[Gate, ...] = ()

    def valid_on(self, day: date) -> bool:
        """Whether it holds for what happened on that day."""
        return self.valid_from <= day and (self.valid_to is None or day < self.valid_to)

    def suits(self, kind: CellKind | None) -> bool:
        """Whether it is for cells of that kind; one for some kinds only is not for an organisation that has none."""
        return not self.kinds or kind in self.kinds

    def item(self, ident: str) -> Item | None:
        """The item of that id; None where there is none."""
        return next((item for item in self.items if item.id == ident), None)

    def band(self, points: Decimal) -> str:
        """The band of that many points, 0 to 100, by a pack that has bands."""
        return next(
            band.id for band in self.bands if band.at_least <= points and (not band.below or points < band.below)
        )

    def maxima(self) -> dict[str, Decimal]:
        """What people may give at most, by the ids of the items that they judge."""
        return {item.id: item.max for item in self.items if item.judged}
