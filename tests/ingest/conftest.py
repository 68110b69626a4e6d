"""A small commune behind a real HTTP server: a province, two superiors, a cell below each, and one member."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx2
import pytest

from services.program.postgres import Postgres
from tests.database import Database, fresh
from tests.serving import client, serving

DECISION = {"number": "12-QĐ/ĐU", "on": "2026-02-03", "by": "Đảng ủy xã Hải Hòa"}
BOOKS_OPEN = "2025-01-01"


@dataclass
class Commune:
    """Ids by their names, and the operator's client."""

    database: Database
    address: str
    operator: httpx2.Client
    province: str = ""
    commune: str = ""
    agency: str = ""
    village_cell: str = ""
    office_cell: str = ""
    lan: str = ""

    def post(self, path: str, body: Any, status: int = 201, **headers: str) -> dict[str, Any]:
        """Post as the operator, and expect that status."""
        answer = self.operator.post(path, json=body, headers={k.replace("_", "-"): v for k, v in headers.items()})
        assert answer.status_code == status, answer.text
        said: dict[str, Any] = answer.json()
        return said

    def establish(self, name: str, kind: str, parent: str | None = None, **more: str) -> str:
        body = {"name": name, "kind": kind, "effective_on": BOOKS_OPEN, **more}
        return str(self.post("/organisations", body | ({"parent": parent} if parent else {}))["id"])

    def admit(self, name: str, cell: str, **more: Any) -> str:
        body = {
            "name": name,
            "cell": cell,
            "status": "official",
            "admitted_on": "2015-05-19",
            "effective_on": BOOKS_OPEN,
        }
        return str(self.post("/members", body | more)["id"])

    def log(self) -> list[dict[str, Any]]:
        items: list[dict[str, Any]] = self.operator.get("/log", params={"limit": 500}).json()["items"]
        return items

    def client(self, role: str, organisation: str | None) -> httpx2.Client:
        return client(self.address, self.database, role, organisation)


@contextmanager
def a_commune(database: Database) -> Iterator[Commune]:
    """Everything on record, and nobody else at work."""
    with serving(database) as address, client(address, database) as operator:
        made = Commune(database, address, operator)
        made.province = made.establish("Đảng bộ tỉnh", "province")
        made.commune = made.establish("Đảng bộ xã Hải Hòa", "superior", made.province, serves="06799")
        made.agency = made.establish("Đảng bộ khối cơ quan", "superior", made.province)
        made.village_cell = made.establish("Chi bộ thôn 1", "cell", made.commune, cell_kind="village")
        made.office_cell = made.establish("Chi bộ Trường THCS", "cell", made.agency, cell_kind="public_service")
        home = {"committee": made.commune}
        made.lan = made.admit("Nguyễn Thị Lan", made.office_cell, card="000221248810", residence=home)
        yield made


@pytest.fixture
def commune(database: Database) -> Iterator[Commune]:
    """A commune of this test alone."""
    with a_commune(database) as made:
        yield made


@pytest.fixture(scope="module")
def quiet_commune(template: Postgres) -> Iterator[Commune]:
    """One for all tests of a file, for those that leave nothing behind."""
    with fresh(template) as database, a_commune(database) as made:
        yield made
