"""A commune in which everything has happened once, served as it is served in earnest, for requests that are made up."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Event, Thread
from typing import Any

import psycopg
import pytest
from requests import Session

from events import wire
from events.bus import EmbeddedBus
from services import access
from services.notify.policies_in_force import Policies
from services.notify.worker import Worker
from services.program.postgres import Postgres
from services.scoring.worker import follow
from services.settings import Settings
from tests.audit.signing import a_worker
from tests.database import Database, fresh
from tests.ingest.conftest import DECISION, Commune, a_commune
from tests.keys import master_key_file
from tests.program.places import eventually

MEETING_ON = "2026-03-05"


@dataclass
class System:
    """The commune, and an id of each kind that a path or a body may name."""

    commune: Commune
    log: psycopg.Connection[Any]
    operator: Session
    known: dict[str, list[str]] = field(default_factory=dict)

    def head(self) -> int:
        """The last position of the log."""
        row = self.log.execute("SELECT position FROM ledger.counter").fetchone()
        assert row is not None
        return int(row[0])

    def views_have_read_all(self) -> bool:
        """Whether all views, and the notices, stand at the end of the log."""
        row = self.log.execute("SELECT min(position) FROM views.positions").fetchone()
        return row is not None and row[0] == self.head()


@contextmanager
def at_work(database: Database) -> Iterator[None]:
    """The views are fed, committees are told and the tree is signed, as their processes do it, until the end."""
    stop, conninfo = Event(), database.app
    worker = Worker(conninfo, EmbeddedBus(conninfo), "local", Policies.read(known=wire.FACTS))
    threads = [
        Thread(target=a_worker(database).run, args=(stop,)),
        Thread(target=follow, args=(Settings.read(database=conninfo, master_key_file=master_key_file()), stop)),
        Thread(target=worker.run, args=(stop,)),
    ]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join(60)


@pytest.fixture(scope="session")
def system(template: Postgres) -> Iterator[System]:
    """One for all requests: what they leave behind is part of the game."""
    with (
        fresh(template) as database,
        at_work(database),
        a_commune(database) as commune,
        psycopg.connect(database.app, autocommit=True) as log,
        Session() as operator,
    ):
        operator.headers["authorization"] = commune.operator.headers["authorization"]
        made = System(commune, log, operator)
        happened(made)
        eventually(made.views_have_read_all)
        made.known["notice"] = [notice["id"] for notice in inbox(commune)]
        yield made


def happened(system: System) -> None:
    """One thing of each kind."""
    c = system.commune
    nam = c.admit("Trần Văn Nam", c.office_cell, residence={"committee": c.commune})
    spare = c.establish("Chi bộ thôn 2", "cell", c.commune)
    meeting = c.post("/meetings", {"cell": c.office_cell, "kind": "regular", "planned_at": f"{MEETING_ON}T07:00:00Z"})
    session = {
        "started_at": f"{MEETING_ON}T07:00:00Z",
        "ended_at": f"{MEETING_ON}T09:00:00Z",
        "attendance": [{"member": c.lan, "status": "present"}, {"member": nam, "status": "excused"}],
    }
    c.post(f"/meetings/{meeting['id']}/sessions", session)
    transfer = c.post(f"/members/{nam}/transfers", {"to": c.village_cell, "kind": "official"})
    binh = c.admit("Lê Bình", c.office_cell)
    listed = {"from": c.office_cell, "to": c.village_cell, "members": [binh], "decision": DECISION}
    together = c.post("/collective-transfers", listed)
    liaison = c.post("/liaisons", {"member": c.lan, "committee": c.commune})
    review = c.post(
        "/oath-reviews",
        {"scope": c.province, "title": "Lời thề", "opens_on": MEETING_ON, "closes_on": "2026-12-01"},
    )
    c.post(f"/members/{c.lan}/sanctions", {"form": "reprimand", "decision": DECISION})
    candidacy = c.post("/four-good", {"cell": c.office_cell, "year": 2026})
    proposal = c.post(f"/members/{nam}/sanctions", {"form": "expulsion", "decision": DECISION}, 202)
    token, _ = access.issue(c.database.owner, organisation=spare, role="clerk", name="spare")
    system.known.update(
        organisation=[c.province, c.commune, c.agency, c.village_cell, c.office_cell], spare=[spare],
        cell=[c.village_cell, c.office_cell], member=[c.lan, nam], meeting=[meeting["id"]], transfer=[transfer["id"]],
        liaison=[liaison["id"]], review=[review["id"]], proposal=[proposal["proposal"]], token=[token],
        pack=["meeting-national"], candidacy=[candidacy["id"]], list=[together["id"]],
    )  # fmt: skip


def inbox(commune: Commune) -> list[dict[str, Any]]:
    """What waits for the commune's committee."""
    items: list[dict[str, Any]] = commune.operator.get("/inbox", params={"organisation": commune.commune}).json()[
        "items"
    ]
    return items
