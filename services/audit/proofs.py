"""What the tree proves, over HTTP: checkpoints, that a record is in the log, and that the log has only grown."""

from base64 import b64encode
from collections.abc import Sequence
from time import monotonic, sleep
from typing import Annotated

import structlog
from fastapi import APIRouter, Depends, Query
from fastapi.responses import PlainTextResponse
from pydantic import BaseModel, ConfigDict, Field

from events.canonical import leaf, leaf_hash
from projections import positions
from projections.merkle import proving, tiles
from projections.merkle.checking import above, is_complete, roots
from projections.merkle.proving import Span
from projections.waiting import Behind
from services.audit import kept
from services.audit.reach import must_read, must_read_record
from services.web.asking import LOOK, PATIENCE, AtLeast, wait
from services.web.context import Asking, Here, caller
from services.web.problem import Problem, not_found, unprocessable

router = APIRouter(tags=["audit"])
ANYBODY = [Depends(caller)]
"""Whoever has a token: neither a root nor a hash says anything of a person."""

Number = Annotated[int, Query(ge=1, le=2**62)]
Size = Annotated[
    int | None, Query(ge=1, le=2**62, description="Of the tree; that of the latest checkpoint if left out")
]
Hash = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]

log = structlog.get_logger("http")


class Inclusion(BaseModel):
    """That a record is in the log: `leaf` in base64 is exactly what is hashed, hashes are in hexadecimal."""

    leaf_index: int
    leaf: str
    leaf_hash: Hash
    size: int
    root: Hash
    path: list[Hash]


class Consistency(BaseModel):
    """That the tree of `to` records begins with that of `from`; `roots` are those of the two."""

    model_config = ConfigDict(populate_by_name=True)

    first: Annotated[int, Field(alias="from")]
    to: int
    path: list[Hash]
    roots: Annotated[list[Hash], Field(min_length=2, max_length=2)]


@router.get("/checkpoints/latest", response_class=PlainTextResponse, dependencies=ANYBODY)
def read_checkpoint(here: Here, at_least: AtLeast = None) -> str:
    """What the log says of itself, signed: origin, size and root (a C2SP tlog-checkpoint, which is a signed note)."""
    return _latest(here, at_least).note


@router.get("/checkpoints/key", response_class=PlainTextResponse, dependencies=ANYBODY)
def read_key(here: Here) -> str:
    """The verifier key of the checkpoints that are signed now. Whoever checks them has it from somewhere else, too."""
    with here.pool.connection() as connection:
        known = kept.keys(connection)
    if not known:
        raise not_found("key")
    return known[-1].text() + "\n"


@router.get("/proofs/inclusion")
def prove_inclusion(
    asking: Asking, here: Here, position: Number, size: Size = None, at_least: AtLeast = None
) -> Inclusion:
    """That a record is in the log, and how it is written there."""
    must_read(asking)
    found = here.ledger.at([position])
    if not found:
        raise not_found("record")
    must_read_record(here, asking, found[0])
    size = _size(here, size, at_least, position)
    if position > size:
        raise unprocessable("/position", f"a tree of {size} has no leaf for it")
    index, data = position - 1, leaf(found[0])
    spans = [Span(index, position), *proving.inclusion(index, size)]
    (node, *path), signed = _hashes(here, spans, [size], position)
    root = above(node, index, size, path)
    if node != leaf_hash(data) or root is None:
        raise _unproven("the record is not what the tree has at its place", position)
    _must_be_as_signed({size: root}, signed, position)
    return Inclusion(
        leaf_index=index,
        leaf=b64encode(data).decode(),
        leaf_hash=node.hex(),
        size=size,
        root=root.hex(),
        path=_hex(path),
    )


@router.get("/proofs/consistency", dependencies=ANYBODY)
def prove_consistency(
    here: Here,
    first: Annotated[int, Query(alias="from", ge=1, le=2**62)],
    to: Size = None,
    at_least: AtLeast = None,
) -> Consistency:
    """That the log of `to` records begins with all that it had when there were `from`."""
    to = _size(here, to, at_least, first, "/to")
    if first > to:
        raise unprocessable("/from", f"is larger than `to`, which is {to}")
    known = [Span(0, first)] if is_complete(first) or first == to else []
    steps, signed = _hashes(here, [*known, *proving.consistency(first, to)], [first, to], first)
    both = (steps[0], steps[0]) if first == to else roots(first, to, steps)
    if both is None:
        raise _unproven("the tree is not whole", first)
    _must_be_as_signed({first: both[0], to: both[1]}, signed, first)
    return Consistency(first=first, to=to, path=_hex(steps[len(known) :]), roots=_hex(both))


def _latest(here: Here, at_least: int | None) -> kept.Kept:
    """The latest checkpoint, once it covers a position, where one is asked for.

    Raises:
        Problem: 404, nothing was ever signed.
        Behind: no checkpoint has covered it within 5 seconds.
    """
    until = monotonic() + PATIENCE
    while True:
        with here.pool.connection() as connection:
            found = kept.latest(connection)
        if at_least is None or (found is not None and found.size >= at_least):
            break
        if monotonic() > until:
            raise Behind(f"no checkpoint covers position {at_least}")
        sleep(LOOK)
    if found is None:
        raise not_found("checkpoint")
    return found


def _size(here: Here, asked: int | None, at_least: int | None, needed: int, pointer: str = "/size") -> int:
    """The size of the tree that is asked for: the latest checkpoint's if none is said.

    Raises:
        Problem: 404, nothing was ever signed; 422, the log is not so long.
        Behind: the tree, or its latest checkpoint, does not reach that far yet.
    """
    if asked is None:
        latest = _latest(here, at_least).size
        if latest < needed <= here.ledger.head():
            raise Behind(f"no checkpoint covers position {needed}")
        return latest
    wait(here, [tiles.NAME], at_least)
    with here.pool.connection() as connection:
        stands = positions.positions(connection, [tiles.NAME])[tiles.NAME].position
    if asked > stands:
        head = here.ledger.head()
        if asked > head:
            raise unprocessable(pointer, f"the log has {head} records")
        raise Behind(f"the tree has {stands} leaves")
    return asked


def _hashes(
    here: Here, spans: Sequence[Span], sizes: Sequence[int], position: int
) -> tuple[list[bytes], list[tuple[int, str]]]:
    """The nodes above the spans, and the checkpoints that were published of trees of these sizes.

    Raises:
        Problem: 500, the tree is broken.
    """
    with here.pool.connection() as connection:
        try:
            return tiles.hashes(connection, spans), kept.of_sizes(connection, sizes)
        except tiles.TileBroken as broken:
            raise _unproven(str(broken), position) from None


def _must_be_as_signed(roots: dict[int, bytes], signed: Sequence[tuple[int, str]], position: int) -> None:
    """Where a tree of one of these sizes was signed, it had this root.

    Raises:
        Problem: 500, it had another one.
    """
    for size, note in signed:
        if b64encode(roots[size]).decode() not in note.split("\n"):
            raise _unproven(f"the tree of {size} has another root than the one that was signed", position)


def _unproven(why: str, position: int) -> Problem:
    log.critical("unproven", why=why, position=position)
    return Problem(500, "unproven", f"this cannot be proven: {why}; whoever runs this has to run `caunoi audit verify`")


def _hex(path: Sequence[bytes]) -> list[str]:
    return [node.hex() for node in path]
