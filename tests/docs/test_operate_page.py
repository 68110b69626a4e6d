"""What the page for operators says to type does what it says."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from projections.rebuild import compare
from services.program import __main__ as program
from services.program.commands import score, token
from services.scoring.worker import views
from services.settings import Settings
from tests.database import Database
from tests.docs.page import BLOCK, DOCS
from tests.ingest.conftest import a_commune

PAGE = DOCS / "how-to" / "operate.md"
PAGES = [*DOCS.rglob("*.md"), DOCS.parent / "README.md", DOCS.parent / "deploy" / "README.md"]
MEASURED = DOCS / "reference" / "figures.md"
"""Printed by `make bench`."""
GROUPS = {"score": score, "token": token}


def test_views_that_were_never_fed_are_made_by_the_lines_on_the_page(database: Database) -> None:
    (script,) = [text for kind, text in BLOCK.findall(PAGE.read_text("utf-8")) if kind == "python"]
    with a_commune(database) as commune:
        head = commune.log()[-1]["position"]
    done = subprocess.run(
        [sys.executable, "-c", script],
        env={**os.environ, "CAUNOI_DATABASE": database.app},
        cwd=DOCS.parent,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    for view in views(Settings.read(database=database.app)):
        comparison = compare(database.app, view)
        assert (comparison.position, comparison.same) == (head, True), view.name


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_command_that_a_page_names_is_there(page: Path) -> None:
    known = set(program.names())
    for line in re.findall(r"(?:`|^|bin/|\$\()caunoi ([a-z]+(?: [a-z]+)?)", page.read_text("utf-8"), re.MULTILINE):
        word, _, second = line.partition(" ")
        assert word in known, line
        if word in GROUPS:
            assert second in {"issue", "list", "revoke", "explain", ""}, line


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_what_a_page_leads_to_is_there(page: Path) -> None:
    text = page.read_text("utf-8")
    linked = [(page.parent / target).resolve() for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", text)]
    assert [place for place in linked if not place.exists() and place != MEASURED] == []
    named = re.findall(r"`((?:events|projections|services|tests|deploy|docs|bench)/[\w/.-]+)`", text)
    assert [path for path in named if not (DOCS.parent / path).exists()] == []
