"""Walks along the log and its tree side by side, and looks at every checkpoint on the way."""

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import psycopg

from projections.merkle import tiles
from projections.merkle.growing import FULL, WIDTH, Growing, Tile
from projections.merkle.hashing import EMPTY, HASH, fold, peaks, together
from services.audit.notes import Checkpoint
from services.audit.verifying.hashed import Stretch
from services.audit.verifying.report import Report, Wrong

LEAVES = "SELECT index, hashes FROM merkle.tiles WHERE level = 0 AND index >= %s AND index < %s ORDER BY index"
BEYOND = "SELECT level, index FROM merkle.tiles WHERE index * 256 >= (%s::bigint >> (8 * level)) ORDER BY 1, 2 LIMIT 1"
MOST = 1000
"""Differences that are looked into."""


class Difference(NamedTuple):
    """A position whose record does not hash to what the tree has."""

    position: int
    record: bytes
    tree: bytes


class Compared(NamedTuple):
    """A good checkpoint: whether the log, and the tree, are what it says; None where the tree does not reach it."""

    size: int
    log: bool
    tree: bool | None


class Side:
    """A tree that is built on the way: complete parts of 256 leaves, and the leaves of the last."""

    def __init__(self) -> None:
        self.above = Growing()
        self._peaks: tuple[int, list[bytes]] = (0, [])

    def root(self, tail: bytes) -> bytes:
        """The root of the tree of all complete parts and these leaves."""
        if self._peaks[0] != self.above.size:
            self._peaks = self.above.size, self.above.peaks()
        return together(self._peaks[1] + peaks(tail))


class Walk:
    """One verification's way; `size` is where the tree stands."""

    def __init__(self, connection: psycopg.Connection[Any], size: int, points: Sequence[Checkpoint]) -> None:
        self.differences: list[Difference] = []
        self.compared: list[Compared] = []
        self.report = Report(size=size)
        self.walked = 0
        self._connection = connection
        self._size = size
        self._points = deque(sorted(points, key=lambda point: point.size))
        self._log, self._tree = Side(), Side()
        self._cache: dict[int, bytes] = {}

    def along(self, stretches: Iterable[Stretch]) -> None:
        """Hold each stretch against its tiles, and each checkpoint in it against both."""
        for stretch in stretches:
            for number, hashes, node in self._tiles_of(stretch):
                self.walked += len(hashes) // HASH
                self._tile(number, hashes, node, self._stored(number, stretch))
        for point in self._due(0, 0):  # the empty tree of an empty log
            self.compared.append(Compared(0, point.root == EMPTY, point.root == EMPTY))
        self._upper_tiles(self._tree.above.opened(), self._log.above.opened())
        for level, index in self._connection.execute(BEYOND, [self._size]).fetchall():
            self.report.add(
                (index << (8 * level + 8)) + 1,
                Wrong.TILE,
                f"tile ({level}, {index}) is beyond the tree of {self._size}",
            )

    def _tiles_of(self, stretch: Stretch) -> Iterator[tuple[int, bytes, bytes]]:
        """Number, leaf hashes and, where it is full, the node of each tile of the stretch."""
        self._cache = {}
        for at in range(0, len(stretch.hashes), FULL):
            number = at // FULL
            yield (
                stretch.after // WIDTH + number,
                stretch.hashes[at : at + FULL],
                stretch.nodes[number * HASH : (number + 1) * HASH],
            )

    def _stored(self, number: int, stretch: Stretch) -> bytes:
        """The tile as it is kept; those of a stretch are read at once."""
        if not self._cache:
            first = stretch.after // WIDTH
            asked = (first, first + -(-len(stretch.hashes) // FULL))
            with self._connection.cursor(binary=True) as cursor:
                self._cache = {-1: b"", **dict(cursor.execute(LEAVES, asked).fetchall())}
        return self._cache.get(number, b"")

    def _tile(self, number: int, hashes: bytes, node: bytes, stored: bytes) -> None:
        first = number * WIDTH
        reaches = max(0, min(WIDTH, self._size - first)) * HASH
        if len(stored) != reaches:
            self.report.add(
                first + min(len(stored), reaches) // HASH + 1, Wrong.TILE,
                f"tile (0, {number}) has {len(stored) // HASH} hashes and should have {reaches // HASH}",
            )  # fmt: skip
            stored = stored[:reaches]
        if stored != hashes[: len(stored)]:
            self._differ(first, hashes, stored)
        for point in self._due(first, len(hashes) // HASH):
            tail = (point.size - first) * HASH
            tree = self._tree.root(stored[:tail]) == point.root if point.size <= self._size else None
            self.compared.append(Compared(point.size, self._log.root(hashes[:tail]) == point.root, tree))
        if node:
            right = _full(self._log.above.grow(node))
            if len(stored) == FULL:
                self._upper_tiles(_full(self._tree.above.grow(node if stored == hashes else fold(stored))), right)

    def _due(self, first: int, number: int) -> Iterator[Checkpoint]:
        """The checkpoints of trees that end in this tile; that of the empty tree comes with the first."""
        while self._points and self._points[0].size <= first + number:
            yield self._points.popleft()

    def _differ(self, first: int, hashes: bytes, stored: bytes) -> None:
        for at in range(0, min(len(stored), len(hashes)), HASH):
            mine, theirs = hashes[at : at + HASH], stored[at : at + HASH]
            if mine != theirs and len(self.differences) < MOST:
                self.differences.append(Difference(first + at // HASH + 1, mine, theirs))

    def _upper_tiles(self, expected: Sequence[Tile], right: Sequence[Tile]) -> None:
        """Hold the upper tiles against the tiles below; where those are wrong already, against what they should be."""
        wanted = {(tile.level + 1, tile.number): tile.hashes for tile in expected}
        others = {(tile.level + 1, tile.number): tile.hashes for tile in right}
        found = tiles.read(self._connection, wanted) if wanted else {}
        for place, hashes in wanted.items():
            stored, other = found.get(place, b""), others.get(place, b"")
            # What the tree has beyond the end of the log is said elsewhere.
            end = len(hashes) if self._size > self.walked else max(len(hashes), len(stored))
            for at in range(0, end, HASH):
                if stored[at : at + HASH] not in {hashes[at : at + HASH], other[at : at + HASH]} - {b""}:
                    position = ((place[1] * WIDTH + at // HASH) << (8 * place[0])) + 1
                    self.report.add(position, Wrong.TILE, f"tile {place} is not what the tiles below it give")
                    break


def _full(grown: Iterable[Tile]) -> list[Tile]:
    return [tile for tile in grown if len(tile.hashes) == FULL]
