"""What a subscription would have told of a time that is past: the same matching, over the log of that time.

The database leaves what may match by the names of facts and by whom streams are about at any time; of that the pure
function says what does.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import psycopg

from events import wire
from events.fact import Id, Record
from events.ledger import POSITIONS
from events.patterns import matches
from events.subscription import SubscriptionMade
from projections.notices import Told
from projections.reading import pasts
from services.notify.subscribing.index import Wish, key_of
from services.notify.subscribing.looking_back import LookingBack
from services.notify.subscribing.matching import Matching, names_of

MOST = 10_000
"""Notices after which counting stops: nobody wants to be told so much."""
EXAMPLES = 20
AT_ONCE = 2_000
"""Records whose circles are asked for together."""
FEW = 4_000
"""So many records are asked for their circles without a look at the views."""

NAMED = """
SELECT l.position FROM ledger.log l JOIN ledger.names n ON n.no = l.name
WHERE l.position > %(after)s AND l.position <= %(upto)s AND n.name = ANY (%(names)s) ORDER BY l.position
"""
# Whatever the days: who was ever below, at work or at home there, as far as is known or ever was.
BELOW = """
WITH RECURSIVE below (id) AS (
    SELECT %(of)s::uuid
    UNION
    SELECT t.stream FROM below b JOIN views.tree t ON t.parent = b.id OR t.successor = b.id
)
SELECT id FROM below
"""
AT_WORK = "UNION SELECT r.stream FROM views.roll r WHERE r.cell IN (SELECT id FROM below)"
AT_HOME = "UNION SELECT r.stream FROM views.residents r WHERE r.committee IN (SELECT id FROM below)"
THINGS = {"organisation": BELOW + AT_WORK, "residents_of": BELOW + AT_HOME, "member": "SELECT %(of)s::uuid"}
TOUCHED = """
WITH thing (id) AS MATERIALIZED ({things}), touched (stream) AS MATERIALIZED (
    SELECT DISTINCT c.stream FROM views.concerns c WHERE c.subject IN (SELECT id FROM thing)
    UNION SELECT id FROM thing
)
SELECT l.position FROM ledger.log l JOIN ledger.names n ON n.no = l.name
WHERE l.position > %(after)s AND l.position <= %(upto)s AND n.name = ANY (%(names)s)
AND l.stream IN (SELECT stream FROM touched) ORDER BY l.position
"""


# What a policy told it, or whoever has its matters by now: that a subscription about itself would have sent, too.
TOLD = """
WITH RECURSIVE heir (id) AS (
    SELECT %(of)s::uuid UNION SELECT t.successor FROM heir h JOIN views.tree t ON t.stream = h.id
    WHERE t.successor IS NOT NULL
)
SELECT id::text, position, subject::text, organisation::text, fact, role, policy, rule, history, due_at, acknowledge_by
FROM exchange.notices WHERE organisation IN (SELECT id FROM heir) AND position > %(after)s AND position <= %(upto)s
AND fact = ANY (%(names)s) AND rule <> 'subscription' AND NOT history
ORDER BY position
"""


class Found(NamedTuple):
    """`positions` of what would have been told, in order; `at_least`: counting stopped, there is more."""

    positions: list[int]
    at_least: bool
    examples: list[tuple[Record, Id]]
    """The last ones of those that were counted, each with whom it is about."""


def preview(
    connection: psycopg.Connection[Any], ledger: str, made: SubscriptionMade, after: int, upto: int, most: int = MOST
) -> Found:
    """What a subscription would have told of the records after a position and up to another, had it been there."""
    key = key_of(made.about, made.organisation)
    names = [name for name in wire.FACTS if any(matches(made.facts, one) for one in names_of(name))]
    if key is None or not names:
        return Found([], False, [])

    def past(streams: Any, _upto: int) -> Iterator[dict[Id, list[Record]]]:
        return pasts(connection, streams, upto)

    states = LookingBack(past, upto)
    matching = Matching(ledger, states, past)
    matching.add(Wish(Id(""), made.organisation, key, made.facts, after, made, ""))
    let_be: set[Id] = set()
    positions: list[int] = []
    examples: list[tuple[Record, Id]] = []
    params = {"after": after, "upto": upto, "names": names, "of": key[1]}
    by_policy = _told_by_policy(connection, params) if key == ("organisation", made.organisation) else {}
    for chunk in _candidates(connection, key, params, by_policy):
        records = _records(connection, chunk)
        matching.prepare(records, upto)
        for record in records:
            states.see(record)
            for told in _told(matching, record, by_policy.get(record.position, []), let_be):
                positions.append(record.position)
                examples = [*examples[-EXAMPLES + 1 :], (record, told.subject)]
            if len(positions) >= most:
                return Found(positions, True, examples)
        states.forget()
        matching.forget()
    return Found(positions, False, examples)


def _told(matching: Matching, record: Record, by_policy: Sequence[Told], let_be: set[Id]) -> list[Told]:
    """What the follower would have told, or sent of what a policy told; what it cannot read parks its stream."""
    if record.stream in let_be:
        return []
    try:
        more = matching.match(record, by_policy)
        return [*(one for one in by_policy if one.id in matching.found), *more]
    except psycopg.Error:
        raise
    except Exception:  # noqa: BLE001  # whatever it is, the others do not suffer for it
        let_be.add(record.stream)
        return []
    finally:
        matching.found.clear()


def _told_by_policy(connection: psycopg.Connection[Any], params: dict[str, Any]) -> dict[int, list[Told]]:
    """By position."""
    found: dict[int, list[Told]] = {}
    for row in connection.execute(TOLD, params).fetchall():
        told = Told(*row)
        found.setdefault(told.position, []).append(told)
    return found


def _candidates(
    connection: psycopg.Connection[Any], key: tuple[str, Id], params: dict[str, Any], besides: Iterable[int]
) -> Iterator[list[int]]:
    """The positions of what may match, and those `besides`, some at a time, in order."""
    found = [row[0] for row in connection.execute(NAMED + f" LIMIT {FEW + 1}", params).fetchall()]
    if len(found) > FEW:
        query = TOUCHED.format(things=THINGS[key[0]])
        found = sorted({*(row[0] for row in connection.execute(query.encode(), params).fetchall()), *besides})
    for first in range(0, len(found), AT_ONCE):
        yield found[first : first + AT_ONCE]


def _records(connection: psycopg.Connection[Any], positions: list[int]) -> list[Record]:
    with connection.cursor(binary=True) as cursor:
        found = list(map(Record._make, cursor.execute(POSITIONS, (positions,)).fetchall()))
    return sorted(found, key=lambda record: record.position)
