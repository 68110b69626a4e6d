"""A rule pack as facts: published by its issuer, version after version, and adopted by organisations."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import ClassVar
from unicodedata import normalize
from uuid import UUID, uuid5

from msgspec.structs import replace

from events.fact import Fact, Id, Refused

RULES = UUID("5c8f7d0e-6a0b-4f0e-9d53-1f1f3d5a9b42")
"""The streams of packs are named in it."""


def stream_of(pack: str) -> Id:
    """The id of a pack's stream, which follows from the pack's name; shipped packs have one, too."""
    return Id(str(uuid5(RULES, pack)))


# Facts


class RulePublished(Fact, frozen=True, tag="rule.published"):
    """One version of a pack, `text` (JSON) in full; `judges` is what it judges, `organisation` who published it.

    It holds for days of `[valid_from, valid_to)` and, where there are any, for the kinds of cell in `kinds`. The paper
    behind it is known by issuer, number and day (`issued_on`) together.
    """

    pack: str
    version: int
    judges: str
    issuer: str
    number: str
    issued_on: date
    text: str
    valid_from: date
    valid_to: date | None = None
    kinds: tuple[str, ...] = ()
    organisation: Id | None = None


class RuleAdopted(Fact, frozen=True, tag="rule.adopted"):
    """From that day on the pack holds for an organisation and all below it; the nearest adoption up the tree wins."""

    pack: str
    organisation: Id


FACTS = (RulePublished, RuleAdopted)

# State


@dataclass
class Rule:
    """One pack: its versions, in the order of their publication, and who adopted it on which day."""

    KIND: ClassVar[str] = "rule"

    published: list[RulePublished] = field(default_factory=list)
    adopted: set[tuple[Id, date]] = field(default_factory=set)

    def see(self, fact: Fact, on: date, _position: int) -> None:
        """Take in one more fact."""
        match fact:
            case RulePublished():
                self.published.append(fact)
            case RuleAdopted():
                self.adopted.add((fact.organisation, on))


# Decisions


def publish(
    rule: Rule, new: RulePublished, before: Sequence[RulePublished], others: Iterable[RulePublished], on: date
) -> list[Fact]:
    """A new version of a pack, which changes nothing that was judged before it was there.

    `before` are the versions that came with the program, `others` the packs of other names. A version begins after the
    one before it, which ends there unless it says itself how long it holds; at no time two packs of one issuer hold for
    the same; and none begins before `on`, the day of its publication, unless nothing of its issuer held since then.

    Raises:
        Refused: `rule.version` (there already and otherwise, or not above the last), `rule.overlaps`, `rule.too_early`.
    """
    versions = [*before, *rule.published]
    same = next((one for one in versions if one.version == new.version), None)
    if same is not None and same.text == new.text:
        return []
    last = max(versions, key=lambda one: one.version, default=None)
    if same is not None or (last is not None and new.version < last.version):
        raise Refused("rule.version", "this version is on record already, and otherwise: give the next number", VERSION)
    if last is not None:
        _must_follow(last, new)
    rivals = [one for one in _cut(others) if _rivals(one, new)]
    for one in rivals:
        if _together(one, new):
            raise Refused("rule.overlaps", f"the same issuer's pack {one.pack!r} holds at the same time", VALID_FROM)
    if new.valid_from < on and any(_held(one, new.valid_from, on) for one in [*versions, *rivals]):
        raise Refused(
            "rule.too_early", "it would change what was judged: let it begin on the day of its publication or later",
            VALID_FROM,
        )  # fmt: skip
    return [new]


def adopt(
    rule: Rule, adopted: RuleAdopted, versions: Sequence[RulePublished], on: date, *, overruled: bool = False
) -> list[Fact]:
    """An organisation judges by a pack from that day on; `versions` are those that came with the program.

    `overruled`: it has adopted another pack of the same day since, and means this one again.

    Raises:
        Refused: `rule.over`, no version of it holds on that day or later.
    """
    if (adopted.organisation, on) in rule.adopted and not overruled:
        return []
    if all(one.valid_to is not None and one.valid_to <= on for one in [*versions, *rule.published]):
        raise Refused("rule.over", "no version of this pack holds on that day or later", "/effective_on")
    return [adopted]


VALID_FROM = "/pack/valid_from"
VERSION = "/pack/version"


def key_of(issuer: str) -> str:
    """The same issuer, however it is written."""
    return " ".join(normalize("NFC", issuer).casefold().split())


def _must_follow(last: RulePublished, new: RulePublished) -> None:
    if new.judges != last.judges:
        raise Refused("rule.version", "the versions of a pack judge the same thing: give another id", "/pack/of")
    if new.valid_from <= last.valid_from:
        raise Refused("rule.overlaps", f"version {last.version} begins on {last.valid_from}", VALID_FROM)
    if last.valid_to is not None and new.valid_from < last.valid_to:
        raise Refused("rule.overlaps", f"version {last.version} holds until {last.valid_to}", VALID_FROM)


def _cut(packs: Iterable[RulePublished]) -> list[RulePublished]:
    """The versions of packs, each at most until the next of its pack begins."""
    found: list[RulePublished] = []
    for one in sorted(packs, key=lambda one: (one.pack, one.version)):
        if found and found[-1].pack == one.pack and _together(found[-1], one):
            found[-1] = replace(found[-1], valid_to=one.valid_from)
        found.append(one)
    return found


def _rivals(one: RulePublished, new: RulePublished) -> bool:
    """Whether they are of one issuer and for the same."""
    shared = not one.kinds or not new.kinds or not set(one.kinds).isdisjoint(new.kinds)
    return one.judges == new.judges and shared and key_of(one.issuer) == key_of(new.issuer)


def _together(one: RulePublished, other: RulePublished) -> bool:
    return (one.valid_to is None or other.valid_from < one.valid_to) and (
        other.valid_to is None or one.valid_from < other.valid_to
    )


def _held(one: RulePublished, since: date, until: date) -> bool:
    """Whether it held on any day of `[since, until)`."""
    return one.valid_from < until and (one.valid_to is None or since < one.valid_to)
