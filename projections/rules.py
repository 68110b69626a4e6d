"""Which rule packs were published, in which versions, and which organisations have adopted them since when."""

from collections.abc import Iterator, Sequence
from datetime import date
from enum import StrEnum
from typing import Any, NamedTuple

import psycopg

from events import wire
from events.fact import Id, Record
from events.rule import RuleAdopted, RulePublished
from projections.asked import LATEST
from projections.folded import facts_of
from projections.view import View


class Act(StrEnum):
    """What a row tells of a pack."""

    PUBLISHED = "published"
    ADOPTED = "adopted"


class Row(NamedTuple):
    """A version (`text` in full, `organisation` who published it), or an adoption by one from a day on."""

    act: Act
    pack: str
    position: int
    organisation: Id | None
    from_on: date
    version: int | None = None
    judges: str | None = None
    issuer: str | None = None
    text: str | None = None


def rows(record: Record) -> Iterator[Row]:
    """One for each record."""
    match fact := wire.decode(record.name, record.data):
        case RulePublished():
            told = (fact.version, fact.judges, fact.issuer, fact.text)
            yield Row(Act.PUBLISHED, fact.pack, record.position, fact.organisation, fact.valid_from, *told)
        case RuleAdopted():
            yield Row(Act.ADOPTED, fact.pack, record.position, fact.organisation, record.effective_on)


VIEW = View(
    name="rules",
    columns={
        "act": "text NOT NULL",
        "pack": "text NOT NULL",
        "position": "bigint NOT NULL",
        "organisation": "uuid",
        "from_on": "date NOT NULL",
        "version": "integer",
        "judges": "text",
        "issuer": "text",
        "text": "text",
    },
    reads=facts_of("rule"),
    each=rows,
    indexes=("(pack, position)",),
)


class Adoption(NamedTuple):
    """From `on`, as recorded at `position`, a pack holds for an organisation and below."""

    pack: str
    organisation: Id
    on: date
    position: int


class Known(NamedTuple):
    """All packs that were published (their texts) to judge by, and what was adopted, in the order of the log."""

    texts: tuple[str, ...]
    adoptions: tuple[Adoption, ...]


KNOWN = """
SELECT r.text, r.pack, r.organisation::text, r.from_on, r.position FROM views.rules r
WHERE r.position <= %(known)s AND r.judges IS DISTINCT FROM 'telling' ORDER BY r.position
"""
# Who is told what judges nobody: those packs are policies, and notify's.
PUBLISHED = "SELECT DISTINCT r.pack FROM views.rules r WHERE r.act = 'published' ORDER BY r.pack"
OVERRULED = """
SELECT (array_agg(r.pack ORDER BY r.position DESC))[1] <> %(pack)s FROM views.rules r
WHERE r.act = 'adopted' AND r.organisation = %(organisation)s::uuid AND r.from_on = %(on)s
AND (r.pack = %(pack)s OR r.pack = ANY (%(rivals)s))
"""
EDGES = """
SELECT t.stream::text, t.parent::text, t.from_on FROM views.tree t
WHERE t.known_from <= %(known)s AND %(known)s < t.known_to
"""
EDGES_ABOVE = """
WITH RECURSIVE up (id) AS (
    SELECT %(organisation)s::uuid
    UNION
    SELECT t.parent FROM up JOIN views.tree t ON t.stream = up.id
    WHERE t.parent IS NOT NULL AND t.known_from <= %(known)s AND %(known)s < t.known_to
)
SELECT t.stream::text, t.parent::text, t.from_on FROM up JOIN views.tree t ON t.stream = up.id
WHERE t.known_from <= %(known)s AND %(known)s < t.known_to
"""
# Upwards along every edge that anybody ever knew of.
CHANGED = """
WITH RECURSIVE up (id) AS (
    SELECT %(organisation)s::uuid
    UNION
    SELECT t.parent FROM up JOIN views.tree t ON t.stream = up.id WHERE t.parent IS NOT NULL
)
SELECT r.position FROM views.rules r WHERE r.position <= %(known)s
UNION SELECT t.known_from FROM up JOIN views.tree t ON t.stream = up.id WHERE t.known_from <= %(known)s
UNION SELECT t.known_to FROM up JOIN views.tree t ON t.stream = up.id WHERE t.known_to <= %(known)s
ORDER BY 1
"""
Edge = tuple[Id, Id | None, date]
"""An organisation, what it stands below, and since when."""


def published(connection: psycopg.Connection[Any]) -> tuple[str, ...]:
    """The names of all packs of which a version was published."""
    return tuple(row[0] for row in connection.execute(PUBLISHED).fetchall())


def overruled(
    connection: psycopg.Connection[Any], pack: str, organisation: Id, on: date, rivals: Sequence[str]
) -> bool:
    """Whether an organisation that adopted a pack for a day has adopted one of its rivals for it since."""
    asked = {"pack": pack, "organisation": organisation, "on": on, "rivals": list(rivals)}
    row = connection.execute(OVERRULED, asked).fetchone()
    return row is not None and bool(row[0])


def known(connection: psycopg.Connection[Any], position: int = LATEST) -> Known:
    """What was published and adopted by a position of the log."""
    found = connection.execute(KNOWN, {"known": position}).fetchall()
    texts = tuple(text for text, *_ in found if text is not None)
    return Known(texts, tuple(Adoption(*rest) for text, *rest in found if text is None))


def edges(connection: psycopg.Connection[Any], position: int, organisation: Id | None = None) -> list[Edge]:
    """Every edge of the tree by a position of the log, of all days; of one organisation, those above it."""
    query = EDGES if organisation is None else EDGES_ABOVE
    return connection.execute(query, {"known": position, "organisation": organisation}).fetchall()


def changed(connection: psycopg.Connection[Any], organisation: Id, position: int) -> list[int]:
    """The records up to a position, in order, from each of which another pack may hold for an organisation."""
    return [row[0] for row in connection.execute(CHANGED, {"organisation": organisation, "known": position})]
