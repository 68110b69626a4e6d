"""What a change must know of rule packs, which are scoring's: what was sent, what was shipped, what holds for whom."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from events.fact import Id, stored_name
from events.request import Unless
from events.rule import RulePublished
from projections import rules as view
from projections import tree
from projections.asked import AsOf
from projections.reading import last_position
from projections.waiting import at_least
from services.ingest.asked import Asked
from services.ingest.streams import Source
from services.web.problem import FORM, Problem, forbidden
from services.web.rules import InForce, PackAtFault, Rules

VIEWS_OF_A_YEAR = (view.VIEW.name, tree.VIEW.name, "roll", "offices", "absences", "meetings")
"""From which the score of an organisation's year follows."""


@dataclass(frozen=True, slots=True)
class PackSent:
    """What a body says a pack is, TOML or JSON."""

    text: str

    def ask(self, source: Source) -> RulePublished | Problem:
        """The version that it is, or what is wrong with it."""
        try:
            return _must_be(source.rules).read(self.text)
        except PackAtFault as fault:
            return Problem(422, "rule.at_fault", FORM, fault.errors)


@dataclass(frozen=True, slots=True)
class Shipped:
    """All packs that came with the program."""

    def ask(self, source: Source) -> Sequence[RulePublished]:
        """All their versions."""
        return _must_be(source.rules).shipped()


class Names(NamedTuple):
    """Of all packs that were published up to a position, each once."""

    position: int
    packs: tuple[str, ...]

    @property
    def unless(self) -> Unless:
        """That there is no other by now, nor another version."""
        return Unless(self.position, (), (stored_name(RulePublished),))


@dataclass(frozen=True, slots=True)
class Published:
    """The names of all packs that were published, by the whole log up to now."""

    def ask(self, source: Source) -> Names:
        """They, as a condition of what is decided by them.

        Raises:
            Behind: the view has not read the log to its end in time.
        """
        connection = source.connection
        position = last_position(connection)
        at_least(connection, (view.VIEW.name,), position)
        return Names(position, view.published(connection))


@dataclass(frozen=True, slots=True)
class Overruled:
    """Whether an organisation adopted a rival of a pack for the same day since, by the whole log up to now."""

    pack: str
    organisation: Id
    day: date
    rivals: tuple[str, ...]

    def ask(self, source: Source) -> bool:
        """It did.

        Raises:
            Behind: the view has not read the log to its end in time.
        """
        connection = source.connection
        at_least(connection, (view.VIEW.name,), last_position(connection))
        return view.overruled(connection, self.pack, self.organisation, self.day, self.rivals)


@dataclass(frozen=True, slots=True)
class TopOfTree:
    """The one organisation above which nothing stands on a day."""

    day: date

    def ask(self, source: Source) -> Id | None:
        """Its id; None where there are several, or none."""
        return tree.top(source.connection, AsOf(self.day))


@dataclass(frozen=True, slots=True)
class PackInForce:
    """The pack by which something of an organisation is judged on a day: `of` is `meeting`, `four-good` or `year`."""

    of: str
    organisation: Id
    day: date
    exact: bool = False
    """By the whole log up to now; else as far as the views have read, at once."""

    def ask(self, source: Source) -> InForce | None:
        """None where there is none, or where this process knows no rules.

        Raises:
            Behind: the views have not read the log to its end in time.
        """
        connection, rules = source.connection, source.rules
        if self.exact and rules is not None:
            at_least(connection, (view.VIEW.name, tree.VIEW.name), last_position(connection))
        return rules.in_force(connection, self.of, self.organisation, self.day) if rules is not None else None


@dataclass(frozen=True, slots=True)
class BrokenConditions:
    """What of the year's frame an organisation does not meet for a band, by the whole log up to now."""

    organisation: Id
    year: int
    band: str

    def ask(self, source: Source) -> Mapping[str, str]:
        """By gate, in words; {} where nothing is broken, or where this process knows no rules.

        Raises:
            Behind: the views have not read the log to its end in time.
        """
        connection, rules = source.connection, source.rules
        if rules is None:
            return {}
        at_least(connection, VIEWS_OF_A_YEAR, last_position(connection))
        return rules.broken(connection, self.organisation, self.year, self.band)


def must_be_of_pack(asked: Asked[Any], question: PackInForce, given: Mapping[str, Decimal] | None) -> None:
    """Points that people give are for items that people judge, and no more than these are worth.

    Raises:
        Problem: 422, with a pointer to each item that the pack in force does not have, that facts decide, that is worth
            less, or that is given whole or not at all.
    """
    if not given:
        return
    pack: InForce | None = asked.sight.answer(question)
    if pack is None:
        return
    errors = [(f"/items/{item}", why) for item, points in given.items() if (why := _wrong(pack, item, points))]
    if errors:
        raise Problem(422, "invalid", FORM, errors)


def must_score(asked: Asked[Any], question: PackInForce, body: str) -> None:
    """The body (`self`, `vote` or `superior`) scores by the pack in force; without a pack every body may.

    Raises:
        Problem: 403.
    """
    pack: InForce | None = asked.sight.answer(question)
    if pack is not None and body not in pack.scored_by:
        raise forbidden(f"by the pack in force, {pack.pack} version {pack.version}, this body does not score")


def _wrong(pack: InForce, item: str, points: Decimal) -> str | None:
    known = pack.items.get(item)
    if known is None:
        return None if pack.model else f"the pack in force, {pack.pack} version {pack.version}, has no such item"
    if not known.judged:
        return f"facts decide this item of {pack.pack}, and nobody gives points for it"
    if points > known.max:
        return f"this item of {pack.pack} is worth {known.max:f} points at most"
    if known.whole and points not in (0, known.max):
        return f"this item of {pack.pack} is worth {known.max:f} points or none"
    return None


def _must_be(rules: Rules | None) -> Rules:
    if rules is None:
        raise Problem(503, "unavailable", "this process has no rule packs at hand")
    return rules
