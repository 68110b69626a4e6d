"""Which silence is told to whom, as dated data: read from files, checked, and asked for the rules of a day."""

import tomllib
from collections.abc import Iterable
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from services.notify.policy import Name, PolicyRefused

SHIPPED = Path(__file__).parent / "rules"


class Watched(StrEnum):
    """What may fail to happen."""

    REGULAR_MEETING = "regular-meeting"
    THEMATIC_MEETING = "thematic-meeting"
    DOCUMENTS = "documents"
    TRANSFER = "transfer"
    PROBATION = "probation"
    CONTACT = "contact"
    REMARK = "remark"
    SANCTION = "sanction"
    """Nothing has kept it in force: it has lapsed by its dates, of which there is no record."""


class Role(StrEnum):
    """In which role an organisation has to do with what did not happen."""

    OWN = "own"
    """The cell itself."""
    ABOVE = "above"
    """What the cell stands below on that day."""
    ORIGIN = "origin"
    DESTINATION = "destination"
    RESIDENCE = "residence"
    KEEPER = "keeper"
    """The residential cell that follows somebody, or the committee itself where no cell was given him."""


CELLS = frozenset({Role.OWN, Role.ABOVE})
KNOWS = {
    Watched.REGULAR_MEETING: CELLS,
    Watched.THEMATIC_MEETING: CELLS,
    Watched.DOCUMENTS: CELLS,
    Watched.PROBATION: CELLS,
    Watched.TRANSFER: frozenset({Role.ORIGIN, Role.DESTINATION}),
    Watched.CONTACT: frozenset({Role.RESIDENCE, Role.KEEPER}),
    Watched.REMARK: frozenset({Role.RESIDENCE, Role.KEEPER}),
    Watched.SANCTION: frozenset({Role.RESIDENCE}),
}
"""Who has to do with what."""


class Rule(BaseModel):
    """What is watched, from when on it is late, and who is told."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: Name
    """Part of each alert's id: never given to another rule of the same set, in no later version either."""
    watches: Watched
    says: str = Field("{name}: {day:%d/%m/%Y}", min_length=1, max_length=300)
    """What is read: `{name}` is the cell or the member that it is about, `{day}` the day that passed."""
    to: tuple[Role, ...] = Field(min_length=1)
    by_day: int = Field(28, ge=1, le=28)
    """Day of the month: a regular meeting that has not been held when this day ends is missed."""
    months: int = Field(6, ge=1, le=60)
    """How long a probation lasts, or a resident may go without a contact."""
    acknowledge_within_days: int | None = Field(None, ge=1, le=366)
    critical: bool = False
    """Quiet hours and digests do not hold it."""

    @field_validator("says")
    @classmethod
    def _can_be_said(cls, says: str) -> str:
        try:
            says.format(name="", day=date.min)
        except (LookupError, ValueError, AttributeError):
            raise ValueError("of what stands in braces only {name} and {day} are known, as {day:%d/%m/%Y}") from None
        return says

    def sentence(self, name: str, day: date) -> str:
        """What a committee is told, about a cell or a member of that name."""
        return self.says.format(name=name, day=day)

    @model_validator(mode="after")
    def _tells_who_has_to_do_with_it(self) -> Self:
        strangers = sorted(set(self.to) - KNOWS[self.watches])
        if strangers:
            known = ", ".join(sorted(KNOWS[self.watches]))
            raise ValueError(f"nobody is {strangers[0]} of a {self.watches}; there are: {known}")
        return self


class Rules(BaseModel):
    """One version of a set of rules, with its paper and the days for which it holds."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: Name
    version: int = Field(ge=1)
    issuer: str = Field(min_length=1)
    number: str = Field(min_length=1)
    on: date
    valid_from: date
    valid_to: date | None = None
    """The first day on which it no longer holds."""
    rules: tuple[Rule, ...] = Field(min_length=1)

    @field_validator("rules")
    @classmethod
    def _each_rule_once(cls, rules: tuple[Rule, ...]) -> tuple[Rule, ...]:
        ids = [rule.id for rule in rules]
        twice = next((one for one in ids if ids.count(one) > 1), None)
        if twice is not None:
            raise ValueError(f"two rules have the id {twice}")
        return rules

    def holds_on(self, day: date) -> bool:
        """Whether it holds on that day."""
        return self.valid_from <= day and (self.valid_to is None or day < self.valid_to)


class Watch:
    """All sets of rules of a process: of the versions of each that hold on a day the latest counts."""

    def __init__(self, sets: Iterable[Rules]) -> None:
        self._sets = sorted(sets, key=lambda one: (one.id, one.version))

    @classmethod
    def read(cls, folder: Path = SHIPPED) -> Self:
        """Every `.toml` in the folder.

        Raises:
            PolicyRefused: naming the file and what is wrong in it.
        """
        return cls(_read(path) for path in sorted(folder.glob("*.toml")))

    def rules(self, day: date) -> list[tuple[Rules, Rule]]:
        """The rules for that day; which comes first is always the same."""
        latest = {one.id: one for one in self._sets if one.holds_on(day)}
        return [(one, rule) for one in latest.values() for rule in one.rules]

    def find(self, named: str, rule: str) -> Rule | None:
        """The rule by which an alert was raised: `ID@VERSION` of its set, and its own id."""
        of = (one for one in self._sets if f"{one.id}@{one.version}" == named)
        return next((found for one in of for found in one.rules if found.id == rule), None)


def _read(path: Path) -> Rules:
    try:
        return Rules.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise PolicyRefused(f"{path.name}: {error}") from None
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise PolicyRefused(f"{path.name}: {place or 'the rules'}: {first['msg']}") from None
