"""Which policy holds for whom on which day: those that came with the program, published since, and adopted."""

import json
from collections.abc import Collection, Iterable, Sequence
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import psycopg

from events import wire
from events.fact import Id, Record, stored_name
from events.rule import RuleAdopted, RulePublished
from projections.reading import pasts
from services.notify.policy import Policy, PolicyRefused, Rule, read

SHIPPED = Path(__file__).parent / "policies"
JUDGES = "telling"
"""What a published pack is for, where it is a policy."""
PUBLISHED, ADOPTED = stored_name(RulePublished), stored_name(RuleAdopted)
FACTS = (PUBLISHED, ADOPTED)
LATEST = 2**63 - 1
STREAMS = """
SELECT DISTINCT l.stream::text FROM ledger.log l
WHERE l.name = ANY (ARRAY(SELECT no FROM ledger.names WHERE name = ANY (%s))) AND l.position <= %s
"""
ANY_YET = "SELECT EXISTS (SELECT FROM ledger.names WHERE name = ANY (%s))"


class Version(NamedTuple):
    """One version of a policy, on record at a position; 0: it came with the program."""

    policy: Policy
    position: int


class Adoption(NamedTuple):
    """From `on`, as recorded at `position`, a policy holds for an organisation and below."""

    policy: str
    on: date
    position: int


class Policies:
    """All policies, as the log tells of them: of one, the last version that has begun holds until it ends.

    Without an adoption those hold that came with the program, in their latest versions; each adds its rules. Whoever
    has adopted another one is under that one alone, and so is all below: the nearest adoption up the tree counts, and
    of one organisation the latest. What was seen twice counts once, and no question looks past the position it names.
    """

    def __init__(self, policies: Iterable[Policy]) -> None:
        self._shipped = tuple(policies)
        self._versions: dict[str, list[Version]] = {}
        self._adoptions: dict[Id, list[Adoption]] = {}
        self._facts: frozenset[str] = frozenset()
        for policy in self._shipped:
            if any(one.policy.version == policy.version for one in self._versions.get(policy.id, ())):
                raise PolicyRefused(f"there are two versions {policy.version} of {policy.id}")
            self._add(Version(policy, 0))
        self._default = tuple(sorted(self._versions))

    @classmethod
    def read(cls, folder: Path = SHIPPED, known: Collection[str] | None = None) -> "Policies":
        """Every `.toml` below the folder; `known` are the names of facts that there are.

        Raises:
            PolicyRefused: naming the file and what is wrong in it.
        """
        return cls([read(path, known) for path in sorted(folder.glob("*.toml"))])

    def afresh(self) -> "Policies":
        """Those that came with the program alone: whoever reads the log from its beginning adds the others."""
        return Policies(self._shipped)

    def see(self, record: Record) -> None:
        """Take in a record that publishes or adopts; any other one changes nothing."""
        if record.name == PUBLISHED:
            fact = wire.decode(record.name, record.data)
            assert isinstance(fact, RulePublished), "it is stored under that name"
            if fact.judges == JUDGES:
                self._add(Version(policy_of(fact.text), record.position))
        elif record.name == ADOPTED:
            fact = wire.decode(record.name, record.data)
            assert isinstance(fact, RuleAdopted), "it is stored under that name"
            adoptions = self._adoptions.setdefault(fact.organisation, [])
            adoption = Adoption(fact.pack, record.effective_on, record.position)
            if adoption not in adoptions:
                adoptions.append(adoption)
                adoptions.sort(key=lambda one: (one.on, one.position), reverse=True)

    def learn(self, connection: psycopg.Connection[Any], upto: int) -> None:
        """All that was published and adopted by a position, from the log itself."""
        row = connection.execute(ANY_YET, [list(FACTS)]).fetchone()
        if row is None or not row[0]:
            return
        streams = [Id(found) for (found,) in connection.execute(STREAMS, [list(FACTS), upto])]
        records = [one for past in pasts(connection, streams, upto) for many in past.values() for one in many]
        for record in sorted(records, key=lambda record: record.position):
            self.see(record)

    def tells(self, fact: str) -> bool:
        """Whether any policy, of whatever day, has a rule for facts of this name."""
        return fact in self._facts

    @property
    def are_adopted(self) -> bool:
        """Whether it matters for whom one asks."""
        return bool(self._adoptions)

    def rules(self, fact: str, day: date, chain: Sequence[Id] = (), at: int = LATEST) -> list[tuple[Policy, Rule]]:
        """The rules for facts of this name that take effect on that day; which comes first is always the same.

        `chain` are the organisation for which one asks and all above it, the nearest first; `at` is the fact's place.
        """
        if fact not in self._facts:
            return []
        in_force = self.in_force(day, chain, at)
        return [(policy, rule) for policy in in_force for rule in policy.rules if rule.fact == fact]

    def in_force(self, day: date, chain: Sequence[Id] = (), at: int = LATEST) -> list[Policy]:
        """The policies that hold on a day: one that was adopted, else those that came with the program."""
        for step in chain:
            for adoption in self._adoptions.get(step, ()):
                if adoption.on <= day and adoption.position <= at:
                    found = self.version_on(adoption.policy, day, at)
                    if found is not None:
                        return [found]
        held = (self.version_on(ident, day, at) for ident in self._default)
        return [policy for policy in held if policy is not None]

    def version_on(self, ident: str, day: date, at: int = LATEST) -> Policy | None:
        """The version of a policy that holds on a day: the last that has begun, unless it has ended since."""
        versions = self._versions.get(ident, ())
        begun = (v.policy for v in reversed(versions) if v.position <= at and v.policy.valid_from <= day)
        policy = next(begun, None)
        return policy if policy is not None and policy.holds_on(day) else None

    def all(self) -> list[Version]:
        """Every version of every policy, by id, older ones first."""
        return [version for ident in sorted(self._versions) for version in self._versions[ident]]

    def adoptions(self, ident: str) -> list[tuple[Id, Adoption]]:
        """Who has adopted a policy, in the order of the log."""
        found = [(who, one) for who, many in self._adoptions.items() for one in many if one.policy == ident]
        return sorted(found, key=lambda one: one[1].position)

    def _add(self, version: Version) -> None:
        versions = self._versions.setdefault(version.policy.id, [])
        if version not in versions:
            versions.append(version)
            versions.sort(key=lambda one: (one.policy.version, one.position))
            self._facts |= {rule.fact for rule in version.policy.rules}


@lru_cache(1_000)
def policy_of(text: str) -> Policy:
    """The policy that the log keeps as this text; it was checked before it went in."""
    return Policy.model_validate(json.loads(text))


def fact_of(policy: Policy, organisation: Id | None = None) -> RulePublished:
    """The fact by which it is published; its text is JSON with every field that is given, defaults too."""
    text = json.dumps(policy.model_dump(mode="json", exclude_none=True), ensure_ascii=False)
    return RulePublished(
        pack=policy.id, version=policy.version, judges=JUDGES, issuer=policy.issuer, number=policy.number,
        issued_on=policy.on, text=text, valid_from=policy.valid_from, valid_to=policy.valid_to,
        organisation=organisation,
    )  # fmt: skip
