"""The whole demonstration with `--bus kafka`: every change, every view and every notice, as without."""

import subprocess
from pathlib import Path

from events.ledger import Ledger
from projections.rebuild import compare
from services.program.database import of
from services.program.started_with import take
from services.program.system import System
from services.scoring.worker import views
from services.settings import Settings
from tests.events.kafka import on_topic
from tests.program.places import eventually
from tests.program.test_demo import PROGRAM


def test_the_demonstration_goes_over_kafka(data: Path) -> None:
    argv = [*PROGRAM, "up", "--demo", "--bus", "kafka", "--data", str(data), "--port", "0"]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as up:
        try:
            eventually(lambda: (data / "demo-loaded").exists() or up.poll() is not None, seconds=240)
            with System.find(data) as system:
                eventually(lambda: all(view["position"] == view["head"] for view in system.get("/views")), seconds=60)
                head = max(int(view["head"]) for view in system.get("/views"))
            conninfo = of(Settings.read(data=data))
            with Ledger(conninfo) as ledger:
                log = [record for after in range(0, head, 1000) for record in ledger.read(after)]
            brokers = (data / "kafka-address").read_text().strip()
            assert on_topic(brokers, "local", head) == log
            assert head > 3000
            for view in views(take(Settings.read(data=data, database=conninfo))):
                assert compare(conninfo, view).same, view.name
        finally:
            up.terminate()
            said = up.communicate(timeout=60)[0]
    assert "Both live in the commune" in said, "the committee was told"
    assert up.returncode == 0
