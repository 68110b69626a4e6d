"""A tree that grows to the right: the tiles that are open on each level, and those that a batch of leaves changes."""

from collections.abc import Iterator
from typing import NamedTuple

from projections.merkle.hashing import HASH, fold, peaks, together

HEIGHT = 8
WIDTH = 1 << HEIGHT
"""Hashes of a full tile (C2SP tlog-tiles)."""
FULL = WIDTH * HASH


class Tile(NamedTuple):
    """Up to 256 neighbours on every eighth level, the `number`th such from the left: `hashes` are joined."""

    level: int
    number: int
    hashes: bytes


def open_tiles(size: int) -> Iterator[tuple[int, int, int]]:
    """Level, index and number of hashes of each tile that a tree of that size has open."""
    level = 0
    while size:
        if size % WIDTH:
            yield level, size // WIDTH, size % WIDTH
        size, level = size // WIDTH, level + 1


class Growing:
    """A tree that has as many leaves as `size` says; `opened` are its open tiles, by level."""

    def __init__(self, size: int = 0, opened: dict[int, bytes] | None = None) -> None:
        self.size = size
        self._open = opened or {}

    def grow(self, leaves: bytes) -> list[Tile]:
        """Add leaf hashes, joined; every tile that is another one now, the open ones too."""
        changed: list[Tile] = []
        level, count = 0, self.size
        self.size += len(leaves) // HASH
        while leaves:
            tiles, leaves = self._on_level(level, count // WIDTH, leaves)
            changed += tiles
            level, count = level + 1, count // WIDTH
        return changed

    def root(self) -> bytes:
        """Of the tree as it is now."""
        return together(self.peaks())

    def peaks(self) -> list[bytes]:
        """The complete parts that it is made of, the largest first."""
        return [peak for level in sorted(self._open, reverse=True) for peak in peaks(self._open[level])]

    def opened(self) -> list[Tile]:
        """The open tiles, the lowest first."""
        return [Tile(level, number, self._open[level]) for level, number, _ in open_tiles(self.size)]

    def _on_level(self, level: int, index: int, fresh: bytes) -> tuple[list[Tile], bytes]:
        """The tiles of a level that change, and what the full ones add to the level above."""
        hashes = self._open.pop(level, b"") + fresh
        cuts = range(0, len(hashes), FULL)
        tiles = [Tile(level, index + n, hashes[at : at + FULL]) for n, at in enumerate(cuts)]
        if len(tiles[-1].hashes) < FULL:
            self._open[level] = tiles[-1].hashes
        return tiles, b"".join(fold(tile.hashes) for tile in tiles if len(tile.hashes) == FULL)
