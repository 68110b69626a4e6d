"""A province's oath review at its real size, from a spreadsheet's worth of reports to a closing that takes no time."""

import json
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from time import perf_counter
from typing import Any
from uuid import UUID, uuid5

import httpx2
import pytest

from tests.database import Database
from tests.ingest.feeding import feeding
from tests.serving import client, serving

CELLS, MEMBERS, REPORTED = 2_618, 42_022, 38_885
EXCUSED = {"exempt": 1_841, "temporarily_away": 802, "ill": 311, "other": 183}
SUPERIORS = 96
BOOKS_OPEN, OPENS_ON, CLOSES_ON = "2025-01-01", "2026-03-02", "2026-06-30"
PAPER = UUID("0d7c9f0e-3b1f-4c52-9a52-6a4d0f4b1c11")
LINES_A_BATCH = 20_000

Line = dict[str, Any]


def an_id(kind: str, number: int) -> str:
    return str(uuid5(PAPER, f"{kind}/{number}"))


def cell_of(member: int) -> int:
    """Members stand cell by cell, as in the forms that offices send: neighbours belong to the same cell."""
    return member * CELLS // MEMBERS


def organisations() -> Iterator[Line]:
    """A province, the superiors below it, and below each its share of the grassroots cells."""

    def line(ident: str, name: str, kind: str, parent: str | None, **more: str) -> Line:
        body = {"id": ident, "name": name, "kind": kind, "effective_on": BOOKS_OPEN, "backfill": True, **more}
        return {"post": "/organisations", "body": body | ({"parent": parent} if parent else {})}

    yield line(an_id("province", 0), "Đảng bộ tỉnh", "province", None)
    for number in range(SUPERIORS):
        yield line(an_id("superior", number), f"Đảng bộ xã {number}", "superior", an_id("province", 0))
    for number in range(CELLS):
        above = an_id("superior", number % SUPERIORS)
        yield line(an_id("cell", number), f"Chi bộ thôn {number}", "cell", above, cell_kind="village")


def members() -> Iterator[Line]:
    for number in range(MEMBERS):
        body = {
            "id": an_id("member", number),
            "name": f"Nguyễn Văn {number}",
            "cell": an_id("cell", cell_of(number)),
            "status": "official",
            "admitted_on": "2015-05-19",
            "effective_on": BOOKS_OPEN,
            "backfill": True,
        }
        yield {"post": "/members", "body": body}


def meetings(review: str) -> Iterator[Line]:
    """One a cell, thematic, called for the review and held; of old books, in counts."""
    for number in range(CELLS):
        cell, meeting = an_id("cell", number), an_id("meeting", number)
        planned = {"planned_at": "2026-04-10T19:30:00+07:00", "effective_on": "2026-04-01", "campaign": review}
        yield {"post": "/meetings", "body": {"id": meeting, "cell": cell, "kind": "thematic", **planned}}
    for number in range(CELLS):
        counts = {"present": 14, "excused": 2, "absent": 0}
        held = {"started_at": "2026-04-10T19:30:00+07:00", "ended_at": "2026-04-10T21:30:00+07:00", "counts": counts}
        yield {"post": f"/meetings/{an_id('meeting', number)}/sessions", "body": held}


def reports(review: str) -> Iterator[Line]:
    for number in range(REPORTED):
        said = {"kept": 5, "not_well": 1, "not_done": 0, "opinions": 4, "effective_on": "2026-04-10"}
        member = {"member": an_id("member", number), "meeting": an_id("meeting", cell_of(number))}
        yield {"post": f"/oath-reviews/{review}/reports", "body": member | said}


def excuses(review: str) -> Iterator[Line]:
    reasons = (reason for reason, number in EXCUSED.items() for _ in range(number))
    for number, reason in enumerate(reasons, REPORTED):
        body = {"member": an_id("member", number), "reason": reason, "effective_on": "2026-04-10"}
        yield {"post": f"/oath-reviews/{review}/excuses", "body": body}


