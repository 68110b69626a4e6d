"""A stranger's facts in our log: whoever reads it passes over them, and whoever asks is shown them."""

import re
from collections.abc import Iterator
from uuid import UUID, uuid4

import psycopg
import pytest

from events import wire
from events.bus import EmbeddedBus
from events.ledger import Ledger
from events.recorder import LedgerProcessRecorder
from events.recorder.stored import stream_of
from projections.feed import Feeder
from projections.positions import status
from projections.rebuild import compare
from services.notify.policies_in_force import Policies
from services.notify.worker import Worker
from services.scoring.worker import views
from services.settings import Settings
from tests.contract.spec import openapi
from tests.database import Database
from tests.events.recording import event
from tests.ingest.conftest import Commune, a_commune
from tests.keys import master_key_file

ORDER = uuid4()
STATES = (b'{"amount":"10.00"}', b"\x00\xff", b"[" * 700 + b"]" * 700, b'{"a":"\\u0000"}')
MOVED = "2026-03-02"


@pytest.fixture
def commune(database: Database) -> Iterator[Commune]:
    """Its facts, a stranger's, and its own again, one of which tells a committee something."""
    with a_commune(database) as made, Ledger(database.app) as ledger:
        recorder = LedgerProcessRecorder(ledger, "Shop")
        recorder.insert_events([event(ORDER, version, state=state) for version, state in enumerate(STATES, 1)])
        made.post(
            f"/members/{made.lan}/transfers", {"kind": "official", "to": made.village_cell, "effective_on": MOVED}
        )
        yield made


def test_views_and_notices_pass_over_them(commune: Commune, database: Database) -> None:
    ours = views(Settings.read(database=database.app, master_key_file=master_key_file()))
    feeder = Feeder(database.app, ours, EmbeddedBus(database.app))
    feeder.open()
    worker = Worker(database.app, EmbeddedBus(database.app), "local", Policies.read(known=wire.FACTS))
    worker.open()
    while feeder.step(0.2) or worker.step(0.2):
        pass
    feeder.close()
    worker.close()
    head = commune.log()[-1]["position"]
    with psycopg.connect(database.app) as connection:
        found = {one["view"]: one["position"] for one in status(connection)}
        assert connection.execute("SELECT count(*) FROM views.parked").fetchone() == (0,)
        assert connection.execute("SELECT count(*) > 0 FROM exchange.notices").fetchone() == (True,)
    readers = [*(view.name for view in ours), "notices"]
    assert [found[reader] for reader in readers] == [head] * len(readers)
    for view in ours:
        assert compare(database.app, view).same, view.name


def test_the_log_shows_them_as_they_are(commune: Commune) -> None:
    shown = [record for record in commune.log() if record["name"].startswith("foreign.")]
    assert [record["name"] for record in shown] == ["foreign.recorded.shop"] * len(STATES)
    assert {record["stream"] for record in shown} == {f"foreign/{stream_of('shop', ORDER)}"}
    assert shown[0]["data"]["state"] == {"amount": "10.00"}
    assert [record["data"]["version"] for record in shown] == [1, 2, 3, 4]
    asked = commune.operator.get("/log", params={"name": "foreign.*"}).json()["items"]
    assert asked == shown


def test_whatever_is_asked_about_a_stranger_s_stream_is_answered(commune: Commune) -> None:
    stream = stream_of("shop", ORDER)
    paths = [path for path, can in openapi()["paths"].items() if "get" in can and re.search(r"{(?!position)", path)]
    assert {"/members/{member}", "/members/{member}/history", "/meetings/{meeting}", "/notices/{ident}"} <= set(paths)
    answers = {path: commune.operator.get(re.sub("{.*?}", stream, path)).status_code for path in paths}
    assert {path: status for path, status in answers.items() if status not in {200, 404, 422}} == {}
    assert [answers[f"/{kind}s/{{{kind}}}"] for kind in ("member", "organisation", "meeting", "transfer")] == [404] * 4


def test_a_stranger_s_stream_is_no_member_and_no_organisation(commune: Commune) -> None:
    stream = stream_of("shop", ORDER)
    reward = {
        "form": "certificate_lower",
        "decision": {"number": "1", "on": "2026-02-27", "by": "Đảng ủy"},
        "effective_on": "2026-03-03",
    }
    answer = commune.operator.post(f"/members/{stream}/rewards", json=reward)
    assert answer.status_code == 404, answer.text
    answer = commune.operator.post(f"/notices/{stream}/acknowledgements", json={})
    assert answer.status_code == 404, answer.text
    assert commune.post(
        "/organisations", {"id": stream, "name": "Chi bộ", "kind": "superior", "effective_on": "2025-01-01"}, 409
    )
    assert UUID(commune.establish("Đảng bộ xã khác", "superior", commune.province, serves="06802"))
