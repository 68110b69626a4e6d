"""`caunoi doctor`: what is wrong, and what to type next."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.program.little_system import TOKEN, Little, caunoi, little_system


@pytest.fixture
def data(tmp_path: Path) -> Iterator[Path]:
    with little_system(tmp_path) as place:
        yield place


def test_doctor_begins_at_the_ground(tmp_path: Path) -> None:
    code, said, _ = caunoi("doctor", "--data", str(tmp_path / "missing"), "--json")
    assert code == 1
    assert [finding["check"] for finding in json.loads(said)] == ["data"]
    assert json.loads(said)[0]["todo"].startswith("caunoi up")


def test_doctor_says_how_a_view_is_made_anew(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lags = {"position": 1, "head": 7, "lag_seconds": 120.0}
    found = [{"view": "roll", **lags, "parked": 1}, {"view": "tree", **lags}, {"view": "tiles", **lags}]
    monkeypatch.setattr(Little, "views", found)
    url = (data / "address").read_text().strip()
    code, said, _ = caunoi("doctor", "--json", CAUNOI_URL=url, CAUNOI_TOKEN=TOKEN)
    todo = {finding["check"]: finding["todo"] for finding in json.loads(said)}
    assert code == 1
    assert todo["roll"].endswith("then caunoi replay roll")
    assert todo["tree"].endswith("caunoi replay tree")
    assert todo["tiles"].endswith("caunoi audit verify")


def test_doctor_asks_a_distant_system_from_outside(data: Path) -> None:
    url = (data / "address").read_text().strip()
    code, said, _ = caunoi("doctor", "--json", CAUNOI_URL=url, CAUNOI_TOKEN=TOKEN)
    assert [(finding["check"], finding["todo"]) for finding in json.loads(said)] == [
        ("http", ""),
        ("time", ""),
        ("roll", ""),
    ]
    assert code == 0
