"""What is exported are the same forms: imported again they are nothing new, and elsewhere they are the same books."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from services.ingest.imports.sheets import sheets
from services.program.commands.export import READS, What, write
from services.program.exporting import forms
from services.program.exporting.reading import Reading
from services.program.postgres import Postgres
from services.program.system import System
from tests.database import fresh
from tests.imports.conftest import Entered, File, Office, an_office

ZONE = "Asia/Ho_Chi_Minh"


def exported(entered: Entered, what: What, file: Path) -> list[File]:
    """The files of an export."""
    token = entered.office.operator.headers["authorization"].removeprefix("Bearer ")
    with System(entered.office.address, token) as system:
        reading = Reading(system, ZONE)
        found = READS[what](reading) if what in READS else forms.oath_of(reading, entered.campaign)
        return [(path.name, path.read_bytes()) for path in write(file, found)]


def rows(reports: list[dict[str, Any]]) -> dict[str, int]:
    return {one["form"]: one["rows"] for one in reports}


@pytest.mark.parametrize("ending", [".csv", ".xlsx"])
@pytest.mark.parametrize("what", list(What))
def test_an_export_is_nothing_new_where_it_came_from(entered: Entered, what: What, ending: str, tmp_path: Path) -> None:
    files = exported(entered, what, tmp_path / f"{what.value}{ending}")
    before = entered.office.head()
    reports = entered.office.send(*files, campaign=entered.campaign)
    assert [wrong for one in reports for wrong in one["refusals"]] == []
    assert {one["new"] for one in reports} == {0}
    assert all(one["rows"] for one in reports)
    assert entered.office.head() == before


@pytest.fixture(scope="module")
def elsewhere(template: Postgres) -> Iterator[Office]:
    with fresh(template) as database, an_office(database) as office:
        yield office


def test_elsewhere_an_export_makes_the_same_books(entered: Entered, elsewhere: Office, tmp_path: Path) -> None:
    first = [What.organisations, What.members, What.transfers, What.meetings, What.liaison]
    files = [file for what in first for file in exported(entered, what, tmp_path / f"{what.value}.xlsx")]
    reports = elsewhere.send(*files)
    assert [wrong for one in reports for wrong in one["refusals"]] == []
    assert rows(reports) == {
        "organisations": 32, "members": 420, "happenings": 25, "transfers": 26, "meetings": 330, "liaison": 452,
    }  # fmt: skip


def test_text_that_looks_like_a_formula_is_exported_as_text(entered: Entered, tmp_path: Path) -> None:
    ((_, content), *_) = exported(entered, What.members, tmp_path / "members.csv")
    assert b"'=HYPERLINK" in content
    assert b";=HYPERLINK" not in content
    assert b';"=HYPERLINK' not in content
    exported(entered, What.members, tmp_path / "members.xlsx")
    notes = [values[-1] for _, values in sheets(tmp_path / "members.xlsx", "members.xlsx")[0].rows()]
    assert sum(str(note).startswith("=HYPERLINK") for note in notes) == 1
