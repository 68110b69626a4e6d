"""The page on rulebooks, walked through as it stands: its pack is checked, published by two persons, and adopted."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from services.program.postgres import Postgres
from services.scoring.rules.measures import MEASURES
from services.scoring.rules.rulebook import Of
from tests.database import fresh
from tests.docs.page import BLOCK, DOCS, as_pattern, blocks, line_of
from tests.ingest.conftest import Commune, a_commune
from tests.ingest.feeding import feeding

PAGE = DOCS / "how-to" / "write-a-rulebook.md"
END = "=== the end of a block ==="


@pytest.fixture(scope="module")
def commune(template: Postgres) -> Iterator[Commune]:
    """One whose views are fed."""
    with fresh(template) as database, feeding(database.app), a_commune(database) as made:
        yield made


def test_the_page_can_be_followed_as_it_stands(commune: Commune, tmp_path: Path) -> None:
    ((_, pack),) = [block for block in BLOCK.findall(PAGE.read_text("utf-8")) if block[0] == "toml"]
    (tmp_path / "meeting-phuong-7.toml").write_text(pack, "utf-8")
    found = blocks(PAGE)
    script = "".join(f"{block.commands}echo; echo '{END}'\n" for block in found)
    with commune.client("clerk", commune.commune) as clerk, commune.client("secretary", commune.province) as second:
        tokens = [one.headers["authorization"].removeprefix("Bearer ") for one in (clerk, second)]
        here = {name: value for name, value in os.environ.items() if not name.startswith("CAUNOI_")} | {
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "CAUNOI_URL": commune.address, "CAUNOI_TOKEN": tokens[0], "SECOND": tokens[1], "WARD": commune.commune,
        }  # fmt: skip
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", script],
            cwd=tmp_path, env=here, capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
    assert done.returncode == 0, done.stderr
    for block, printed in zip(found, done.stdout.split(f"{END}\n"), strict=False):
        assert block.prints is not None
        where = f"{PAGE.name}:{line_of(PAGE, block.commands)}"
        assert as_pattern(block.prints).fullmatch(printed.rstrip("\n") + "\n"), f"{where} prints\n{printed}"


def test_the_page_names_every_rule_and_measure() -> None:
    text = PAGE.read_text("utf-8")
    rows = {line.split("`")[1]: line for line in text.splitlines() if line.startswith("| `")}
    for rule, measures in MEASURES[Of.MEETING].items():
        assert [measure for measure in sorted(measures) if f"`{measure}`" not in rows.get(rule, "")] == [], rule
