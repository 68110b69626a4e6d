"""The tiles in their table: written in batches, and read, a few at a time, for what a proof is made of."""

from collections.abc import Iterable, Sequence
from typing import Any

import psycopg

from projections.merkle.growing import HEIGHT, WIDTH, Growing, Tile, open_tiles
from projections.merkle.hashing import HASH, fold, together
from projections.merkle.proving import Node, Span, nodes
from projections.positions import REGISTER

NAME = "tiles"
"""What the tree is called among the views."""
SHAPE = "tiles-1"
"""Of the table: one more when its columns change."""

INSTALL = """
CREATE SCHEMA IF NOT EXISTS merkle;
CREATE TABLE IF NOT EXISTS merkle.tiles (
    level  smallint NOT NULL,
    index  bigint NOT NULL,
    hashes bytea NOT NULL,              -- 1 to 256, joined; a full tile never changes
    PRIMARY KEY (level, index)
) WITH (fillfactor = 70);
-- Hashes cannot be made smaller; nobody shall try.
ALTER TABLE merkle.tiles ALTER COLUMN hashes SET STORAGE EXTERNAL;
GRANT USAGE ON SCHEMA merkle TO caunoi_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON merkle.tiles TO caunoi_app;
"""
WRITE = """
INSERT INTO merkle.tiles (level, index, hashes)
SELECT * FROM unnest(%b::smallint[], %b::bigint[], %b::bytea[])
ON CONFLICT (level, index) DO UPDATE SET hashes = excluded.hashes
"""
READ = """
SELECT t.level, t.index, t.hashes FROM merkle.tiles t
JOIN unnest(%b::smallint[], %b::bigint[]) AS wanted (level, index) USING (level, index)
"""
BEGIN_ANEW = "WITH gone AS (DELETE FROM merkle.tiles) UPDATE views.positions SET position = 0 WHERE view = %s"


class TileBroken(Exception):
    """A tile is missing, or is not as long as the tree needs it."""


def install(conninfo: str) -> None:
    """Make the table, as the owner, after the views; safe to repeat, and from several processes at once."""
    with psycopg.connect(conninfo) as connection:
        connection.execute("SELECT pg_advisory_xact_lock(hashtext('caunoi.install'))")
        connection.execute(INSTALL)
        connection.execute("SET LOCAL ROLE caunoi_app")
        connection.execute(REGISTER, {"view": NAME, "shape": SHAPE})


def write(connection: psycopg.Connection[Any], tiles: Sequence[Tile]) -> None:
    """Write tiles, in place of what they were before; in the transaction that is open."""
    levels, indexes, hashes = [list(column) for column in zip(*tiles, strict=True)]
    connection.execute(WRITE, (levels, indexes, hashes))


def read(connection: psycopg.Connection[Any], wanted: Iterable[tuple[int, int]]) -> dict[tuple[int, int], bytes]:
    """The hashes of tiles by level and index; one that does not exist is missing."""
    places = list(wanted)
    asked = ([level for level, _ in places], [index for _, index in places])
    with connection.cursor(binary=True) as cursor:
        return {(level, index): hashes for level, index, hashes in cursor.execute(READ, asked)}


def grown(connection: psycopg.Connection[Any], size: int) -> Growing:
    """The tree of that size, ready to grow on.

    Raises:
        TileBroken: an open tile is not there, or is of another length.
    """
    wanted = {(level, index): count for level, index, count in open_tiles(size)}
    found = read(connection, wanted)
    for place, count in wanted.items():
        if len(found.get(place, b"")) != count * HASH:
            raise TileBroken(f"tile {place} has not the {count} hashes of a tree of {size}")
    return Growing(size, {level: found[level, index] for level, index in wanted})


def hashes(connection: psycopg.Connection[Any], spans: Sequence[Span]) -> list[bytes]:
    """The node above each of these spans; all that are needed are read in one question.

    Raises:
        TileBroken: a tile of a tree that is so large is not there.
    """
    parts = [list(nodes(span)) for span in spans]
    found = read(connection, {_place(node) for part in parts for node in part})
    return [together([_hash(found, node) for node in part]) for part in parts]


def root(connection: psycopg.Connection[Any], size: int) -> bytes:
    """The root of the tree of that size.

    Raises:
        TileBroken: as `hashes`.
    """
    return hashes(connection, [Span(0, size)])[0]


def begin_anew(connection: psycopg.Connection[Any]) -> None:
    """Forget the tree; whoever feeds it reads the log from its beginning."""
    connection.execute(BEGIN_ANEW, [NAME])


def _place(node: Node) -> tuple[int, int]:
    """The tile in which the hashes below a node stand."""
    level, above = divmod(node.height, HEIGHT)
    return level, (node.number << above) // WIDTH


def _hash(found: dict[tuple[int, int], bytes], node: Node) -> bytes:
    above = node.height % HEIGHT
    at = (node.number << above) % WIDTH * HASH
    below = found.get(_place(node), b"")[at : at + (HASH << above)]
    if len(below) != HASH << above:
        raise TileBroken(f"tile {_place(node)} has no node {node}")
    return fold(below)
