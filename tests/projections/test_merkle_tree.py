"""The tree is that of RFC 6962: roots, paths and consistency, against its own words and against whoever cheats."""

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from projections.merkle import proving
from projections.merkle.checking import extends, includes
from projections.merkle.growing import FULL, WIDTH, Growing, Tile, open_tiles
from projections.merkle.hashing import EMPTY, HASH, fold, inner, peaks, together
from projections.merkle.proving import Node, Span, nodes
from tests.projections import rfc6962

LEAVES = [rfc6962.leaf(str(number).encode()) for number in range(600)]
MOST = 300
# From the public test data of Certificate Transparency: eight entries, and the roots of their first n.
ENTRIES = [bytes.fromhex(entry) for entry in (
    "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f",
)]  # fmt: skip
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


class Kept:
    """A tree with all its tiles."""

    def __init__(self, *batches: bytes) -> None:
        self.tree = Growing()
        self.tiles: dict[tuple[int, int], bytes] = {}
        for batch in batches:
            self.grow(batch)

    def grow(self, batch: bytes) -> list[Tile]:
        changed = self.tree.grow(batch)
        self.tiles.update(((tile.level, tile.number), tile.hashes) for tile in changed)
        return changed

    def node(self, span: Span) -> bytes:
        return together([self.part(node) for node in nodes(span)])

    def part(self, node: Node) -> bytes:
        level, above = divmod(node.height, 8)
        first = node.number << above
        tile = self.tiles[level, first // WIDTH]
        return fold(tile[first % WIDTH * HASH :][: HASH << above])


def whole(size: int) -> Kept:
    return Kept(b"".join(LEAVES[:size]))


def test_the_roots_are_those_that_certificate_transparency_publishes() -> None:
    kept = Kept()
    assert kept.tree.root() == EMPTY == rfc6962.mth([])
    for entry, root in zip(ENTRIES, ROOTS, strict=True):
        kept.grow(rfc6962.leaf(entry))
        assert kept.tree.root().hex() == root


def test_every_root_up_to_three_hundred_is_the_recursive_one() -> None:
    kept = Kept()
    for size in range(1, MOST + 1):
        kept.grow(LEAVES[size - 1])
        assert kept.tree.root() == kept.node(Span(0, size)) == rfc6962.mth(LEAVES[:size])


def test_every_path_up_to_three_hundred_is_the_recursive_one_and_is_believed() -> None:
    kept = whole(MOST)
    for size in range(1, MOST + 1):
        root = rfc6962.mth(LEAVES[:size])
        # Every index of small trees; of large ones those at the edges, where paths are odd.
        few = {0, 1, size // 2, 254, 255, 256, 257, size - 2, size - 1}
        for index in range(size) if size <= 70 or size == MOST else sorted(n for n in few if 0 <= n < size):
            path = [kept.node(span) for span in proving.inclusion(index, size)]
            assert path == rfc6962.path(index, LEAVES[:size])
            assert includes(LEAVES[index], index, size, path, root)


def test_every_consistency_is_the_recursive_one_and_is_believed() -> None:
    kept = whole(MOST)
    roots = [rfc6962.mth(LEAVES[:size]) for size in range(MOST + 1)]
    # All small trees, and those about a full tile.
    for new in (*range(1, 130), *range(WIDTH - 3, WIDTH + 4), MOST):
        for old in range(1, new + 1):
            path = [kept.node(span) for span in proving.consistency(old, new)]
            if new <= 70 or new == MOST:
                assert path == rfc6962.proof(old, LEAVES[:new])
            assert extends(old, roots[old], new, roots[new], path)


@given(st.lists(st.integers(1, 200), max_size=8))
def test_tiles_do_not_depend_on_how_the_leaves_came_in(sizes: list[int]) -> None:
    total = min(sum(sizes), len(LEAVES))
    kept, at = Kept(), 0
    for size in sizes:
        kept.grow(b"".join(LEAVES[at : min(at + size, total)]))
        at = min(at + size, total)
    assert kept.tiles == whole(total).tiles
    assert kept.tree.root() == rfc6962.mth(LEAVES[:total])


def test_a_full_tile_is_written_once_and_its_node_stands_on_the_next_level() -> None:
    kept = whole(512)
    assert {place: len(tile) for place, tile in kept.tiles.items()} == {(0, 0): FULL, (0, 1): FULL, (1, 0): 2 * HASH}
    assert kept.tiles[1, 0] == fold(kept.tiles[0, 0]) + fold(kept.tiles[0, 1])
    assert [tile[:2] for tile in kept.grow(LEAVES[512])] == [(0, 2)]


@pytest.mark.parametrize("size", [0, 1, 255, 256, 257, 512, 600])
def test_a_tree_that_is_taken_up_from_its_open_tiles_grows_like_the_one_that_was_left(size: int) -> None:
    left = whole(size)
    opened = {level: left.tiles[level, index] for level, index, _ in open_tiles(size)}
    assert all(len(opened[level]) == count * HASH for level, _, count in open_tiles(size))
    taken, more = Growing(size, opened), b"".join(rfc6962.leaf(bytes([n])) for n in range(200))
    assert taken.root() == left.tree.root()
    assert taken.grow(more) == left.grow(more)
    assert taken.root() == left.tree.root()


def test_a_tree_of_three_levels_has_the_root_of_its_nodes() -> None:
    """65,536 leaves and a few: a tile on level 2."""
    leaves = [rfc6962.leaf(number.to_bytes(4, "big")) for number in range(65_536 + 300)]
    kept = Kept(b"".join(leaves[:30_000]), b"".join(leaves[30_000:]))
    assert (2, 0) in kept.tiles
    assert kept.tree.root() == rfc6962.mth(leaves)
    for index in (0, 255, 256, 65_535, 65_536, len(leaves) - 1):
        path = [kept.node(span) for span in proving.inclusion(index, len(leaves))]
        assert includes(leaves[index], index, len(leaves), path, kept.tree.root())


def test_peaks_are_the_largest_complete_parts_from_the_left() -> None:
    assert peaks(b"".join(LEAVES[:7])) == [rfc6962.mth(LEAVES[:4]), rfc6962.mth(LEAVES[4:6]), LEAVES[6]]
    assert peaks(b"") == []


# Proofs that are none


def inclusions() -> st.SearchStrategy[tuple[int, int]]:
    return st.integers(1, MOST).flatmap(lambda size: st.tuples(st.integers(0, size - 1), st.just(size)))


def bent(path: list[bytes]) -> Iterator[list[bytes]]:
    """The path shorter, longer, in another order, and with another hash in each place."""
    other = rfc6962.leaf(b"another")
    yield [*path, other]
    yield [other, *path]
    for at in range(len(path)):
        yield path[:at] + path[at + 1 :]
        yield [*path[:at], other, *path[at + 1 :]]
        yield [*path[:at], path[at][:-1], *path[at + 1 :]]
        if at:
            yield [*path[: at - 1], path[at], path[at - 1], *path[at + 1 :]]


@given(inclusions())
@settings(max_examples=60, deadline=None)
def test_a_bent_path_proves_nothing(asked: tuple[int, int]) -> None:
    index, size = asked
    root, path = rfc6962.mth(LEAVES[:size]), rfc6962.path(index, LEAVES[:size])
    assert includes(LEAVES[index], index, size, path, root)
    for wrong in bent(path):
        assert not includes(LEAVES[index], index, size, wrong, root)
    for elsewhere in {index - 1, index + 1, size, -1, index + size} - {index}:
        assert not includes(LEAVES[index], elsewhere, size, path, root)
    assert not includes(rfc6962.leaf(b"another"), index, size, path, root)
    assert not includes(LEAVES[index], index, size, path, rfc6962.leaf(b"another"))
    assert not includes(LEAVES[index], index, 0, path, root)


@given(inclusions())
@settings(max_examples=60, deadline=None)
def test_a_path_is_one_for_trees_of_its_own_length_only(asked: tuple[int, int]) -> None:
    """The path says nothing of the size but its length; whoever claims another size must claim another length."""
    index, size = asked
    root, path = rfc6962.mth(LEAVES[:size]), rfc6962.path(index, LEAVES[:size])
    for claimed in {1, size * 4, size * 2 + 1, (size + 1) // 4} - {size}:
        if len(proving.inclusion(index, claimed) if index < claimed else []) != len(path):
            assert not includes(LEAVES[index], index, claimed, path, root)


def test_an_inner_node_does_not_pass_for_a_leaf() -> None:
    node = inner(LEAVES[0], LEAVES[1])
    root = rfc6962.mth(LEAVES[:4])
    path = [rfc6962.mth(LEAVES[2:4])]
    # The hash of the node has its path; but no entry has the hash, for those of entries begin with another byte.
    assert includes(node, 0, 2, path, root)
    assert rfc6962.leaf(LEAVES[0] + LEAVES[1]) != node
    assert not includes(rfc6962.leaf(LEAVES[0] + LEAVES[1]), 0, 2, path, root)
    assert not includes(node, 0, 4, path, root)


@given(st.integers(1, MOST).flatmap(lambda new: st.tuples(st.integers(1, new), st.just(new))))
@settings(max_examples=60, deadline=None)
def test_a_bent_consistency_proves_nothing(asked: tuple[int, int]) -> None:
    old, new = asked
    before, after = rfc6962.mth(LEAVES[:old]), rfc6962.mth(LEAVES[:new])
    path, other = rfc6962.proof(old, LEAVES[:new]), rfc6962.leaf(b"another")
    assert extends(old, before, new, after, path)
    for wrong in bent(path):
        assert not extends(old, before, new, after, wrong)
    assert not extends(old, other, new, after, path)
    assert not extends(old, before, new, other, path)
    assert not extends(0, before, new, after, path)
    assert not extends(new + 1, before, new, after, path)
    if old < new:
        assert not extends(old, before, old, after, path)
        assert not extends(new, after, old, before, path)


def test_a_tree_with_another_past_is_no_extension() -> None:
    for at in (0, 100, 199):
        rewritten = [*LEAVES[:at], rfc6962.leaf(b"another"), *LEAVES[at + 1 : MOST]]
        path = rfc6962.proof(200, rewritten)
        assert not extends(200, rfc6962.mth(LEAVES[:200]), MOST, rfc6962.mth(rewritten), path)
