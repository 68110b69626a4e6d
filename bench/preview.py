"""What a subscription would have told: a preview over a log of a million records, of one commune and of a province."""

import time
from collections.abc import Iterator
from datetime import date

import psycopg

from bench.facts import ACTOR, STREAM_LENGTH
from bench.figure import Case, Sample, Sizes, Target, percentile
from bench.filling import fill
from bench.server import Database, Server
from events import wire
from events.bus import EmbeddedBus
from events.fact import Fact, Id, stored_name
from events.ledger import Ledger
from events.member import (
    MemberAdmitted,
    MemberDisciplined,
    ResidenceDeclared,
    RewardForm,
    RewardGiven,
    SanctionForm,
    Status,
)
from events.organisation import CellKind, OrganisationEstablished, OrganisationKind
from events.papers import Decision
from events.request import Entry, Request, Write
from events.subscription import About, SubscriptionMade
from projections import concerns, residents, roll, tree
from projections.feed import Feeder
from services.ingest.asked import new_id
from services.notify.subscribing.previewing import Found, preview

NAME = "preview"
TIMES = 4
"""As many records as other logs have: a million and more."""
COMMUNES = 100
STREAMS_AT_ONCE = 1000
SECONDS = 10
OPENED = date(2025, 1, 1)
SAID = {
    "ours": "one call, on a connection of its own, as POST /subscriptions/previews makes it; views have read the log"
}


def run(server: Server, sizes: Sizes) -> Iterator[Case]:
    """One log; three subscriptions, each asked for in every round."""
    with server.database() as own:
        province, commune = _filled(own, sizes.records * TIMES)
        asked = {
            "a commune's sanctions": _subscription(commune, ("member.disciplined",), About(organisation=commune)),
            "a commune's residents, all": _subscription(commune, ("member.*",), About(residents_of=commune)),
            "a province's sanctions": _subscription(province, ("member.disciplined",), About(organisation=province)),
        }
        for name, made in asked.items():
            samples = [_ours(own, made) for _ in range(sizes.rounds)]
            taken = sorted(sample.value for sample, _ in samples)
            found = samples[-1][1]
            settings = {
                "records": sizes.records * TIMES, "notices": len(found.positions), "stopped": found.at_least,
                "rounds": sizes.rounds, **SAID, **server.settings,
            }  # fmt: skip
            yield Case(
                NAME, {"about": name}, taken[len(taken) // 2], "s", settings=settings, p50_ms=percentile(taken, 0.5),
                p99_ms=percentile(taken, 0.99), targets=(Target("ours", most=SECONDS),),
            )  # fmt: skip


def _ours(database: Database, made: SubscriptionMade) -> tuple[Sample, Found]:
    with psycopg.connect(database.app, autocommit=True) as connection:
        began = time.perf_counter()
        found = preview(connection, "local", made, 0, 2**40)
        return Sample(time.perf_counter() - began), found


def _subscription(organisation: Id, facts: tuple[str, ...], about: About) -> SubscriptionMade:
    return SubscriptionMade(organisation=organisation, facts=facts, channels=(), about=about, timezone="UTC")


def _filled(database: Database, records: int) -> tuple[Id, Id]:
    """A province of communes with a cell each; the members of each cell live in its commune. Province, one commune."""
    province = new_id()
    communes = [(new_id(), new_id()) for _ in range(COMMUNES)]
    with Ledger(database.app) as ledger:
        fill(ledger, _organisations(province, communes))
        fill(ledger, _members(records, communes))
    feeder = Feeder(database.app, (concerns.VIEW, residents.VIEW, roll.VIEW, tree.VIEW), EmbeddedBus(database.app))
    try:
        feeder.open()
        while feeder.step(0.2):
            pass
    finally:
        feeder.close()
    with psycopg.connect(database.owner, autocommit=True) as connection:
        connection.execute("ANALYZE")
    return province, communes[0][0]


def _organisations(province: Id, communes: list[tuple[Id, Id]]) -> Iterator[Request]:
    yield _request(province, 0, OrganisationEstablished(name="Tỉnh", kind=OrganisationKind.PROVINCE))
    for commune, cell in communes:
        yield _request(commune, 0, OrganisationEstablished(name="Xã", kind=OrganisationKind.SUPERIOR, parent=province))
        yield _request(
            cell, 0, OrganisationEstablished(
                name="Chi bộ", kind=OrganisationKind.CELL, cell_kind=CellKind.VILLAGE, parent=commune),
        )  # fmt: skip


def _members(total: int, communes: list[tuple[Id, Id]]) -> Iterator[Request]:
    """Admitted, housed, rewarded seven times, disciplined once; a thousand in turn."""
    number = 0
    for _ in range(0, total, STREAMS_AT_ONCE * STREAM_LENGTH):
        members = [(new_id(), communes[(number + n) % COMMUNES]) for n in range(STREAMS_AT_ONCE)]
        number += STREAMS_AT_ONCE
        for version in range(STREAM_LENGTH):
            for member, (commune, cell) in members:
                yield _request(member, version, _fact(version, commune, cell))


def _fact(version: int, commune: Id, cell: Id) -> Fact:
    if version == 0:
        return MemberAdmitted(name="Nguyễn Thị Lan", cell=cell, status=Status.OFFICIAL, admitted_on=OPENED)
    if version == 1:
        return ResidenceDeclared(committee=commune)
    paper = Decision(number=f"{version}-QĐ/ĐU", on=OPENED, by="Ban Thường vụ Đảng ủy")
    if version == STREAM_LENGTH - 1:
        return MemberDisciplined(form=SanctionForm.REPRIMAND, decision=paper)
    return RewardGiven(form=RewardForm.COMMENDATION, decision=paper)


def _request(stream: Id, version: int, fact: Fact) -> Request:
    on = date(2025, 1 + version, 1)
    return Request(new_id(), ACTOR, [Write(stream, version, [Entry(stored_name(fact), on, wire.encode(fact))])])
