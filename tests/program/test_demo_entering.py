"""The books go in as files, a busy system is asked again, and a refusal is told by row and problem."""

import json
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, ClassVar
from urllib.parse import parse_qsl, urlsplit

import pytest

from services.program.demo import oath
from services.program.demo.desk import Desk
from services.program.demo.entering import OPENED_ON, enter, must_have_begun, require_all
from services.program.demo.lines import Line, Source
from services.trouble import Trouble

SECRETARY = "the secretary's"
REFUSAL = {
    "title": "Conflict",
    "detail": "a reprimand blocks badges",
    "errors": [{"pointer": "/form", "message": "no"}],
}
ORGANISATION = "o1"


class Little(BaseHTTPRequestHandler):
    """Answers as the system does; what a line is answered stands in its own body."""

    batches: ClassVar[list[list[dict[str, Any]]]] = []
    imports: ClassVar[list[str | None]] = []
    proposals: ClassVar[list[str]] = []
    approvals: ClassVar[list[tuple[str, str, Any]]] = []
    records: ClassVar[list[str]] = []
    tokens: ClassVar[list[str]] = []

    def do_POST(self) -> None:
        content, url = self.rfile.read(int(self.headers["Content-Length"])), urlsplit(self.path)
        if url.path == "/imports":
            self.imports.append(dict(parse_qsl(url.query)).get("campaign"))
            return self.imported()
        if url.path.startswith("/tokens"):
            self.tokens.append(url.path)
            return self.answer({"id": "t1", "token": SECRETARY})
        if url.path.startswith("/proposals"):
            self.approvals.append((url.path, self.headers["Authorization"], json.loads(content)))
            return self.answer({"position": 8})
        lines = [json.loads(line) for line in content.splitlines()]
        self.batches.append(lines)
        return self.answer(*(self.said(line) for line in lines))

    def imported(self) -> None:
        """Two batches are through, then the report of the one sheet."""
        proposals = [{"row": 4, "proposal": one} for one in self.proposals if len(self.imports) == 1]
        refusals = [{"row": 3, "column": "Ngày"}, {"row": 3, "column": "Loại"}]
        sheet = {"file": "rolls.csv", "sheet": None}
        report = {**sheet, "rows": 5, "new": 3, "unchanged": 1, "refusals": refusals, "proposals": proposals}
        self.answer({**sheet, "rows": 2}, {**sheet, "rows": 5}, {"files": [report]})

    def said(self, line: dict[str, Any]) -> dict[str, Any]:
        busy = line["body"].get("busy", 0)
        asked = sum(one["key"] == line["key"] for batch in self.batches for one in batch)
        if asked <= busy:
            return {"status": 503, "body": {"title": "busy"}}
        status = line["body"].get("status", 201)
        body = {201: {"facts": [{"position": 7}]}, 409: REFUSAL}
        return {"status": status, "body": body[status]}

    def do_GET(self) -> None:
        path = urlsplit(self.path).path
        if path == "/views":
            return self.answer([{"head": 7}])
        items = [{"name": name} for name in self.records] if path == "/log" else [{"id": ORGANISATION, "name": "x"}]
        return self.answer({"items": items})

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
    for kept in (Little.batches, Little.imports, Little.proposals, Little.approvals, Little.tokens, Little.records):
        kept.clear()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Little)
    Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    with Desk(f"http://127.0.0.1:{server.server_port}", "the operator's") as made:
        yield made
    server.shutdown()
    server.server_close()


def line(number: int, **body: Any) -> Line:
    return Line(Source("rolls.csv", number), "/members/m1/sanctions", body)


def rows() -> list[list[int]]:
    return [[int(one["key"].split(":")[2]) for one in batch] for batch in Little.batches]


def test_what_finds_the_system_busy_is_posted_again_in_order(desk: Desk) -> None:
    answers = desk.facts([line(1), line(2, busy=1), line(3), line(4, busy=2)])
    assert rows() == [[1, 2, 3, 4], [2, 4], [4]]
    assert [answer.status for answer in answers] == [201] * 4
    assert [answer.line.source.row for answer in answers] == [1, 2, 3, 4]
    assert answers[0].positions == [7]


def test_a_refusal_ends_it_and_names_the_file_the_row_and_the_problem(desk: Desk) -> None:
    with pytest.raises(Trouble) as trouble:
        require_all(desk.facts([line(1), line(2, status=409)]))
    assert str(trouble.value).splitlines() == [
        "1 of 2 changes were refused:",
        "  rolls.csv, row 2, /members/m1/sanctions: 409 a reprimand blocks badges; /form: no",
    ]


def test_the_books_go_in_as_files_and_the_review_is_opened_before_its_answers(desk: Desk) -> None:
    counted: list[int] = []
    entered = enter(desk, counted.append)
    assert Little.imports == [None, oath.CAMPAIGN]
    (opened,) = Little.batches
    assert [(one["post"], one["body"]["scope"]) for one in opened] == [("/oath-reviews", ORGANISATION)]
    assert counted == [2, 3, 2, 3]
    assert entered.summary() == "10 rows of 2 sheets: 6 new, 2 refused because they are wrong"


def test_a_second_person_approves_a_proposal_with_a_token_for_that_alone(desk: Desk) -> None:
    Little.proposals.append("p1")
    enter(desk)
    assert Little.approvals == [("/proposals/p1/approvals", f"Bearer {SECRETARY}", {"backfill": True})]
    assert Little.tokens == ["/tokens", "/tokens/t1/revocations"]


def test_a_proposal_that_was_approved_on_an_earlier_run_is_left_alone(desk: Desk) -> None:
    Little.proposals.append("p1")
    Little.records[:] = ["proposal.made", "proposal.approved"]
    enter(desk)
    assert (Little.tokens, Little.approvals) == ([], [])


def test_on_a_clock_before_the_books_nothing_is_sent(desk: Desk) -> None:
    with pytest.raises(Trouble, match="the books begin on 2025-01-01"):
        must_have_begun(OPENED_ON)
    must_have_begun(OPENED_ON + timedelta(days=1))
    assert Little.batches == []
