"""How much of the log an inspector reads: one of the province all of it, one of a branch what concerns his branch."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import httpx2
import psycopg
import pytest
from msgspec.structs import replace

from events.bus import EmbeddedBus
from events.ledger import Ledger
from events.oath_campaign import OathCampaignOpened
from projections.catalogue import VIEWS
from projections.feed import Feeder
from projections.reach import TOUCHED
from services.program.postgres import Postgres
from services.web import asking
from tests.audit.signing import a_key, a_worker, sign_all
from tests.database import Database, fresh
from tests.examples import (
    BLOC,
    CAMPAIGN,
    CELL_7,
    COMMUNE,
    HELD_BY_NAME,
    HOA,
    HOSPITAL,
    LAN,
    LAN_ADMITTED,
    LAN_INTRODUCED,
    LAN_LIVES_IN_HAI_HOA,
    MARCH_MEETING,
    MEETING,
    MINH,
    MINH_ADMITTED,
    PROVINCE,
    STRANGER,
    SURGERY,
    TRANSFER,
    a_reprimand,
    an_id,
    lans_introduction,
)
from tests.projections.commune import APRIL, COMMUNE_AND_BLOC, MARCH, MAY
from tests.projections.log import Said, put
from tests.serving import client, serving

AT_SURGERY, KHOA, LIAISON = an_id("meeting at surgery"), an_id("khoa"), an_id("liaison")
CALLED_AT_SURGERY = replace(MARCH_MEETING, cell=SURGERY, code=None, campaign=CAMPAIGN)
SAID = [
    *COMMUNE_AND_BLOC,
    Said(HOA, replace(LAN_ADMITTED, name="Lê Hòa", card="000220000009", cell=SURGERY)),
    Said(HOA, LAN_LIVES_IN_HAI_HOA),
    Said(KHOA, replace(MINH_ADMITTED, name="Trần Khoa", card="000220000010", cell=SURGERY)),
    Said(MINH, a_reprimand(), MARCH),
    Said(CAMPAIGN, OathCampaignOpened(scope=PROVINCE, title="Giữ trọn lời thề", opens_on=MARCH, closes_on=MAY), MARCH),
    Said(MEETING, replace(MARCH_MEETING, campaign=CAMPAIGN), MARCH),
    Said(MEETING, replace(HELD_BY_NAME, chair=MINH, attendance=()), date(2026, 3, 5)),
    Said(AT_SURGERY, CALLED_AT_SURGERY, MARCH),
    Said(LAN, lans_introduction(), APRIL),
    Said(LIAISON, replace(LAN_INTRODUCED, member=KHOA), APRIL),
]


@dataclass
class Branches:
    """A province of a commune (cells 7 and 8) and a bloc (a hospital, its surgery), read by the views and signed."""

    database: Database
    address: str
    records: list[dict[str, Any]]

    def inspector(self, organisation: str, role: str = "inspector") -> httpx2.Client:
        return client(self.address, self.database, role, organisation)

    def where(self, stream: str, name: str) -> int:
        """The position of a fact."""
        (found,) = (r["position"] for r in self.records if (r["stream"].split("/")[1], r["name"]) == (stream, name))
        return int(found)


@pytest.fixture(scope="module")
def branches(template: Postgres) -> Iterator[Branches]:
    """For all tests of this file: they only read."""
    with fresh(template) as database, serving(database) as address:
        with Ledger(database.app) as ledger:
            put(ledger, *SAID)
        feed(database)
        worker = a_worker(database, a_key(database))
        sign_all(worker)
        worker.feeder.close()
        with client(address, database) as operator:
            yield Branches(database, address, operator.get("/log", params={"limit": 500}).json()["items"])


def feed(database: Database) -> None:
    feeder = Feeder(database.app, VIEWS, EmbeddedBus(database.app))
    feeder.open()
    while feeder.step(0.05):
        pass
    feeder.close()


def test_an_inspector_of_the_province_reads_the_whole_log(branches: Branches) -> None:
    with branches.inspector(PROVINCE) as inspector:
        assert inspector.get("/log", params={"limit": 500}).json()["items"] == branches.records
        for record in branches.records:
            assert inspector.get(f"/log/{record['position']}").json() == record
            assert inspector.get("/proofs/inclusion", params={"position": record["position"]}).status_code == 200


@pytest.mark.parametrize("organisation", [COMMUNE, BLOC, SURGERY])
@pytest.mark.parametrize("more", [{}, {"name": "member.*"}, {"by": "x"}])
def test_an_inspector_of_a_branch_names_what_he_asks_about(
    branches: Branches, organisation: str, more: dict[str, str]
) -> None:
    with branches.inspector(organisation) as inspector:
        refused = inspector.get("/log", params=more)
        assert (refused.status_code, refused.json()["type"]) == (403, "/problems/forbidden")
        assert "`about`" in refused.json()["detail"]
        assert inspector.get("/views").status_code == 200
        for path in ("/checkpoints/latest", "/checkpoints/key", "/proofs/consistency?from=1"):
            assert inspector.get(path).status_code == 200


@pytest.mark.parametrize(
    ("subject", "readers"),
    [
        (COMMUNE, {COMMUNE}),
        (CELL_7, {COMMUNE, CELL_7}),
        (HOSPITAL, {BLOC}),
        (SURGERY, {BLOC, SURGERY}),
        (PROVINCE, set()),
        (MINH, {COMMUNE, CELL_7}),
        (LAN, {COMMUNE, CELL_7, BLOC, SURGERY}),  # a cell of each: from, and to
        (TRANSFER, {COMMUNE, CELL_7, BLOC, SURGERY}),
        (HOA, {BLOC, SURGERY, COMMUNE}),  # works here, lives there
        (KHOA, {BLOC, SURGERY, COMMUNE}),  # introduced to the committee of where he lives
        (MEETING, {COMMUNE, CELL_7}),
        (AT_SURGERY, {BLOC, SURGERY}),
        (CAMPAIGN, set()),  # the province's, whoever takes part
        (STRANGER, set()),
    ],
)
def test_a_branch_reads_about_what_its_own_organisations_are_named_with(
    branches: Branches, subject: str, readers: set[str]
) -> None:
    found = set()
    for organisation in (COMMUNE, CELL_7, BLOC, SURGERY):
        with branches.inspector(organisation) as inspector:
            answer = inspector.get("/log", params={"about": subject})
        assert answer.status_code in (200, 403), answer.text
        if answer.status_code == 200:
            found.add(organisation)
            assert answer.json()["items"]
    assert found == readers


def test_a_record_and_its_proof_are_for_whom_it_concerns(branches: Branches) -> None:
    for stream, name, readers in (
        (MINH, "member.disciplined", {COMMUNE, CELL_7}),
        (HOA, "member.admitted", {COMMUNE, BLOC, SURGERY}),
        (SURGERY, "organisation.established", {BLOC, SURGERY}),
        (PROVINCE, "organisation.established", set()),
        (MEETING, "meeting.held", {COMMUNE, CELL_7}),
        (AT_SURGERY, "meeting.called", {BLOC, SURGERY}),
        (CAMPAIGN, "oath_campaign.opened", set()),
    ):
        position, found = branches.where(stream, name), set()
        for organisation in (COMMUNE, CELL_7, BLOC, SURGERY):
            with branches.inspector(organisation) as inspector:
                record = inspector.get(f"/log/{position}").status_code
                assert inspector.get("/proofs/inclusion", params={"position": position}).status_code == record
            assert record in (200, 403)
            found |= {organisation} if record == 200 else set()
        assert found == readers, name


def test_an_operator_of_an_organisation_reaches_no_further_than_it(branches: Branches) -> None:
    with branches.inspector(BLOC, "operator") as operator:
        assert operator.get("/log").status_code == 403
        assert operator.get("/log", params={"about": SURGERY}).status_code == 200
        assert operator.get(f"/log/{branches.where(MINH, 'member.disciplined')}").status_code == 403


@pytest.mark.parametrize("role", ["clerk", "secretary", "service"])
def test_nobody_else_reads_even_about_his_own(branches: Branches, role: str) -> None:
    with branches.inspector(COMMUNE, role) as somebody:
        assert somebody.get("/log", params={"about": MINH}).status_code == 403
        assert somebody.get(f"/log/{branches.where(MINH, 'member.disciplined')}").status_code == 403


def test_what_the_views_have_not_read_is_not_called_out_of_reach(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "PATIENCE", 0.05)
    with Ledger(database.app) as ledger, serving(database) as address:
        put(ledger, *COMMUNE_AND_BLOC)
        feed(database)
        last = put(ledger, Said(MINH, a_reprimand(), MARCH))
        with client(address, database, "inspector", COMMUNE) as inspector:
            behind = inspector.get(f"/log/{last}")
            assert (behind.status_code, behind.json()["type"]) == (503, "/problems/behind")
            feed(database)
            assert inspector.get(f"/log/{last}").json()["name"] == "member.disciplined"


def test_reach_is_found_without_reading_a_table_through(database: Database) -> None:
    """What four hundred others were told is not looked at; only what concerns the one who was asked about."""
    others = [Said(an_id(f"m{n}"), replace(LAN_ADMITTED, card=None, code=None)) for n in range(400)]
    moved = [
        Said(an_id(f"m{n}"), replace(lans_introduction(), transfer=an_id(f"t{n}"), code=None), APRIL)
        for n in range(400)
    ]
    with Ledger(database.app) as ledger:
        put(ledger, *COMMUNE_AND_BLOC, *others, *moved)
    feed(database)
    with psycopg.connect(database.owner, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE views.concerns")
        connection.execute("ANALYZE views.tree; ANALYZE views.roll")
        asked = {"subjects": [MINH], "below": [BLOC, HOSPITAL]}
        plan = connection.execute("EXPLAIN (ANALYZE, FORMAT JSON) " + TOUCHED, asked).fetchone()
    assert plan is not None
    scans = [node for node in nodes(plan[0][0]["Plan"]) if node.get("Relation Name") == "concerns"]
    assert scans
    assert sum(node["Actual Rows"] * node["Actual Loops"] for node in scans) < 50
    assert not {node["Node Type"] for node in scans} & {"Seq Scan"}


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for below in plan.get("Plans", []):
        yield from nodes(below)
