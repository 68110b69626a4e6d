"""What recording must know of rule packs: services that score tell it, and the composition root puts them together."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple, Protocol

import psycopg

from events.fact import Id
from events.rule import RulePublished


class Item(NamedTuple):
    """What people may give for it; not `judged`: facts alone decide. `whole`: all of it or nothing."""

    max: Decimal
    judged: bool
    whole: bool = False


class InForce(NamedTuple):
    """A pack that holds: its items by their ids, what the best band asks for, and from how many points each is given.

    `best`: so many points together, and `full` marks on these items. A `model` is a shipped four-good table that nobody
    has adopted: there is no national one, so a superior may have one of its own that is not here. `scored_by` are the
    bodies that score by it (`self`, `vote`, `superior`).
    """

    pack: str
    version: int
    items: Mapping[str, Item]
    best: Decimal = Decimal()
    full: Mapping[str, Decimal] = {}
    model: bool = False
    scored_by: frozenset[str] = frozenset()
    bands: Mapping[str, Decimal] = {}


class PackAtFault(Exception):
    """What was sent is no pack that could be used; `errors` are (RFC 6901 pointer, message) pairs."""

    def __init__(self, errors: Sequence[tuple[str, str]]) -> None:
        super().__init__("; ".join(message for _, message in errors))
        self.errors = tuple(errors)


class Rules(Protocol):
    """The packs that are at hand, and which of them holds."""

    def read(self, said: str) -> RulePublished:
        """A pack as it was sent, TOML or JSON.

        Raises:
            PackAtFault: with every fault.
        """

    def shipped(self) -> Sequence[RulePublished]:
        """All versions of all packs that came with the program."""

    def in_force(self, connection: psycopg.Connection[Any], of: str, organisation: Id, day: date) -> InForce | None:
        """The pack for what is judged of an organisation on a day, as far as the views have read; None: there is none.

        `of` is `meeting`, `four-good` or `year`.
        """

    def broken(self, connection: psycopg.Connection[Any], organisation: Id, year: int, band: str) -> Mapping[str, str]:
        """The conditions of the year's frame for a band that facts say are not met, by gate, in words."""
