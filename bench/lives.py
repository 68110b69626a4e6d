"""Members with long lives: a change to somebody with three hundred facts, beside one to somebody with three."""

from collections.abc import Iterator
from dataclasses import replace

from bench.facts import ACTOR
from bench.figure import OURS, Case, Sizes, Target, interleave, summed_up
from bench.filling import fill
from bench.http import CLIENTS, MOST_A_SECOND, posting, warm_up
from bench.logs import a_reward
from bench.served import ours
from bench.server import Server, place
from events.fact import Id
from events.ledger import Ledger
from events.request import Request, Write
from services.ingest.asked import new_id

NAME = "lives"
LONG, SHORT = 300, 3
SETTLED = 2
"""Facts that each has when he was settled: admitted, and at home somewhere."""
SHARE = 20
"""One in so many has the long life."""
SAID = {
    OURS: f"rewards over HTTP to members with {LONG} facts and more, one process, {CLIENTS} clients, streams in memory",
    f"{SHORT} facts": "the same to members with three facts and a few more",
}


def run(server: Server, sizes: Sizes) -> Iterator[Case]:
    """The same server for both, in rounds."""
    with server.database() as own, place() as folder, ours(own, sizes.members, folder) as mine:
        many = max(1, sizes.members // SHARE)
        with Ledger(own.app) as ledger:
            fill(ledger, _lives([Id(member) for member in mine.members[:many]], LONG - SETTLED))
        old, young = replace(mine, members=mine.members[:many]), replace(mine, members=mine.members[many:])
        for side in (old, young):
            warm_up(side, folder)
        most = int(MOST_A_SECOND[OURS] * sizes.seconds)

        samples = interleave(
            {
                OURS: lambda: posting(old, most, sizes.seconds, folder),
                f"{SHORT} facts": lambda: posting(young, most, sizes.seconds, folder),
            },
            sizes.rounds,
        )
    settings = {"members": {f"{LONG} facts": many, f"{SHORT} facts": sizes.members - many}, **SAID, **server.settings}
    case = Case(
        NAME, {"facts": LONG, "clients": CLIENTS}, 0.0, "requests/s", settings=settings,
        targets=(Target(f"{SHORT} facts", least=0.8),),
    )  # fmt: skip
    yield summed_up(case, samples)


def _lives(members: list[Id], more: int) -> Iterator[Request]:
    """So many rewards more for each, a hundred in a request."""
    for first in range(SETTLED, SETTLED + more, 100):
        for member in members:
            last = min(first + 100, SETTLED + more)
            entries = [a_reward(number) for number in range(first, last)]
            yield Request(new_id(), ACTOR, [Write(member, first, entries)])
