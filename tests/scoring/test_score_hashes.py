"""Whatever happened, in whatever order: scores as they are told live, from views made anew, and as of now are alike."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any
from urllib.parse import quote

import psycopg
from fastapi import FastAPI
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st
from psycopg_pool import ConnectionPool
from starlette.testclient import TestClient

from events.bus import EmbeddedBus
from events.candidacy import CandidacyRegistered
from events.fact import Id
from events.ledger import Ledger
from events.request import NotAppended
from projections.catalogue import opened_by
from projections.feed import Feeder
from projections.rebuild import rebuild
from services.access import Role, Tokens, issue
from services.program.postgres import Postgres
from services.program.replaying import find
from services.scoring import api
from services.settings import Settings
from services.web.context import Context
from services.web.problem import handle_problems
from tests.database import Database, fresh
from tests.examples import BLOC, CELL_7, COMMUNE, PROVINCE, an_id
from tests.keys import keyring, master_key_file
from tests.scoring.boards import step
from tests.scoring.histories import CELLS, MEETINGS, MEMBERS, Happened, happened, settle
from tests.scoring.ledger import put

CANDIDACY = an_id("candidacy")
PATHS = [
    *(f"/scores/meetings/{meeting}" for meeting in MEETINGS),
    *(f"/scores/meetings/{meeting}/history" for meeting in MEETINGS[:2]),
    *(f"/scores/meetings?cell={cell}" for cell in CELLS),
    *(f"/scores/cells/{cell}?period={period}" for cell in CELLS for period in ("2025", "2026", "2026-Q1", "2026-01")),
    *(f"/scores/organisations/{of}?year=2026" for of in (*CELLS, COMMUNE)),
    *(f"/scores/members/{member}?year=2026" for member in MEMBERS),
    f"/scores/four-good/{CANDIDACY}",
    *(
        f"/indicators/{of}?period={period}"
        for of in (PROVINCE, COMMUNE, BLOC, CELL_7)
        for period in ("2026", "2025-Q4")
    ),
    *(f"/indicators/{PROVINCE}/{name}/cells?period=2026" for name in ("regular-rhythm", "attendance", "good-cells")),
]
FEW = settings(
    max_examples=3,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)
"""Without shrinking: a life takes seconds, and what differs is named by its path."""


@contextmanager
def asked(database: Database, ledger: Ledger) -> Iterator[TestClient]:
    own = Settings.read(database=database.app, master_key_file=master_key_file())
    pool: ConnectionPool[psycopg.Connection[Any]] = ConnectionPool(
        database.app, min_size=1, open=False, kwargs={"autocommit": True}
    )
    app = FastAPI()
    handle_problems(app)
    app.include_router(api.router)
    with pool, TestClient(app) as client:
        app.state.context = Context(own, ledger, pool, Tokens(pool), keyring())
        _, token = issue(database.owner, organisation=None, role=Role.OPERATOR, name="test")
        client.headers["Authorization"] = f"Bearer {token}"
        yield client


def hashes(client: TestClient, **clocks: str) -> dict[str, tuple[int, str]]:
    """The status and the hash of each answer."""
    more = "".join(f"&{name}={quote(said)}" for name, said in clocks.items())
    answers = {path: client.get(path + more if "?" in path else f"{path}?{more[1:]}") for path in PATHS}
    return {path: (one.status_code, sha256(one.content).hexdigest()) for path, one in answers.items()}


def now(client: TestClient) -> dict[str, str]:
    """Both clocks set to now."""
    here: Context = client.app.state.context  # type: ignore[attr-defined]
    return {"as_of": here.today().isoformat(), "known_at": datetime.now(UTC).isoformat()}


@FEW
@given(st.lists(st.lists(happened(), min_size=1, max_size=6), min_size=2, max_size=6))
@example([])
def test_scores_are_the_same_bytes_live_made_anew_and_as_of_now(
    template: Postgres, lives: list[list[Happened]]
) -> None:
    with fresh(template) as database, Ledger(database.app) as ledger:
        feeder = Feeder(database.app, opened_by(keyring()), EmbeddedBus(database.app))
        feeder.open()
        settle(ledger)
        put(ledger, CANDIDACY, [CandidacyRegistered(cell=Id(CELL_7), year=2026)])
        for some in lives:
            for stream, fact, on in some:
                try:
                    put(ledger, stream, [fact], on=on)
                except NotAppended:
                    continue
            while feeder.step(1):
                pass
            step(database.app)
        while feeder.step(1):
            pass
        feeder.close()
        step(database.app)
        with asked(database, ledger) as client:
            live = hashes(client)
            # A meeting whose call was struck through is none any more.
            assert {path for path, (status, _) in live.items() if status != 200} <= set(PATHS[: len(MEETINGS) + 2])
            assert hashes(client, **now(client)) == live
            for view in opened_by(keyring()):
                rebuild(database.app, view)
            own = Settings.read(database=database.app, master_key_file=master_key_file())
            for kept in ("cell_months", "cell_years"):
                (one,) = find(own, kept)
                before = one.standing()
                assert one.compare(None, None).same
                assert one.replace() == before
            assert hashes(client) == live
            assert hashes(client, **now(client)) == live
