"""Which stretches of leaves a proof is made of: RFC 6962, 2.1.1 and 2.1.2, read from top to bottom."""

from collections.abc import Iterator
from typing import NamedTuple


class Span(NamedTuple):
    """The leaves from `first` on and before `end`, which have one node above them."""

    first: int
    end: int


class Node(NamedTuple):
    """A complete part of the tree: 2^height leaves, the `number`th such part from the left."""

    height: int
    number: int


def inclusion(index: int, size: int) -> list[Span]:
    """The audit path of a leaf, from the leaf up; 0 <= index < size."""
    path, span = [], Span(0, size)
    while span.end - span.first > 1:
        left, right = _halves(span)
        span, beside = (left, right) if index < left.end else (right, left)
        path.append(beside)
    return path[::-1]


def consistency(old: int, new: int) -> list[Span]:
    """What leads from the root of a tree to that of a later one; 0 < old <= new."""
    path, span = [], Span(0, new)
    while span.end != old:
        left, right = _halves(span)
        span, beside = (left, right) if old <= left.end else (right, left)
        path.append(beside)
    # Whoever asks knows the old root already.
    return ([] if span.first == 0 else [span]) + path[::-1]


def nodes(span: Span) -> Iterator[Node]:
    """The complete parts below a span, the largest and leftmost first."""
    first, end = span
    while first < end:
        height = (end - first).bit_length() - 1
        yield Node(height, first >> height)
        first += 1 << height


def _halves(span: Span) -> tuple[Span, Span]:
    """Split after the largest power of two that is smaller than the span."""
    at = span.first + (1 << ((span.end - span.first - 1).bit_length() - 1))
    return Span(span.first, at), Span(at, span.end)
