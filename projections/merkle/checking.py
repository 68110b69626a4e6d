"""Checks proofs as somebody does who has nothing but the proof: RFC 9162, 2.1.3.2 and 2.1.4.2."""

from collections.abc import Sequence

from projections.merkle.hashing import HASH, inner


def includes(leaf_hash: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> bool:
    """Whether the path proves that the tree of that size and root has this leaf at this index (2.1.3.2)."""
    if not 0 <= index < size or not _all_hashes((leaf_hash, root, *path)):
        return False
    at, last, node = index, size - 1, leaf_hash
    for beside in path:
        if last == 0:
            return False
        if at & 1 or at == last:
            node = inner(beside, node)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            node = inner(node, beside)
        at, last = at >> 1, last >> 1
    return last == 0 and node == root


def extends(old: int, old_root: bytes, new: int, new_root: bytes, path: Sequence[bytes]) -> bool:
    """Whether the path proves that the tree `new` begins with all that `old` had (2.1.4.2); 0 < old <= new."""
    if not 0 < old <= new or not _all_hashes((old_root, new_root, *path)):
        return False
    if old == new:
        return not path and old_root == new_root
    steps = [old_root, *path] if old & (old - 1) == 0 else list(path)
    if not steps:
        return False
    at, last = old - 1, new - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    before = after = steps[0]
    for beside in steps[1:]:
        if last == 0:
            return False
        if at & 1 or at == last:
            before, after = inner(beside, before), inner(beside, after)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            after = inner(after, beside)
        at, last = at >> 1, last >> 1
    return last == 0 and before == old_root and after == new_root


def _all_hashes(nodes: Sequence[bytes]) -> bool:
    return all(len(node) == HASH for node in nodes)
