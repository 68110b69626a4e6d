"""Which known id is nearest to one that a subscription names and that nobody has."""

from dataclasses import dataclass
from typing import Literal

from events.fact import Id
from projections import watched
from services.ingest.streams import Source
from services.web.nearest import nearest

MOST = 500
"""Of how many ids the nearest is looked for."""
LIKE = {
    "organisation": "SELECT DISTINCT stream::text FROM views.tree",
    "member": "SELECT DISTINCT stream::text FROM views.roll",
    "endpoint": "SELECT id::text FROM exchange.endpoints",
}
# An id that was mistyped agrees with what was meant in most of its five groups.
ALIKE = """
SELECT id FROM ({known}) AS k (id)
ORDER BY (SELECT count(*) FROM unnest(string_to_array(id, '-'), string_to_array(%s, '-')) AS g (one, other)
          WHERE one = other) DESC LIMIT %s
"""


@dataclass(frozen=True, slots=True)
class KnownAlerts:
    """Of which rules there may be alerts: all that are watched, and of those that are asked about any that told."""

    rules: tuple[str, ...]

    def ask(self, source: Source) -> tuple[str, ...]:
        """Their names, in order."""
        return tuple(sorted(watched.known(source.connection, self.rules)))


Kind = Literal["organisation", "member", "endpoint"]


@dataclass(frozen=True, slots=True)
class Nearest:
    """Which known id of a kind looks most like one that is not known; an endpoint's of those of an organisation."""

    kind: Kind
    ident: Id
    of: Id | None = None

    def ask(self, source: Source) -> Id | None:
        """It; None where there is nothing of the kind."""
        known = LIKE[self.kind] + (" WHERE organisation = %s::uuid AND ended_in IS NULL" if self.of else "")
        params = ([self.of] if self.of else []) + [self.ident, MOST]
        found = [row[0] for row in source.connection.execute(ALIKE.format(known=known).encode(), params).fetchall()]
        near = nearest(self.ident, found)
        return None if near is None else Id(near)
