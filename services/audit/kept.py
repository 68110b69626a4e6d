"""The checkpoints that were published, kept for ever, and the keys that signed them."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import psycopg

from services.audit.notes import VerifierKey

INSTALL = """
CREATE SCHEMA IF NOT EXISTS merkle;
CREATE TABLE IF NOT EXISTS merkle.keys (
    no    integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    vkey  text NOT NULL UNIQUE,
    since timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE IF NOT EXISTS merkle.checkpoints (
    size      bigint NOT NULL,
    key       text NOT NULL,            -- the hash of the key that signed it
    note      text NOT NULL,
    signed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (size, key)
);
CREATE OR REPLACE FUNCTION merkle.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'what was published stays published: % of % is not possible', tg_op, tg_table_name
        USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE OR REPLACE TRIGGER forever BEFORE UPDATE OR DELETE OR TRUNCATE ON merkle.keys
    FOR EACH STATEMENT EXECUTE FUNCTION merkle.refuse_change();
CREATE OR REPLACE TRIGGER forever BEFORE UPDATE OR DELETE OR TRUNCATE ON merkle.checkpoints
    FOR EACH STATEMENT EXECUTE FUNCTION merkle.refuse_change();
GRANT USAGE ON SCHEMA merkle TO caunoi_app;
GRANT SELECT ON merkle.keys TO caunoi_app;
GRANT SELECT, INSERT ON merkle.checkpoints TO caunoi_app;
"""
REGISTER = "INSERT INTO merkle.keys (vkey) VALUES (%s) ON CONFLICT (vkey) DO NOTHING"
KEYS = "SELECT vkey FROM merkle.keys ORDER BY no"
# A new key may sign what the old one has signed as well.
LATEST = """
SELECT size, note FROM merkle.checkpoints c JOIN merkle.keys k ON split_part(k.vkey, '+', 2) = c.key
ORDER BY size DESC, k.no DESC LIMIT 1
"""
ALL = "SELECT size, note FROM merkle.checkpoints WHERE size > %s ORDER BY size, signed_at LIMIT %s"
OF_SIZES = "SELECT size, note FROM merkle.checkpoints WHERE size = ANY (%s)"
KEEP = "INSERT INTO merkle.checkpoints (size, key, note) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING"


class Kept(NamedTuple):
    """A published checkpoint; `size` is how the table has it, and the note may say otherwise."""

    size: int
    note: str


def install(conninfo: str) -> None:
    """Make the tables, as the owner; safe to repeat, and from several processes at once."""
    with psycopg.connect(conninfo) as connection:
        connection.execute("SELECT pg_advisory_xact_lock(hashtext('caunoi.install'))")
        connection.execute(INSTALL)


def register(connection: psycopg.Connection[Any], key: VerifierKey) -> None:
    """Say that a key signs from now on; the owner's right."""
    connection.execute(REGISTER, [key.text()])


def keys(connection: psycopg.Connection[Any]) -> list[VerifierKey]:
    """The keys that signed, the one that signs now last; one that is no key is left out."""
    found = []
    for (vkey,) in connection.execute(KEYS):
        try:
            found.append(VerifierKey.parse(vkey))
        except ValueError:
            continue
    return found


def latest(connection: psycopg.Connection[Any]) -> Kept | None:
    """The checkpoint of the largest tree; None before the first."""
    row = connection.execute(LATEST).fetchone()
    return Kept(*row) if row else None


def of_sizes(connection: psycopg.Connection[Any], sizes: Sequence[int]) -> list[tuple[int, str]]:
    """The size and the note of each checkpoint of trees of these sizes: of each none, one, or one a key."""
    return connection.execute(OF_SIZES, [list(sizes)]).fetchall()


def keep(connection: psycopg.Connection[Any], size: int, key: VerifierKey, note: str) -> None:
    """Publish a checkpoint, in the transaction that is open."""
    connection.execute(KEEP, (size, key.id.hex(), note))


def every(connection: psycopg.Connection[Any], after: int = -1, page: int = 1000) -> Iterator[Kept]:
    """All that were published, by size, a page at a time; those of one size are on one page."""
    while rows := connection.execute(ALL, (after, page)).fetchall():
        if len(rows) == page and rows[0][0] != rows[-1][0]:
            rows = [row for row in rows if row[0] != rows[-1][0]]
        yield from (Kept(*row) for row in rows)
        after = rows[-1][0]
