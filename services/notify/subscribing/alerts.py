"""Which subscriptions and silences an alert on absence matches, and which alerts have nobody left to be about.

An alert has no record whose circle could be asked for: whom it is about, and what stands above that, is as of now.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import psycopg

from events.fact import Id
from events.patterns import ALERT, matches
from projections import subscribers
from projections.asked import LATEST, sql
from projections.notices import Told
from services.notify.subscribing.index import ANY, Wish, key_of
from services.notify.subscribing.matching import RULE, Match

INDICATOR = "indicator"
"""The key of what watches an indicator: only the alert that was raised for it is its own."""

ABOVE = sql("""
WITH RECURSIVE above (asked, id) AS (
    SELECT s, s FROM unnest(%(subjects)s::uuid[]) s
    UNION
    SELECT s, r.cell FROM unnest(%(subjects)s::uuid[]) s
    JOIN views.roll r ON r.stream = s AND r.cell IS NOT NULL AND {holds:r}
    UNION
    SELECT a.asked, coalesce(CASE WHEN t.ended_on <= %(day)s THEN t.successor END, t.parent) FROM above a
    JOIN views.tree t ON t.stream = a.id
    AND ({holds:t} OR (t.ended_on <= %(day)s AND t.to_on = t.ended_on AND {known:t}))
    WHERE coalesce(CASE WHEN t.ended_on <= %(day)s THEN t.successor END, t.parent) IS NOT NULL
)
SELECT asked::text, array_agg(id::text) FROM above GROUP BY asked
""")
ENDED = sql("""
SELECT t.stream::text, min(t.ended_on) FROM views.tree t
WHERE t.stream = ANY (%(subjects)s::uuid[]) AND t.ended_on <= %(day)s AND {known:t} GROUP BY t.stream
""")


def matches_of(
    connection: psycopg.Connection[Any], alerts: Sequence[Told], families: Mapping[Id, Sequence[Id]], now: datetime
) -> dict[Id, Match]:
    """By alert: the subscriptions of whoever is told it that want it, and his silences that cover it."""
    if not alerts:
        return {}
    everybody = sorted({one for family in families.values() for one in family})
    made = [one for one in subscribers.subscriptions(connection, everybody) if not one.paused]
    begun = [one for one in subscribers.silences(connection, everybody) if one.until > now]
    if not made and not begun:
        return {}
    subjects = sorted({one.subject for one in alerts})
    params = {"subjects": subjects, "day": now.date(), "known": LATEST}
    above = {row[0]: set(row[1]) for row in connection.execute(ABOVE, params).fetchall()}
    wishes = [
        Wish(
            one.id, one.organisation, key_of(one.made.about, one.organisation) or (INDICATOR, one.id), one.made.facts,
            one.made_in, one.made, one.by,
        )
        for one in made
    ]  # fmt: skip
    silences = [
        Wish(one.id, one.organisation, key, one.begun.facts or ANY, one.made_in, one.begun, one.by)
        for one in begun
        if (key := key_of(one.begun.about, one.organisation)) is not None
    ]
    return {
        alert.id: Match(
            tuple(wish for wish in wishes if _covers(wish, alert, above, families)),
            tuple(wish for wish in silences if _covers(wish, alert, above, families)),
        )
        for alert in alerts
    }


def inhibited(connection: psycopg.Connection[Any], alerts: Sequence[Told], now: datetime) -> dict[Id, str]:
    """By alert: that what it is about has ended, so that nothing could be expected of it any more."""
    if not alerts:
        return {}
    params = {"subjects": sorted({one.subject for one in alerts}), "day": now.date(), "known": LATEST}
    ended = dict(connection.execute(ENDED, params).fetchall())
    return {
        alert.id: f"inhibited: {alert.subject} ended on {ended[alert.subject]}"
        for alert in alerts
        if alert.subject in ended
    }


def _covers(wish: Wish[Any], alert: Told, above: Mapping[Id, set[Id]], families: Mapping[Id, Sequence[Id]]) -> bool:
    if wish.organisation not in families.get(alert.organisation, ()):
        return False
    kind, of = wish.key
    if kind == INDICATOR:
        return alert.policy == f"{RULE}/{of}"
    about = {alert.subject} if kind == "member" else above.get(alert.subject, set()) | {alert.organisation}
    return of in about and matches(wish.facts, f"{ALERT}{alert.rule}")
