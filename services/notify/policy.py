"""Who is told what, as dated data: a policy is read from a file, checked, and asked for its rules of a day."""

import tomllib
from collections.abc import Collection, Iterable
from datetime import date
from enum import StrEnum
from itertools import combinations
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from events.fact import Fact
from services.trouble import Trouble

SHIPPED = Path(__file__).parent / "policies"

Name = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60)]


class PolicyRefused(Trouble):
    """A file is no policy, or two files are the same version of one; the text names the file and the place."""


class To(StrEnum):
    """In which role an organisation has to do with a fact about a member."""

    RESIDENCE = "residence"
    DESTINATION = "destination"
    ORIGIN = "origin"
    WORKPLACE = "workplace"
    CORRESPONDENT = "correspondent"
    """The other one of the two committees of a liaison."""


class Rule(BaseModel):
    """Facts of one name are told to organisations in one role."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: Name
    """Part of each notice's id: never given to another rule of the same policy, in no later version either."""
    fact: str = Field(pattern=r"^((member|liaison)\.[a-z_]+|organisation\.officer_[a-z]+)$")
    """Its stored name. Whom it concerns is known of facts about members, of offices, and of messages in a liaison."""
    to: To
    acknowledge_within_days: int | None = Field(None, ge=1, le=366)
    """From the day of recording; without it nobody waits for an acknowledgement."""
    own_members: bool = False
    """Tell a residence committee also of those whose cell stands below it."""
    only: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    """Of facts with these fields, those alone that have one of these values there: `{outcome = ["cancelled"]}`."""

    def is_about(self, fact: Fact) -> bool:
        """Whether it is one of the facts that are told."""
        return all(str(getattr(fact, field, None)) in values for field, values in self.only.items())


class Policy(BaseModel):
    """A set of rules with its paper: numbers repeat, so a paper is its issuer, its number and its day together."""

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
        for one, other in combinations(rules, 2):
            if one.id == other.id:
                raise ValueError(f"two rules have the id {one.id}")
            if (one.fact, one.to) == (other.fact, other.to):
                raise ValueError(f"the rules {one.id} and {other.id} tell the same fact to the same role")
        return rules

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> "Policy":
        if self.valid_to is not None and self.valid_to <= self.valid_from:
            raise ValueError("valid_to is not after valid_from")
        return self

    def holds_on(self, day: date) -> bool:
        """Whether it holds on that day."""
        return self.valid_from <= day and (self.valid_to is None or day < self.valid_to)


class Policies:
    """All policies of a process: each adds its rules, and of its versions that hold on a day the latest counts."""

    def __init__(self, policies: Iterable[Policy]) -> None:
        self._versions: dict[str, list[Policy]] = {}
        for policy in sorted(policies, key=lambda policy: (policy.id, policy.version)):
            versions = self._versions.setdefault(policy.id, [])
            if versions and versions[-1].version == policy.version:
                raise PolicyRefused(f"there are two versions {policy.version} of {policy.id}")
            versions.append(policy)
        every = (policy for versions in self._versions.values() for policy in versions)
        self._facts = frozenset(rule.fact for policy in every for rule in policy.rules)

    @classmethod
    def read(cls, folder: Path = SHIPPED, known: Collection[str] | None = None) -> "Policies":
        """Every `.toml` below the folder; `known` are the names of facts that there are.

        Raises:
            PolicyRefused: naming the file and what is wrong in it.
        """
        return cls([read(path, known) for path in sorted(folder.glob("*.toml"))])

    def rules(self, fact: str, day: date) -> list[tuple[Policy, Rule]]:
        """The rules for facts of this name that take effect on that day; which comes first is always the same."""
        if fact not in self._facts:
            return []
        in_force = (self._in_force(versions, day) for versions in self._versions.values())
        return [(policy, rule) for policy in in_force if policy for rule in policy.rules if rule.fact == fact]

    @staticmethod
    def _in_force(versions: list[Policy], day: date) -> Policy | None:
        return next((policy for policy in reversed(versions) if policy.holds_on(day)), None)


def read(path: Path, known: Collection[str] | None = None) -> Policy:
    """One policy from its file.

    Raises:
        PolicyRefused: it cannot be read, is no TOML, has a field that is wrong, or names a fact that there is not.
    """
    try:
        policy = Policy.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise PolicyRefused(f"{path.name}: {error}") from None
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise PolicyRefused(f"{path.name}: {place or 'the policy'}: {first['msg']}") from None
    for rule in policy.rules:
        if known is not None and rule.fact not in known:
            raise PolicyRefused(f"{path.name}: rule {rule.id}: there is no fact {rule.fact}")
    return policy
