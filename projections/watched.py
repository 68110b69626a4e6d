"""How far each rule about silence has been asked: since when it is watched here, and up to which day and position."""

from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

import psycopg

SCHEMA = """
CREATE TABLE IF NOT EXISTS exchange.watched (
    rule     text PRIMARY KEY,   -- SET/RULE
    since    date NOT NULL,      -- what was late by this day, when the rule came into force here, is told to nobody
    asked_on date NOT NULL,      -- deadlines up to this day were asked for
    position bigint NOT NULL     -- and records up to here
);
"""
HELD = "SELECT rule, since, asked_on, position FROM exchange.watched FOR UPDATE"
KEEP = """
INSERT INTO exchange.watched (rule, since, asked_on, position)
SELECT * FROM unnest(%s::text[], %s::date[], %s::date[], %s::bigint[])
ON CONFLICT (rule) DO UPDATE SET asked_on = excluded.asked_on, position = excluded.position
"""
# A notice that nobody acknowledges rises as an alert by its own rule, which is watched nowhere.
KNOWN = """
SELECT split_part(rule, '/', 2) FROM exchange.watched
UNION SELECT w FROM unnest(%s::text[]) AS w
WHERE EXISTS (SELECT FROM exchange.watched) AND EXISTS (SELECT FROM exchange.notices n WHERE n.rule = w)
"""


class Watched(NamedTuple):
    """How far a rule has been asked."""

    since: date
    asked_on: date
    position: int


def install(connection: psycopg.Connection[Any]) -> None:
    """Make the table, in the transaction that makes the others; safe to repeat."""
    connection.execute(SCHEMA)


def known(connection: psycopg.Connection[Any], asked: Sequence[str]) -> list[str]:
    """The rules that were ever watched, and those of the `asked` by which something was told; [] before the first."""
    return [row[0] for row in connection.execute(KNOWN, [list(asked)]).fetchall()]


def hold(connection: psycopg.Connection[Any]) -> dict[str, Watched]:
    """All rules that were ever asked, held until the transaction ends."""
    return {row[0]: Watched(*row[1:]) for row in connection.execute(HELD).fetchall()}


def keep(connection: psycopg.Connection[Any], asked: Sequence[tuple[str, Watched]]) -> None:
    """Write down how far rules have been asked; since when one is watched never changes."""
    rows = [(rule, *watched) for rule, watched in asked]
    if rows:
        connection.execute(KEEP, [list(column) for column in zip(*rows, strict=True)])
