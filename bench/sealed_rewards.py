"""What sealing and the tree cost a change over HTTP: rewards with a reason, sealed, beside as much in the open."""

import json
from collections.abc import Iterator
from itertools import count, islice
from pathlib import Path

from bench.figure import OURS, Case, Sample, Sizes, Target, interleave, summed_up
from bench.http import CLIENTS, MOST_A_SECOND, NDJSON, warm_up
from bench.load import Plan
from bench.processes import HOST, load, process
from bench.served import Served, environment, ours
from bench.server import Server, place
from services.program import checkpoint_key_file
from services.settings import Settings

SERVE = ("-m", "services.program", "serve", "audit")
WHY = "theo de nghi cua chi bo va hoan canh gia dinh rieng"
"""As long as an address: what is sealed on one side, and on the other stands in the number of the decision."""
SAID = {
    OURS: "rewards with a reason, sealed with the member's key, while `caunoi serve audit` keeps and signs the tree",
    "without": "the same text where nothing is sealed, and no tree; a process and a database of the same kind",
}
_numbers = count(1)


def run(server: Server, sizes: Sizes) -> Iterator[Case]:
    """With and without, in rounds."""
    with (
        server.database() as own,
        server.database() as bare,
        place() as folder,
        place() as beside,
        ours(own, sizes.members, folder) as sealing,
        ours(bare, sizes.members, beside) as plain,
    ):
        checkpoint_key_file.ensure(Settings.read(data=folder, database=own.app), own.owner)
        for side, where in ((sealing, folder), (plain, beside)):
            warm_up(side, where)
            _all_at_once(side, where, sealed=side is sealing)

        sides = {
            OURS: lambda: _posted(sealing, folder, sizes.seconds, sealed=True),
            "without": lambda: _posted(plain, beside, sizes.seconds, sealed=False),
        }
        # It is idle while the other side is measured: it has nothing to read of that database.
        with process(SERVE, environment(own, 0, folder), folder / "audit.log"):
            _posted(sealing, folder, 1.0, sealed=True)
            samples = interleave(sides, sizes.rounds)
    settings = {"members": sizes.members, "seconds": sizes.seconds, "rounds": sizes.rounds, **SAID, **server.settings}
    case = Case(
        "sealing", {"clients": CLIENTS, "over": "http"}, 0.0, "requests/s", settings=settings,
        targets=[Target("without", least=0.85)],
    )  # fmt: skip
    yield summed_up(case, samples)


def _posted(side: Served, folder: Path, seconds: float, *, sealed: bool) -> Sample:
    made = [
        side.post(f"/members/{side.members[number % len(side.members)]}/rewards", _body(number, sealed=sealed))
        for number in islice(_numbers, int(MOST_A_SECOND[OURS] * seconds))
    ]
    result = load(Plan(HOST, side.port, CLIENTS, seconds, made), folder)
    return Sample(result.made / result.seconds, result.latencies, result.seconds)


def _all_at_once(side: Served, folder: Path, *, sealed: bool) -> None:
    """Each member once, so that his key is made and in memory."""
    lines = [
        b'{"post":"/members/%s/rewards","body":%s}' % (member.encode(), _body(number, sealed=sealed))
        for member, number in zip(side.members, _numbers, strict=False)
    ]
    load(Plan(HOST, side.port, 1, 60.0, [side.post("/facts", b"\n".join(lines), NDJSON)]), folder)


def _body(number: int, *, sealed: bool) -> bytes:
    told = f"{number}-QD/DU" if sealed else f"{number}-QD/DU {WHY}"
    body = {"form": "commendation", "decision": {"number": told, "on": "2026-11-03", "by": "Ban Thuong vu Dang uy"}}
    more = {"effective_on": "2026-11-03", **({"reason": WHY} if sealed else {})}
    return json.dumps(body | more).encode()
