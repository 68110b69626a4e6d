"""A whole log verified: every leaf computed anew and held against the tree, every stream against its head."""

from collections.abc import Iterator

from bench import signed
from bench.facts import BYTES, STREAM_LENGTH
from bench.figure import OURS, Case, Sample, Sizes, Target, interleave, summed_up
from bench.profiling import costs
from bench.server import Database, Server
from services.audit.verifying.whole import MANY, Evidence, verify

NAME = "verify"
LOGS = 10 / 3
"""Times the records of other figures: a million, where those have 300,000."""
TARGETS = (Target(OURS, least=200_000),)
SAID = {
    OURS: "services.audit.verifying.whole.verify, from its first connection to its report: records, tiles, checkpoint, "
    "counter, and the heads by one GROUP BY in the database",
    "processes": f"as many as there are processors, 4 at most, from {MANY:,} records on; one before",
}


def run(server: Server, sizes: Sizes) -> Iterator[Case]:
    """With as many processes as it takes by itself, and with one."""
    with server.database() as own:
        records, _ = signed.fill(own, int(sizes.records * LOGS))
        for workers, name in ((None, "as many as it takes"), (0, "1")):
            sides = {OURS: lambda workers=workers: _timed(own, records, workers)}
            samples = interleave(sides, min(sizes.rounds, 3))
            cost = costs(sides[OURS])
            settings = {"costs": cost, "fact_bytes": BYTES, "stream": STREAM_LENGTH, **SAID, **server.settings}
            case = Case(NAME, {"records": records, "processes": name}, 0.0, "records/s", settings=settings)
            yield summed_up(case if workers == 0 else _aiming(case), samples)


def _aiming(case: Case) -> Case:
    return Case(case.name, case.case, case.ours, case.unit, settings=case.settings, targets=TARGETS)


def _timed(database: Database, records: int, workers: int | None) -> Sample:
    report = verify(database.app, Evidence("caunoi/local"), workers=workers)
    if not report.ok or report.records != records:
        raise RuntimeError(f"not verified: {report.first}")
    return Sample(records / report.seconds)
