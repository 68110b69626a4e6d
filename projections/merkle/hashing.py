"""How hashes are put together: RFC 6962, section 2.1, over hashes that lie joined in one piece of bytes."""

from collections.abc import Sequence
from hashlib import sha256

HASH = 32
"""Bytes of one hash."""
EMPTY = sha256(b"").digest()
"""The root of a tree without leaves."""
INNER_PREFIX = b"\1"


def inner(left: bytes, right: bytes) -> bytes:
    """The node above two others."""
    return sha256(INNER_PREFIX + left + right).digest()


def fold(hashes: bytes) -> bytes:
    """The node above 1, 2, 4, 8 … joined hashes."""
    while len(hashes) > HASH:
        hashes = b"".join(
            [sha256(INNER_PREFIX + hashes[at : at + 2 * HASH]).digest() for at in range(0, len(hashes), 2 * HASH)]
        )
    return hashes


def peaks(hashes: bytes) -> list[bytes]:
    """The nodes above any number of joined hashes, each of as many as can be: the largest first."""
    found, at, left = [], 0, len(hashes) // HASH
    while left:
        take = 1 << (left.bit_length() - 1)
        found.append(fold(hashes[at : at + take * HASH]))
        at, left = at + take * HASH, left - take
    return found


def together(nodes: Sequence[bytes]) -> bytes:
    """The node above peaks, the largest first, as the right edge of a tree has them; that of nothing is `EMPTY`."""
    if not nodes:
        return EMPTY
    node = nodes[-1]
    for left in reversed(nodes[:-1]):
        node = inner(left, node)
    return node
