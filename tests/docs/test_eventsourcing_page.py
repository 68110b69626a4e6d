"""What the page about the library says to write is written to files, run, and prints what the page says."""

import os
import subprocess
import sys
from pathlib import Path

from events.ledger import Ledger
from tests.database import Database
from tests.docs.page import BLOCK, DOCS, as_pattern

PAGE = DOCS / "how-to" / "eventsourcing.md"
TEXT = PAGE.read_text("utf-8")


def test_an_application_and_one_that_follows_it_run_as_the_page_has_them(database: Database, tmp_path: Path) -> None:
    shop, sell = [text for kind, text in BLOCK.findall(TEXT) if kind == "python"]
    (prints,) = [text for kind, text in BLOCK.findall(TEXT) if kind == "text"]
    (tmp_path / "shop.py").write_text(shop, encoding="utf-8")
    (tmp_path / "sell.py").write_text(sell, encoding="utf-8")
    environment = {"PERSISTENCE_MODULE": "events.recorder", "CAUNOI_DATABASE": database.app}
    for run in (1, 2):
        done = subprocess.run(
            [sys.executable, "sell.py"],
            env={**os.environ, **environment, "PYTHONPATH": str(DOCS.parent)},
            cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        assert as_pattern(prints).fullmatch(done.stdout), done.stdout
        with Ledger(database.app) as ledger:
            names = [record.name for record in ledger.read(0)]
        said = ["foreign.recorded.shop", "foreign.followed.billing", "foreign.recorded.billing"]
        assert [names.count(name) for name in said] == [2 * run, 1, run]
        assert all(f"`{name}`" in TEXT for name in said)
