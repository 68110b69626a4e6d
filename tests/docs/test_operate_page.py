"""What the page for operators says to type does what it says."""

import re
from pathlib import Path

import pytest

from events.ledger import Ledger
from services.program import __main__ as program
from services.program.commands import score, token
from tests.database import Database
from tests.docs.page import BLOCK, DOCS
from tests.examples import LAN, a_reprimand
from tests.keys import master_key_file
from tests.program.little_system import caunoi
from tests.projections.commune import COMMUNE_AND_BLOC, MARCH
from tests.projections.log import Said, put

PAGE = DOCS / "how-to" / "operate.md"
PAGES = [*DOCS.rglob("*.md"), DOCS.parent / "README.md", DOCS.parent / "deploy" / "README.md"]
MEASURED = DOCS / "reference" / "figures.md"
"""Printed by `make bench`."""
GROUPS = {"score": score, "token": token}


def test_the_lines_about_replaying_do_what_they_say(database: Database) -> None:
    with Ledger(database.app) as ledger:
        put(ledger, *COMMUNE_AND_BLOC, Said(LAN, a_reprimand(), MARCH))
    (lines,) = [text for _, text in BLOCK.findall(PAGE.read_text("utf-8")) if "caunoi replay" in text]
    where = {"CAUNOI_DATABASE": database.app, "CAUNOI_MASTER_KEY_FILE": str(master_key_file())}
    caunoi("replay", "all", **where)
    for line in lines.strip().splitlines():
        _, *words = line.partition("#")[0].split()
        assert caunoi(*words, **where)[0] == 0, line


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
