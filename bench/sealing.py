"""What sealing and the tree cost an append: sixty-four callers, each fact with a text about a person, one a request."""

from collections.abc import Iterator, Sequence
from itertools import cycle
from time import monotonic, sleep
from typing import Any, NamedTuple

import psycopg

from bench import sealed_rewards
from bench.append import MOST_A_SECOND
from bench.callers import prepared, together
from bench.facts import ACTOR, BYTES, ON
from bench.figure import OURS, Case, Sample, Sizes, Target, interleave, summed_up
from bench.processes import process
from bench.served import environment
from bench.server import Server, place
from events.fact import Id
from events.keys import Keyring
from events.ledger import Ledger
from events.request import Entry, Request, Write
from events.sealing import seal
from projections.merkle.tiles import NAME as TREE
from projections.positions import positions
from services import master_key
from services.ingest.asked import new_id
from services.program import checkpoint_key_file, master_key_file
from services.settings import Settings

NAME = "sealing"
CALLERS = 64
PERSONS = 1000
FACT = "member.residence_declared"
PERSONAL = frozenset({"address"})
PATIENCE = 120.0
SERVE = ("-m", "services.program", "serve", "audit")
ADDRESS = "So 12, duong Tran Phu, thon Trai Le, xa Hai Hoa"
_REST = b'{"committee":"0199f0a0-0000-7000-8000-000000000002","place":"%s","address":"%s"}'
DATA = _REST % (b"0" * (BYTES - len(_REST) + 4 - len(ADDRESS)), ADDRESS.encode())
SAID = {
    OURS: "sealed with the person's key, in memory, while `caunoi serve audit` keeps and signs the tree",
    "without": "the same facts and callers without either",
    "without the tree": "sealed, and no tree",
}


def run(server: Server, sizes: Sizes) -> Iterator[Case]:
    """With and without, in rounds; the tree has caught up before the other side's turn."""
    with (
        server.database() as own,
        server.database() as bare,
        server.database() as alone,
        place() as folder,
        Ledger(own.app) as kept,
        Ledger(bare.app) as unsealed,
        Ledger(alone.app) as sealed,
        psycopg.connect(own.app, autocommit=True) as connection,
    ):
        chosen = Settings.read(data=folder, database=own.app)
        master_key_file.ensure(chosen, own.owner)
        checkpoint_key_file.ensure(chosen, own.owner)
        ring, persons = master_key.keyring(chosen), [new_id() for _ in range(PERSONS)]
        ring.make(connection, persons)

        def appended(ledger: Ledger, seals: Keyring | None) -> Sample:
            places = prepared(_places(persons), int(MOST_A_SECOND * sizes.seconds))
            return together(ledger, _requests(places, seals), sizes.seconds, CALLERS)

        def ours() -> Sample:
            sample = appended(kept, ring)
            # Whoever comes next shall not be measured beside the tree that catches up.
            _wait_until_kept(connection, kept.head())
            return sample

        with process(SERVE, environment(own, 0, folder), folder / "audit.log"):
            samples = interleave(
                {
                    OURS: ours,
                    "without": lambda: appended(unsealed, None),
                    "without the tree": lambda: appended(sealed, ring),
                },
                sizes.rounds,
            )
    settings = {"fact_bytes": BYTES, "seconds": sizes.seconds, "rounds": sizes.rounds, **SAID, **server.settings}
    case = Case(NAME, {"callers": CALLERS}, 0.0, "facts/s", settings=settings, targets=[Target("without", least=0.85)])
    yield summed_up(case, samples)
    yield from sealed_rewards.run(server, sizes)


def _wait_until_kept(connection: psycopg.Connection[Any], head: int) -> None:
    until = monotonic() + PATIENCE
    while positions(connection, [TREE])[TREE].position < head:
        if monotonic() > until:
            raise RuntimeError("the tree does not catch up")
        sleep(0.02)


class Place(NamedTuple):
    """Where a fact shall stand, and whom it is about."""

    command: Id
    stream: Id
    person: Id


def _places(persons: Sequence[Id]) -> Iterator[Place]:
    for person in cycle(persons):
        yield Place(new_id(), new_id(), person)


def _requests(places: Iterator[Place], seals: Keyring | None) -> Iterator[Request]:
    """Requests as callers take them; with keys, each fact is sealed at that moment."""
    for command, stream, person in places:
        data = DATA
        if seals is not None:
            key = seals.key(person)
            assert key is not None, "it was made"
            data = seal(FACT, DATA, PERSONAL, (stream, 1), key, person)
        yield Request(command=command, by=ACTOR, writes=[Write(stream, 0, [Entry(FACT, ON, data)])])
