"""The books go in in order, a busy system is asked again, and a refusal is told by file, row and problem."""

import json
from collections.abc import Iterator
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, ClassVar

import pytest

from services.program.demo.desk import Desk
from services.program.demo.entering import enter
from services.program.demo.lines import Line, Source
from services.program.demo.reading import Books, read
from services.trouble import Trouble

SECRETARY = "the secretary's"
REFUSAL = {
    "title": "Conflict",
    "detail": "a reprimand blocks badges",
    "errors": [{"pointer": "/form", "message": "no"}],
}
DAY = date(2026, 8, 24)


class Little(BaseHTTPRequestHandler):
    """Answers as the system does; what a line is answered stands in its own body."""

    batches: ClassVar[list[list[dict[str, Any]]]] = []
    approvals: ClassVar[list[str]] = []
    records: ClassVar[list[str]] = []
    tokens: ClassVar[list[str]] = []

    def do_POST(self) -> None:
        content = self.rfile.read(int(self.headers["Content-Length"]))
        if self.path != "/facts":
            self.tokens.append(self.path)
            return self.answer({"id": "t1", "token": SECRETARY})
        lines = [json.loads(line) for line in content.splitlines()]
        self.batches.append(lines)
        if self.headers["Authorization"] == f"Bearer {SECRETARY}":
            self.approvals.extend(line["post"] for line in lines)
        return self.answer(*(self.said(line) for line in lines))

    def said(self, line: dict[str, Any]) -> dict[str, Any]:
        busy = line["body"].get("busy", 0)
        asked = sum(one["key"] == line["key"] for batch in self.batches for one in batch)
        if asked <= busy:
            return {"status": 503, "body": {"title": "busy"}}
        status = line["body"].get("status", 201)
        body = {201: {"facts": [{"position": 7}]}, 202: {"proposal": "p1", "position": 7, "facts": []}, 409: REFUSAL}
        return {"status": status, "body": body[status]}

    def do_GET(self) -> None:
        self.answer({"items": [{"name": name} for name in self.records]})

    def answer(self, *bodies: Any) -> None:
        data = "".join(json.dumps(body) + "\n" for body in bodies).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the library's word
        pass


@pytest.fixture
def desk() -> Iterator[Desk]:
    for kept in (Little.batches, Little.approvals, Little.tokens, Little.records):
        kept.clear()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Little)
    Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    with Desk(f"http://127.0.0.1:{server.server_port}", "the operator's") as made:
        yield made
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def books() -> Books:
    return read()


def line(number: int, *, alone: bool = False, **body: Any) -> Line:
    return Line(Source("rolls.csv", "", number), DAY, "/members/m1/sanctions", body, alone)


def rows() -> list[list[int]]:
    return [[int(one["key"].split(":")[2]) for one in batch] for batch in Little.batches]


def test_lines_go_in_in_order_and_one_that_must_be_alone_is_alone(desk: Desk, books: Books) -> None:
    counted: list[int] = []
    answers = enter(desk, [line(1), line(2), line(3, alone=True), line(4)], books.known, counted.append)
    assert rows() == [[1, 2], [3], [4]]
    assert [answer.line.source.row for answer in answers] == [1, 2, 3, 4]
    assert counted == [2, 1, 1]
    assert answers[0].positions == [7]


def test_what_finds_the_system_busy_is_posted_again_in_order(desk: Desk, books: Books) -> None:
    answers = enter(desk, [line(1), line(2, busy=1), line(3), line(4, busy=2)], books.known)
    assert rows() == [[1, 2, 3, 4], [2, 4], [4]]
    assert [answer.status for answer in answers] == [201] * 4


def test_a_refusal_ends_it_and_names_the_file_the_row_and_the_problem(desk: Desk, books: Books) -> None:
    with pytest.raises(Trouble) as trouble:
        enter(desk, [line(1), line(2, status=409), line(3, alone=True)], books.known)
    assert str(trouble.value).splitlines() == [
        "1 of 2 changes were refused:",
        "  rolls.csv, row 2, /members/m1/sanctions: 409 a reprimand blocks badges; /form: no",
    ]
    assert rows() == [[1, 2]]


def test_a_second_person_approves_a_proposal_with_a_token_for_that_alone(desk: Desk, books: Books) -> None:
    answers = enter(desk, [line(1, status=202), line(2)], books.known)
    assert Little.approvals == ["/proposals/p1/approvals"]
    assert Little.batches[-1][0]["body"] == {"effective_on": "2026-08-24", "backfill": True}
    assert Little.tokens == ["/tokens", "/tokens/t1/revocations"]
    assert [answer.status for answer in answers] == [202, 201, 201]


def test_a_proposal_that_was_approved_on_an_earlier_run_is_left_alone(desk: Desk, books: Books) -> None:
    Little.records[:] = ["proposal.made", "proposal.approved"]
    enter(desk, [line(1, status=202)], books.known)
    assert Little.tokens == Little.approvals == []
