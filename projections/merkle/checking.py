"""Checks proofs as somebody does who has nothing but the proof: RFC 9162, 2.1.3.2 and 2.1.4.2."""

from collections.abc import Sequence

from projections.merkle.hashing import HASH, inner


def includes(leaf_hash: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> bool:
    """Whether the path proves that the tree of that size and root has this leaf at this index (2.1.3.2)."""
    return len(root) == HASH and above(leaf_hash, index, size, path) == root


def above(leaf_hash: bytes, index: int, size: int, path: Sequence[bytes]) -> bytes | None:
    """The root to which the path of a leaf leads in a tree of that size; None where it is no path of such a tree."""
    if not 0 <= index < size or not _all_hashes((leaf_hash, *path)):
        return None
    at, last, node = index, size - 1, leaf_hash
    for beside in path:
        if last == 0:
            return None
        if at & 1 or at == last:
            node = inner(beside, node)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            node = inner(node, beside)
        at, last = at >> 1, last >> 1
    return node if last == 0 else None


def extends(old: int, old_root: bytes, new: int, new_root: bytes, path: Sequence[bytes]) -> bool:
    """Whether the path proves that the tree `new` begins with all that `old` had (2.1.4.2); 0 < old <= new."""
    if not 0 < old <= new or not _all_hashes((old_root, new_root, *path)):
        return False
    if old == new:
        return not path and old_root == new_root
    return roots(old, new, [old_root, *path] if is_complete(old) else path) == (old_root, new_root)


def is_complete(size: int) -> bool:
    """Whether a tree of that size is one complete part, whose root no proof repeats."""
    return size & (size - 1) == 0


def roots(old: int, new: int, steps: Sequence[bytes]) -> tuple[bytes, bytes] | None:
    """The two roots to which a proof leads, 0 < old < new; None where it is none. A complete `old` comes first."""
    if not steps:
        return None
    at, last = old - 1, new - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    before = after = steps[0]
    for beside in steps[1:]:
        if last == 0:
            return None
        if at & 1 or at == last:
            before, after = inner(beside, before), inner(beside, after)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            after = inner(after, beside)
        at, last = at >> 1, last >> 1
    return (before, after) if last == 0 else None


def _all_hashes(nodes: Sequence[bytes]) -> bool:
    return all(len(node) == HASH for node in nodes)
