"""Who is told what, as dated data: what a policy says, read from a file or a body, and checked."""

import tomllib
from collections.abc import Collection, Sequence
from datetime import date
from enum import StrEnum
from itertools import combinations
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from events.fact import Fact
from services.trouble import Trouble

KNOWN_SUBJECT = r"^((member|liaison)\.[a-z_]+|organisation\.officer_[a-z]+|(organisation|collective_transfer)\.struck)$"
"""Names of facts of which it is known whom they are about."""
Place = tuple[str | int, ...]
COMES_TO_KNOW = ("member.residence_declared", "liaison.accepted")
"""Facts from which on a committee follows somebody."""

Name = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60)]
Line = Annotated[str, Field(min_length=1, max_length=500, pattern=r"^[^\x00-\x1f]+$")]


class PolicyRefused(Trouble):
    """A file is no policy, or two files are the same version of one; the text names the file and the place."""


class Faults(Exception):
    """What is wrong with what should be a policy: (place, why) pairs."""

    def __init__(self, found: Sequence[tuple[Place, str]]) -> None:
        super().__init__("; ".join(why for _, why in found))
        self.found = tuple(found)


class To(StrEnum):
    """In which role an organisation has to do with a fact about a member."""

    RESIDENCE = "residence"
    DESTINATION = "destination"
    ORIGIN = "origin"
    WORKPLACE = "workplace"
    SUPERIOR = "superior"
    """What stands directly above his workplace."""
    CORRESPONDENT = "correspondent"
    """The other one of the two committees of a liaison."""
    TOLD = "told"
    """Of a correction: whoever was told of what it strikes through."""


class Channel(StrEnum):
    """What carries a notice to the organisation's own; those of its subscriptions are its own choice."""

    INBOX = "inbox"
    WEBHOOK = "webhook"


class Rises(StrEnum):
    """To whom a notice rises that nobody has acknowledged."""

    ABOVE = "above"


class Rule(BaseModel):
    """Facts of one name are told to organisations in one role."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: Name
    """Part of each notice's id: never given to another rule of the same policy, in no later version either."""
    fact: str = Field(
        pattern=r"^((member|liaison)\.[a-z_]+|organisation\.officer_[a-z]+|(organisation|collective_transfer)\.struck)$"
    )
    """Its stored name. Whom it concerns is known of facts about members, of offices, and of messages in a liaison.

    A rule about an introduction or a reception tells of those on a hand-over list, too, in one notice.
    """
    to: To
    delay_minutes: int = Field(0, ge=0, le=60 * 24 * 30)
    """How long after the recording it is told; most things at once."""
    channels: tuple[Channel, ...] = (Channel.INBOX, Channel.WEBHOOK)
    critical: bool = False
    """It is told in quiet hours, too."""
    acknowledge_within_days: int | None = Field(None, ge=1, le=366)
    """From the day on which it is told; without it nobody waits for an acknowledgement."""
    working_days: bool = False
    """Weekends and public holidays do not count."""
    rises_to: Rises | None = None
    rises_after_days: int | None = Field(None, ge=0, le=366)
    """After the day by which it was to be acknowledged."""
    own_members: bool = False
    """Tell a residence committee also of those whose cell stands below it."""
    in_force: bool = False
    """Tell only an organisation that comes to know somebody late, in one notice, of all that is in force of him."""
    only: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    """Of facts with these fields, those alone that have one of these values there: `{outcome = ["cancelled"]}`."""

    @model_validator(mode="after")
    def _fits_together(self) -> "Rule":
        if Channel.INBOX not in self.channels:
            raise ValueError("an inbox is where it is acknowledged and kept: channels begin with it")
        if self.acknowledge_within_days is None and (self.working_days or self.rises_to or self.rises_after_days):
            raise ValueError("what nobody acknowledges has no term and does not rise: give acknowledge_within_days")
        if self.in_force and self.fact not in COMES_TO_KNOW:
            raise ValueError(f"in_force is for facts by which somebody becomes known: {', '.join(COMES_TO_KNOW)}")
        return self

    def is_about(self, fact: Fact) -> bool:
        """Whether it is one of the facts that are told."""
        return all(str(getattr(fact, field, None)) in values for field, values in self.only.items())


class Policy(BaseModel):
    """A set of rules with its paper: numbers repeat, so a paper is its issuer, its number and its day together."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    of: Literal["telling"] = "telling"
    """What a pack is for: those of other names are rubrics, by which is scored."""
    id: Name
    version: int = Field(ge=1, le=1_000_000)
    title: Line | None = None
    issuer: Line
    number: Line
    on: date
    valid_from: date
    valid_to: date | None = None
    """The first day on which it no longer holds."""
    rises_to: Rises | None = None
    rises_after_days: int = Field(0, ge=0, le=366)
    """Of every rule that is to be acknowledged and does not say otherwise itself."""
    rules: tuple[Rule, ...] = Field(min_length=1, max_length=200)

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

    def rises(self, rule: Rule) -> bool:
        """Whether a notice by one of its rules rises where nobody acknowledges it."""
        return rule.acknowledge_within_days is not None and (rule.rises_to or self.rises_to) is not None

    def rises_after(self, rule: Rule) -> int:
        """How many days after its term."""
        return self.rises_after_days if rule.rises_after_days is None else rule.rises_after_days

    def holds_on(self, day: date) -> bool:
        """Whether it holds on that day."""
        return self.valid_from <= day and (self.valid_to is None or day < self.valid_to)


def checked(said: object, known: Collection[str] | None = None) -> Policy:
    """A policy from what a file or a body says; `known` are the names of facts that there are.

    Raises:
        Faults: a field is missing, unknown or impossible, or a rule names a fact that there is not.
    """
    try:
        policy = Policy.model_validate(said)
    except ValidationError as error:
        wrong = error.errors(include_url=False, include_input=False)
        raise Faults([(tuple(one["loc"]), one["msg"]) for one in wrong]) from None
    faults: list[tuple[Place, str]] = [
        (("rules", number, "fact"), f"rule {rule.id}: there is no fact {rule.fact}")
        for number, rule in enumerate(policy.rules)
        if known is not None and rule.fact not in known
    ]
    if faults:
        raise Faults(faults)
    return policy


def read(path: Path, known: Collection[str] | None = None) -> Policy:
    """One policy from its file.

    Raises:
        PolicyRefused: it cannot be read, is no TOML, has a field that is wrong, or names a fact that there is not.
    """
    try:
        return checked(tomllib.loads(path.read_text(encoding="utf-8")), known)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise PolicyRefused(f"{path.name}: {error}") from None
    except Faults as faults:
        place, why = faults.found[0]
        at = ".".join(map(str, place)) or "the policy"
        raise PolicyRefused(f"{path.name}: {at}: {why}") from None
