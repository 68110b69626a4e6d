"""Whatever is asked about scores and rules waits for the view of rules: without it another pack would be in force."""

from collections.abc import Sequence

import pytest

from events.bus import EmbeddedBus
from projections import cell_months
from projections.catalogue import opened_by
from projections.feed import Feeder
from projections.view import View
from services.program.postgres import Postgres
from services.web import asking
from tests.database import fresh
from tests.ingest.conftest import a_commune
from tests.keys import keyring
from tests.scoring.boards import step

ASKED = (
    "/scores/meetings?cell={cell}",
    "/scores/cells/{cell}?period=2026",
    "/scores/organisations/{cell}?year=2026",
    "/scores/members/{member}?year=2026",
    "/scores/four-good/{candidacy}",
    "/indicators/{cell}?period=2026",
    "/rules",
    "/rules/meeting-national",
    "/rules/meeting-national/adoptions",
)


def read_by(conninfo: str, views: Sequence[View]) -> None:
    """These views, and the board's months with them, have read all there is."""
    feeder = Feeder(conninfo, views, EmbeddedBus(conninfo))
    feeder.open()
    while feeder.step(1):
        pass
    feeder.close()
    step(conninfo)


def test_a_question_about_scores_waits_for_the_rules(template: Postgres, monkeypatch: pytest.MonkeyPatch) -> None:
    with fresh(template) as database, a_commune(database) as made:
        candidacy = str(made.post("/four-good", {"cell": made.office_cell, "year": 2026})["id"])
        ids = {"cell": made.office_cell, "member": made.lan, "candidacy": candidacy}
        at_least = {"Caunoi-At-Least": str(made.log()[-1]["position"])}

        def answered() -> dict[str, int]:
            return {path: made.operator.get(path.format(**ids), headers=at_least).status_code for path in ASKED}

        cell_months.install(database.app)
        views = opened_by(keyring())
        monkeypatch.setattr(asking, "PATIENCE", 0.1)
        read_by(database.app, [view for view in views if view.name != "rules"])
        assert answered() == dict.fromkeys(ASKED, 503)
        read_by(database.app, [view for view in views if view.name == "rules"])
        assert answered() == dict.fromkeys(ASKED, 200)
