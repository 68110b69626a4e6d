"""Which rule pack holds for whom on which day, as it was known at a position of the log."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import Any

import psycopg

from events.fact import Id
from events.organisation import CellKind
from projections import rules
from projections.asked import LATEST
from projections.rules import Adoption
from services.scoring.rules.ancestry import Ancestry
from services.scoring.rules.published import pack_of
from services.scoring.rules.rulebook import Of, Pack
from services.scoring.rules.shelf import DEFAULTS, shipped

Asked = tuple[Of, Id | None, date, CellKind | None]
MANY = 200_000
"""Answers that are remembered."""


class RulesInForce:
    """The packs at hand, and of those that were adopted up the tree the nearest; else the default of its kind.

    An adoption counts from its day on until a later one of the same organisation that has a version for the day and the
    kind of cell: who adopts a pack that begins in a month is judged by the one before until then. A version ends where
    the next one begins, for good.
    """

    def __init__(
        self, packs: Iterable[Pack], adoptions: Iterable[Adoption] = (), ancestry: Ancestry | None = None
    ) -> None:
        self._versions: dict[str, list[Pack]] = defaultdict(list)
        # What was published counts before what came with the program under the same number.
        for pack in sorted({(pack.id, pack.version): pack for pack in packs}.values(), key=lambda pack: -pack.version):
            self._versions[pack.id].append(pack)
        self._adoptions: dict[Id, list[Adoption]] = defaultdict(list)
        for adoption in sorted(adoptions, key=lambda one: (one.on, one.position), reverse=True):
            self._adoptions[adoption.organisation].append(adoption)
        self._ancestry = ancestry or Ancestry()
        self._tried: tuple[Pack, Id] | None = None
        self._answers: dict[Asked, Pack | None] = {}

    @classmethod
    def shipped(cls) -> "RulesInForce":
        """What holds where nobody has published or adopted anything."""
        return cls(shipped())

    @classmethod
    def read(cls, connection: psycopg.Connection[Any], known: int = LATEST) -> "RulesInForce":
        """What holds by the log up to a position. The connection is used again when the tree is needed."""
        found = rules.known(connection, known)
        ancestry = Ancestry(lambda organisation: rules.edges(connection, known, organisation))
        return cls([*shipped(), *map(pack_of, found.texts)], found.adoptions, ancestry)

    def packs(self) -> list[Pack]:
        """All that are at hand, by id, older versions first."""
        return [pack for ident in sorted(self._versions) for pack in reversed(self._versions[ident])]

    def versions(self, ident: str) -> list[Pack]:
        """Every version of one pack, the latest last; [] of one that is not here."""
        return self._versions.get(ident, [])[::-1]

    def version_on(self, ident: str, day: date) -> Pack | None:
        """The version of a pack that holds on a day: the last that has begun, unless it has ended since."""
        begun = next((pack for pack in self._versions.get(ident, ()) if pack.valid_from <= day), None)
        return begun if begun is not None and begun.valid_on(day) else None

    def has_kinds(self, of: Of) -> bool:
        """Whether any pack of what is judged is for some kinds of cell alone, so that the kind must be known."""
        return any(pack.kinds and pack.of is of for versions in self._versions.values() for pack in versions)

    def pack(self, of: Of, organisation: Id, day: date, cell_kind: CellKind | None = None) -> Pack | None:
        """The pack in force for an organisation on a day; None where none held then."""
        anywhere = self._tried is None and not self._adoptions
        asked = (of, None if anywhere else organisation, day, cell_kind)
        if asked not in self._answers:
            if len(self._answers) >= MANY:
                self._answers.clear()
            self._answers[asked] = self._find(of, organisation, day, cell_kind)
        return self._answers[asked]

    def trying(self, pack: Pack, organisation: Id) -> "RulesInForce":
        """The same with `pack` in force for that organisation and below, whatever its dates, whoever adopted what."""
        other = RulesInForce(self.packs(), (), self._ancestry)
        other._adoptions = self._adoptions  # of its own class
        other._tried = (pack, organisation)
        return other

    def is_adopted(self, of: Of, organisation: Id, day: date, cell_kind: CellKind | None = None) -> bool:
        """Whether somebody up the tree has adopted the pack in force; else it is the default, or there is none."""
        return self._adopted(of, organisation, day, cell_kind) is not None

    def _find(self, of: Of, organisation: Id, day: date, kind: CellKind | None) -> Pack | None:
        return self._adopted(of, organisation, day, kind) or self._default(of, day, kind)

    def _adopted(self, of: Of, organisation: Id, day: date, kind: CellKind | None) -> Pack | None:
        """The pack that is tried, or the nearest that was adopted; None where the default holds."""
        if self._tried is None and not self._adoptions:
            return None
        chain = list(self._ancestry.chain(organisation, day))
        if self._tried is not None:
            pack, tried_for = self._tried
            if pack.of is of and pack.suits(kind) and tried_for in chain:
                return pack
        for step in chain:
            for adoption in self._adoptions.get(step, ()):
                if adoption.on <= day and (found := self._version(adoption.pack, of, day, kind)) is not None:
                    return found
        return None

    def _default(self, of: Of, day: date, kind: CellKind | None) -> Pack | None:
        found = (self._version(ident, of, day, kind) for ident in DEFAULTS[of])
        return next((pack for pack in found if pack is not None), None)

    def _version(self, ident: str, of: Of, day: date, kind: CellKind | None) -> Pack | None:
        """The version of a pack that holds on a day, where it is for that kind of cell."""
        pack = self.version_on(ident, day)
        return pack if pack is not None and pack.of is of and pack.suits(kind) else None
