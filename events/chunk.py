"""Requests that can go into the log together, as if one after the other."""

from collections.abc import Iterable, Iterator

from events.fact import Id
from events.request import Request

CHUNK_FACTS = 10_000
CHUNK_BYTES = 8_000_000


def chunks(requests: Iterable[Request]) -> Iterator["Chunk"]:
    """The requests in their order, as many together as can go in together."""
    chunk = Chunk()
    for request in requests:
        if chunk.full or not chunk.takes(request):
            yield chunk
            chunk = Chunk()
            if not chunk.takes(request):
                chunk.odd.append(request)
                yield chunk
                chunk = Chunk()
    yield chunk


class Chunk:
    """Requests that can go in together, as if one after the other: each continues what those before it leave."""

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.sizes: list[int] = []
        """The facts of each."""
        self.odd: list[Request] = []
        """One that names something twice or must go alone: an append shall say what it thinks of it."""
        self.facts = 0
        self.weight = 0
        self.commands: set[Id] = set()
        self.claims: set[str] = set()
        self.versions: dict[Id, int] = {}
        self.firsts: dict[Id, tuple[int, int]] = {}
        """Of each stream that is written: the number of the first request that does, and the version it expects."""
        self.conditions: list[tuple[int, Id, int]] = []
        """Those that only the database can judge: the request's number, stream, version."""

    @property
    def full(self) -> bool:
        """Whether it is time to store it."""
        return self.facts >= CHUNK_FACTS or self.weight >= CHUNK_BYTES

    def takes(self, request: Request) -> bool:
        """Take it in, unless it would be refused after those before it, names something twice, or must go alone."""
        versions = self.versions
        if request.unless is not None or request.command in self.commands or not self._continues(request):
            return False
        self.requests.append(request)
        self.commands.add(request.command)
        number, before = len(self.requests), self.facts
        for stream, expected, entries in request.writes:
            if not entries:
                self._look_at(number, stream, expected)
                continue
            if stream not in versions:
                self.firsts[stream] = number, expected
            versions[stream] = expected + len(entries)
            self.facts += len(entries)
            for entry in entries:
                self.weight += len(entry.data)
        for stream, version in request.conditions:
            self._look_at(number, stream, version)
        if request.takes or request.releases:
            self.claims.update(claim for claim, _ in (*request.takes, *request.releases))
        self.sizes.append(self.facts - before)
        return True

    def _continues(self, request: Request) -> bool:
        versions = self.versions
        if len(request.writes) == 1 and not (request.conditions or request.takes or request.releases):
            stream, expected, _ = request.writes[0]
            return versions.get(stream, expected) == expected
        looked_at = [(write.stream, write.expected) for write in request.writes]
        looked_at += request.conditions
        claims = [claim for claim, _ in (*request.takes, *request.releases)]
        return (
            all(versions.get(stream, version) == version for stream, version in looked_at)
            and len({stream for stream, _ in looked_at}) == len(looked_at)
            and self.claims.isdisjoint(claims)
            and len(set(claims)) == len(claims)
        )

    def _look_at(self, number: int, stream: Id, version: int) -> None:
        if stream not in self.versions:
            self.conditions.append((number, stream, version))
