"""`caunoi import` and `caunoi export` as a clerk types them: what is printed, what is written, and how they end."""

import json
import os
import subprocess
from pathlib import Path
from shutil import copy

import pytest

from services.ingest.imports.sheets import sheets
from tests.imports.conftest import BOOKS, Office
from tests.program.typed import typed
from tests.serving import client


@pytest.fixture
def books(tmp_path: Path) -> list[str]:
    """Copies of three books, in an order in which they could not go in."""
    names = ("rewards-and-discipline-2026.csv", "members.xlsx", "organisations.csv")
    return [str(copy(BOOKS / name, tmp_path)) for name in names]


def caunoi(office: Office, *arguments: str) -> subprocess.CompletedProcess[str]:
    token = office.operator.headers["authorization"].removeprefix("Bearer ")
    settings = {"CAUNOI_URL": office.address, "CAUNOI_TOKEN": token}
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CAUNOI_")} | settings
    return typed(*arguments, environment=environment)


def test_books_are_tried_entered_mended_and_written_out(office: Office, books: list[str], tmp_path: Path) -> None:
    tried = caunoi(office, "import", "--dry-run", *books)
    assert tried.returncode == 4, tried.stderr
    assert office.head() == 0
    mend = tmp_path / "mend.xlsx"
    done = caunoi(office, "import", "--json", "--refused", str(mend), *books)
    assert done.returncode == 4, done.stderr
    by_form = {one["form"]: one for one in json.loads(done.stdout)["files"]}
    assert [len(by_form[form]["refusals"]) for form in ("organisations", "members", "happenings", "merits")] == [
        0,
        5,
        0,
        1,
    ]
    assert "mend.xlsx" in done.stderr
    assert [len(list(sheet.rows())) - 1 for sheet in sheets(mend, mend.name)] == [5, 1]
    out = tmp_path / "out.csv"
    assert caunoi(office, "export", "organisations", str(out)).returncode == 0
    again = caunoi(office, "import", str(out))
    assert (again.returncode, again.stdout.splitlines()[-1].split()[-4:]) == (0, ["32", "0", "32", "0"]), again.stderr


def test_a_second_person_approves_in_the_same_run(office: Office, books: list[str]) -> None:
    caunoi(office, "import", *books[1:])
    with client(office.address, office.database, "secretary", office.organisation("T22")) as second:
        token = second.headers["authorization"].removeprefix("Bearer ")
        done = caunoi(office, "import", "--json", "--approve-with", token, books[0])
    assert done.returncode == 4, done.stderr
    (proposal,) = json.loads(done.stdout)["files"][0]["proposals"]
    assert (proposal["row"], "approved" in proposal) == (48, True)
    assert [one["data"]["form"] for one in office.log("member.disciplined")].count("expulsion") == 1


def test_a_file_that_is_not_there_is_named(office: Office) -> None:
    done = caunoi(office, "import", "nowhere.csv")
    assert (done.returncode, "nowhere.csv" in done.stderr) == (3, True)
