"""`caunoi score explain`: what a person reads on a terminal, asked over a real socket."""

import json
import os
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit

import pytest

from events.bands import Band
from events.fact import Fact
from services.program.explaining import explained
from services.scoring.meetings.meeting_facts import MeetingFacts, gather
from services.scoring.meetings.meeting_score import score
from services.scoring.rules.shelf import shipped
from services.scoring.score import Score, to_json
from services.scoring.why.changes import changes
from tests.examples import CELL_7
from tests.program.typed import typed
from tests.scoring.meeting import (
    APPROVED,
    CALLED,
    HANOI,
    MEETING,
    at,
    decided,
    held,
    records,
    score_of,
    scored,
    voted,
    without,
)

LATE = (*without(APPROVED), voted(20), decided(Band.FAIR), APPROVED)


class Little(BaseHTTPRequestHandler):
    """Answers for one meeting, as the system does."""

    asked: ClassVar[list[dict[str, list[str]]]] = []

    def do_GET(self) -> None:
        there = urlsplit(self.path)
        self.asked.append(parse_qs(there.query))
        known = there.path == f"/scores/meetings/{MEETING}"
        data = to_json(score_of(*LATE)) if known else b'{"detail":"there is no such meeting"}'
        self.send_response(200 if known else 404)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the library's word
        pass


@pytest.fixture
def url() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Little) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def run(url: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return typed("score", "explain", *arguments, environment={**os.environ, "CAUNOI_URL": url, "CAUNOI_TOKEN": "t"})


def test_a_score_is_taken_apart_for_people(url: str) -> None:
    said = run(url, "meeting", MEETING)
    assert said.returncode == 0, said.stderr
    assert said.stderr == ""
    assert said.stdout.startswith("100 points, band fair\n")
    assert "by 42-HD/BTCTW, 2025-10-28, Ban Tổ chức Trung ương" in said.stdout
    assert "Có mặt 25/25 đảng viên thuộc diện dự họp (100 %)" in said.stdout
    assert "Hướng dẫn số 42-HD/BTCTW ngày 28/10/2025" in said.stdout
    assert "bands: the facts good, the committee good, the cell's vote good, the superior fair" in said.stdout
    assert "recorded after the superior had decided: 9" in said.stdout
    assert "\x1b" not in said.stdout, "no colours where nobody looks"
    assert all(line == line.rstrip() for line in said.stdout.splitlines())


def test_programs_get_the_json_of_the_answer(url: str) -> None:
    said = run(url, "meeting", MEETING, "--json", "--known-at", "2026-03-06T00:00:00+07:00")
    assert json.loads(said.stdout)["points"] == 100
    assert Little.asked[-1] == {"known_at": ["2026-03-06T00:00:00+07:00"]}


def test_what_is_not_there_ends_with_3_and_what_cannot_be_asked_with_2(url: str) -> None:
    unknown = run(url, "meeting", "../tokens")
    assert (unknown.returncode, unknown.stdout) == (3, "")
    assert "there is no such meeting" in unknown.stderr
    assert run(url, "weather", MEETING).returncode == 2
    assert run(url, "meeting", MEETING, "--period", "2026").returncode == 2


def test_on_eighty_columns_nothing_is_longer_and_nothing_is_left_out() -> None:
    lines = list(explained(said(CALLED, held(20, 3, 2), scored(discussion=10), decided(Band.FAIR)), 80))
    assert max(map(len, lines)) <= 80
    text = " ".join(" ".join(lines).split())
    assert "70 points, band fair" in text
    assert "0/5 Đảng viên tham gia sinh hoạt (attendance, from facts)" in text
    assert "Hướng dẫn số 42-HD/BTCTW ngày 28/10/2025 của Ban Tổ chức Trung ương" in text
    assert "what would change it:" in lines
    assert "1. Nếu" in text
    assert "cho đến khi cấp trên quyết định lại." in text


def said(*facts: Fact) -> dict[str, Any]:
    """The score with what would change it, as it is answered."""
    known, pack = gather(MEETING, records(facts), HANOI), shipped().versions("meeting-national")[0]

    def judged(other: MeetingFacts) -> Score:
        return score(other, CELL_7, at(5).date(), pack)

    told = replace(judged(known), changes=changes(known, pack, judged))
    found: dict[str, Any] = json.loads(to_json(told))
    return found
