"""Much at once: requests in chunks, the facts of each by binary COPY, with all that an append promises."""

from collections.abc import Iterable, Iterator
from threading import Event
from types import TracebackType
from typing import Self

from events.appender import NOTHING, PATIENCE, Appender
from events.chunk import Chunk, chunks
from events.fact import Id
from events.group import Outcome, Pending, refused
from events.lane import Lane, Said
from events.numbers import Numbers
from events.request import Appended, Request
from events.rows import uuid_bytes

ROUNDS = 3
"""How often a chunk is tried without those that were refused, before the rest of it goes in groups."""


def copy(
    conninfo: str, requests: Iterable[Request], *, patience: float = PATIENCE
) -> Iterator[tuple[Request, Outcome]]:
    """Append requests as they come, and say of each what became of it; those to one stream keep their order.

    To be iterated: the database stores a chunk while the next one is brought to it. A chunk of which nothing is refused
    is one transaction; whoever stops in between starts again from the beginning, since commands that are known answer
    again. While a chunk goes in, other appenders wait for one or two tenths of a second.
    """
    with Copier(conninfo, patience=patience) as copier:
        before: Chunk | None = None
        for chunk in chunks(requests):
            copier.fill(chunk)
            outcomes = copier.finish(before) if before is not None else []
            # Only now: it may continue what the one before it has left, and nobody's turn comes before his.
            copier.store()
            before = chunk
            yield from outcomes
        if before is not None:
            yield from copier.finish(before)


class Copier:
    """Two connections that copy in turn, and an appender for what cannot be copied."""

    def __init__(self, conninfo: str, *, patience: float = PATIENCE) -> None:
        self._appender = Appender(conninfo, patience=patience)
        numbers = Numbers()
        self._storing = Lane(conninfo, numbers, patience)
        self._filling = Lane(conninfo, numbers, patience)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._appender.close()
        self._storing.drop()
        self._filling.drop()

    def fill(self, chunk: Chunk) -> None:
        """Bring a chunk to the database, while it stores the one before."""
        self._filling.fill(chunk)

    def store(self) -> None:
        """Have the chunk stored that was brought last, after the one before is finished."""
        self._storing, self._filling = self._filling, self._storing
        self._storing.store()

    def finish(self, chunk: Chunk) -> list[tuple[Request, Outcome]]:
        """What became of each request of the chunk that is being stored, in their order."""
        said = self._storing.result()
        if said is not None and not said.refusals and not chunk.odd:
            return list(stored(chunk, said))
        left = requests = [*chunk.requests, *chunk.odd]
        outcomes: dict[Id, Outcome] = {}
        for _ in range(ROUNDS):
            if said is None:
                break
            outcomes.update((request.command, outcome) for request, outcome in found(chunk, said))
            left = [request for request in requests if request.command not in outcomes]
            if not left or not said.refusals:
                break
            # Some were refused, and nothing was stored. Those that no longer fit without them come after the chunk.
            chunk = Chunk()
            for request in left:
                chunk.takes(request)
            self._storing.fill(chunk)
            self._storing.store()
            said = self._storing.result()
        # What is left was in a chunk that failed, in or not in, through whose fault ever: the commands tell.
        outcomes.update((request.command, outcome) for request, outcome in self.append_in_groups(left))
        return [(request, outcomes[request.command]) for request in requests]

    def append_in_groups(self, requests: list[Request]) -> list[tuple[Request, Outcome]]:
        """The usual way: with patience, and with each request's fault its own."""
        if not requests:
            return []
        left, finished = len(requests), Event()

        def done(pairs: list[tuple[Pending, Outcome]]) -> None:
            nonlocal left
            left -= len(pairs)
            if not left:
                finished.set()

        pendings = self._appender.submit(requests, done)
        finished.wait()
        return [(pending.request, pending.outcome) for pending in pendings if pending.outcome is not None]


def found(chunk: Chunk, said: Said) -> Iterator[tuple[Request, Outcome]]:
    """Where each stands; where some are refused, what they are told alone, for nothing is stored."""
    if not said.refusals:
        yield from stored(chunk, said)
        return
    for request in chunk.requests:
        if (refusal := said.refusals.get(uuid_bytes(request.command))) is not None:
            yield request, refused(Pending(request, None), refusal)


def stored(chunk: Chunk, said: Said) -> Iterator[tuple[Request, Outcome]]:
    """Where each of them stands."""
    head, at = said.head, said.at
    for request, size in zip(chunk.requests, chunk.sizes, strict=True):
        yield request, Appended(head + 1, size, at) if size else NOTHING
        head += size
