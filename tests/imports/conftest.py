"""An empty system behind a real HTTP server whose views are fed, and the books of the demonstration to send to it."""

import csv
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

import httpx2
import pytest

from events import wire
from events.bus import EmbeddedBus
from services.notify.policies_in_force import Policies
from services.notify.worker import Worker
from services.program.postgres import Postgres
from tests.database import Database, fresh
from tests.ingest.feeding import feeding
from tests.serving import client, serving

ROOT = Path(__file__).parents[2]
BOOKS = ROOT / "services" / "program" / "demo" / "books"
"""As an office sent them, with the rows that are wrong on purpose (their licence is beside them)."""
EXPECTED: dict[str, Any] = json.loads((BOOKS / "expected.json").read_text())
FIRST = (
    "organisations.csv", "members.xlsx", "transfers-2026.csv", "meetings-2026.csv", "attendance-2026-10.xlsx",
    "rewards-and-discipline-2026.csv", "liaison-2025.csv",
)  # fmt: skip
OATH = "oath-review-2026.csv"
THEME = "Giữ trọn lời thề đảng viên"

File = tuple[str, bytes]


@dataclass
class Office:
    """The operator's client, and what an office sends."""

    database: Database
    address: str
    operator: httpx2.Client

    def send(self, *files: File, status: int = 200, **asked: str) -> list[dict[str, Any]]:
        """The reports of an import."""
        answer = self.operator.post("/imports", params=asked, files=[("file", file) for file in files])
        assert answer.status_code == status, answer.text
        reports: list[dict[str, Any]] = answer.json()["files"] if status == 200 else [answer.json()]
        return reports

    def log(self, name: str | None = None) -> list[dict[str, Any]]:
        """The whole log, or all records of such facts."""
        items: list[dict[str, Any]] = []
        after = 0
        named = {} if name is None else {"name": name}
        while True:
            page = self.operator.get("/log", params={"after": after, "limit": 500, **named}).json()
            items += page["items"]
            if page["next"] is None:
                return items
            after = page["next"]

    def head(self) -> int:
        """The last position of the log."""
        return max((view["head"] for view in self.operator.get("/views").json()), default=0)

    def ask(self, path: str, **asked: Any) -> Any:
        """The answer of views that have read all that is on record."""
        headers = {"Caunoi-At-Least": str(self.head())}
        answer = self.operator.get(path, params=asked, headers=headers)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def every(self, path: str, **asked: Any) -> list[dict[str, Any]]:
        """All items of a list."""
        items: list[dict[str, Any]] = []
        after: dict[str, str] = {}
        while True:
            page = self.ask(path, limit=500, **asked, **after)
            items += page["items"]
            if page["next"] is None:
                return items
            after = {"after": page["next"]}

    def organisation(self, code: str) -> str:
        """The id of an organisation."""
        (found,) = self.ask("/organisations", code=code)["items"]
        return str(found["id"])

    def approve(self, reports: list[dict[str, Any]]) -> None:
        """A second person agrees to what was proposed."""
        with client(self.address, self.database, "secretary", self.organisation("T22")) as second:
            for report in reports:
                for one in report["proposals"]:
                    answer = second.post(f"/proposals/{one['proposal']}/approvals", json={"backfill": True})
                    assert answer.status_code == 201, answer.text

    def tell(self) -> None:
        """All notices of what is on record are there."""
        worker = Worker(self.database.app, EmbeddedBus(self.database.app), "local", Policies.read(known=wire.FACTS))
        worker.open()
        try:
            told, head = 0, self.head()
            while told < head:
                some = worker.step(30)
                assert some, "the log does not come"
                told += some
        finally:
            worker.close()

    def open_review(self) -> str:
        """The campaign of the books, on the rolls as they stand."""
        body = {
            "scope": self.organisation("T22"), "title": THEME, "opens_on": "2026-03-01", "closes_on": "2026-05-31",
            "effective_on": "2026-03-01", "backfill": True,
        }  # fmt: skip
        answer = self.operator.post("/oath-reviews", json=body)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])


def book(name: str) -> File:
    """A book as it is."""
    return name, (BOOKS / name).read_bytes()


def sheet(name: str, headings: Sequence[str], *rows: Sequence[str]) -> File:
    """A CSV as an office makes it."""
    text = StringIO()
    csv.writer(text, delimiter=";").writerows([headings, *rows])
    return name, b"\xef\xbb\xbf" + text.getvalue().encode()


@contextmanager
def an_office(database: Database) -> Iterator[Office]:
    """One that has sent nothing yet."""
    with feeding(database.app), serving(database) as address, client(address, database) as operator:
        operator.timeout = httpx2.Timeout(250)
        yield Office(database, address, operator)


@pytest.fixture
def office(database: Database) -> Iterator[Office]:
    """An office of this test alone."""
    with an_office(database) as made:
        yield made


@dataclass
class Entered:
    """An office that has sent all its books, and what it was told."""

    office: Office
    campaign: str
    rehearsed: list[dict[str, Any]]
    log_after_rehearsal: int
    reports: list[dict[str, Any]]

    def report(self, file: str, sheet: str | None = None) -> dict[str, Any]:
        """What was said of one sheet."""
        return next(one for one in self.reports if (one["file"], one["sheet"]) == (file, sheet))


@pytest.fixture(scope="package")
def entered(template: Postgres) -> Iterator[Entered]:
    """All books are in: first tried, then sent, the review opened where the rolls are known, and its answers sent."""
    with fresh(template) as database, an_office(database) as office:
        rehearsed = office.send(*map(book, FIRST), dry_run="true")
        tried = office.head()
        reports = office.send(*map(book, FIRST))
        campaign = office.open_review()
        reports += office.send(book(OATH), campaign=campaign)
        office.approve(reports)
        yield Entered(office, campaign, rehearsed, tried, reports)