class Province:
    """The operator's desk; every step says how long it took."""

    def __init__(self, desk: httpx2.Client) -> None:
        self.desk = desk
        self.position = 0
        self.took: dict[str, float] = {}

    @contextmanager
    def timed(self, what: str) -> Iterator[None]:
        began = perf_counter()
        yield
        self.took[what] = perf_counter() - began

    def batch(self, lines: Iterable[Line]) -> None:
        """Every line is on record when it returns."""
        waiting: list[Line] = []
        for line in lines:
            waiting.append(line)
            if len(waiting) == LINES_A_BATCH:
                self._send(waiting)
                waiting = []
        self._send(waiting)

    def _send(self, lines: list[Line]) -> None:
        body = "\n".join(map(json.dumps, lines))
        answer = self.desk.post("/facts", content=body, headers={"content-type": "application/x-ndjson"})
        said = [json.loads(line) for line in answer.text.splitlines()]
        assert len(said) == len(lines)
        refused = [one for one in said if one["status"] != 201]
        assert not refused, refused[:1]
        self.position = max(self.position, *(one["body"]["position"] for one in said))

    def wait(self, path: str) -> dict[str, Any]:
        """The answer, once the views have read what was written; each question waits for five seconds."""
        for _ in range(120):
            answer = self.desk.get(path, headers={"caunoi-at-least": str(self.position)})
            if answer.status_code == 200:
                found: dict[str, Any] = answer.json()
                return found
            assert answer.status_code == 503, answer.text
        raise AssertionError("the views did not come after the log")


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_the_review_of_a_province_is_opened_answered_explained_and_closed(
    database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    with feeding(database.app), serving(database) as address, client(address, database) as desk:
        desk.timeout = httpx2.Timeout(600)
        province = Province(desk)
        with province.timed("the book: cells and members"):
            province.batch(organisations())
            province.batch(members())
        tree = province.wait(f"/organisations/{an_id('province', 0)}")
        assert tree["members"] == MEMBERS
        campaign = {"scope": an_id("province", 0), "title": "Giữ trọn lời thề đảng viên"}
        with province.timed("opening"):
            days = {"opens_on": OPENS_ON, "closes_on": CLOSES_ON, "effective_on": OPENS_ON}
            opened = desk.post("/oath-reviews", json=campaign | days)
        assert opened.status_code == 201, opened.text
        review, province.position = opened.json()["id"], opened.json()["position"]
        assert len(opened.json()["facts"]) == 1 + CELLS
        with province.timed("meetings called and held"):
            province.batch(meetings(review))
        with province.timed("reports"):
            province.batch(reports(review))
        with province.timed("excuses"):
            province.batch(excuses(review))
        with province.timed("views after the reports"):
            province.wait(f"/oath-reviews/{review}/coverage")
        with province.timed("coverage"):
            coverage = province.wait(f"/oath-reviews/{review}/coverage")
        with province.timed("closing"):
            closed = desk.post(f"/oath-reviews/{review}/closings", json={})
        assert closed.status_code == 201, closed.text
        late = desk.post(
            f"/oath-reviews/{review}/excuses", json={"member": an_id("member", MEMBERS - 1), "reason": "ill"}
        )
        assert late.json()["type"] == "/problems/oath_review.closed"
    with capsys.disabled():
        sys.stdout.write("".join(f"\n{what}: {seconds:.2f} s" for what, seconds in province.took.items()))
    assert coverage["cells"] == {"held": CELLS, "of": CELLS}
    share = coverage["members"].pop("share")
    assert coverage["members"] == {"reported": REPORTED, "roll": MEMBERS}
    assert f"{share:.1%}" == "92.5%"
    assert coverage["excused"] == EXCUSED
    assert coverage["unexplained"] == 0
    assert len(coverage["by"]) == SUPERIORS
    assert sum(part["members"]["roll"] for part in coverage["by"]) == MEMBERS
