"""The commands find the system, ask it over HTTP, and end with the code that scripts rely on."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.database import Database
from tests.keys import master_key_file
from tests.program.places import eventually

RECORDS = [{"position": n, "recorded_at": "2026-11-22T01:02:03Z", "name": "member.admitted"} for n in range(1, 8)]
VIEWS = [{"view": "roll", "position": 7, "head": 7, "lag_seconds": 0.0}]
PROBLEM = {"title": "Refused", "detail": "no such role", "errors": [{"pointer": "/role", "message": "unknown"}]}
TOKEN = "the operator's"


class Little(BaseHTTPRequestHandler):
    """Answers as the system does; every command is asked of it over a real socket."""

    asked: ClassVar[list[tuple[str, str, Any]]] = []
    views: ClassVar[list[dict[str, Any]]] = VIEWS

    def answer(self, status: int, body: Any) -> None:
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def do_GET(self) -> None:
        path, query = urlsplit(self.path).path, parse_qs(urlsplit(self.path).query)
        self.asked.append(("GET", self.path, None))
        if self.headers["Authorization"] != f"Bearer {TOKEN}":
            return self.answer(401, {"detail": "who are you"})
        if path == "/log":
            if query.get("name") == ["nobody"]:
                return self.answer(422, {"detail": "another form", "errors": [{"pointer": "/name", "message": "none"}]})
            after, limit = int(query["after"][0]), int(query["limit"][0])
            last = min(after + min(limit, 3), len(RECORDS))
            more = last if last < len(RECORDS) else None
            return self.answer(200, {"items": RECORDS[after:last], "next": more, "position": last})
        if path == "/tokens":
            first = "after" not in query
            return self.answer(200, {"items": [{"id": "t1" if first else "t2"}], "next": "t1" if first else None})
        return (
            self.answer(200, self.views) if path in ("/views", "/readyz") else self.answer(404, {"detail": "nothing"})
        )

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.asked.append(("POST", self.path, body))
        if body.get("role") == "king":
            return self.answer(422, PROBLEM)
        if self.path == "/tokens":
            return self.answer(201, {"id": "t1", "token": "cn_x"})
        return self.answer(200 if self.path == "/tokens/t1/revocations" else 404, {"detail": "no such token"})

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the library's word
        pass


@pytest.fixture
def data(tmp_path: Path) -> Iterator[Path]:
    """A directory on which a system runs."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Little)
    Little.asked.clear()
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    (tmp_path / "address").write_text(f"http://127.0.0.1:{server.server_port}\n")
    (tmp_path / "admin-token").write_text(TOKEN + "\n")
    (tmp_path / "admin-token").chmod(0o600)
    yield tmp_path
    server.shutdown()
    thread.join()
    server.server_close()


def caunoi(*arguments: str, **environment: str) -> tuple[int, str, str]:
    """(exit code, standard output, standard error)."""
    done = subprocess.run(
        [sys.executable, "-m", "services.program", *arguments],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return done.returncode, done.stdout, done.stderr


def test_a_token_is_printed_alone(data: Path) -> None:
    assert caunoi("token", "issue", "--role", "operator", "--data", str(data)) == (0, "cn_x\n", "")
    assert Little.asked == [("POST", "/tokens", {"organisation": None, "role": "operator", "name": "operator"})]


def test_a_token_comes_with_its_id_for_programs(data: Path) -> None:
    said = caunoi("token", "issue", "--organisation", "o1", "--role", "clerk", "--data", str(data), "--json")
    assert json.loads(said[1]) == {"id": "t1", "token": "cn_x"}


def test_tokens_are_listed_over_all_pages(data: Path) -> None:
    code, said, _ = caunoi("token", "list", "--data", str(data), "--json")
    assert code == 0
    assert [token["id"] for token in json.loads(said)] == ["t1", "t2"]


def test_a_token_is_revoked_and_an_unknown_one_is_not_found(data: Path) -> None:
    assert caunoi("token", "revoke", "t1", "--data", str(data)) == (0, "", "")
    assert caunoi("token", "revoke", "t9", "--data", str(data))[0] == 3


def test_a_refusal_names_the_field_and_ends_with_4(data: Path) -> None:
    code, said, why = caunoi("token", "issue", "--role", "king", "--data", str(data))
    assert (code, said) == (4, "")
    assert "422 no such role\n  /role: unknown" in why


def test_a_token_that_opens_nothing_ends_with_5(data: Path) -> None:
    url = (data / "address").read_text().strip()
    assert caunoi("views", CAUNOI_URL=url, CAUNOI_TOKEN="wrong")[0] == 5
    assert caunoi("views", CAUNOI_URL=url, CAUNOI_TOKEN=TOKEN)[0] == 0


def test_the_views_are_a_table_or_json(data: Path) -> None:
    _, said, _ = caunoi("views", "--data", str(data))
    assert [line.split() for line in said.splitlines()][1] == ["roll", "7", "7", "0.0"]
    assert json.loads(caunoi("views", "--data", str(data), "--json")[1]) == VIEWS


def test_hashes_of_views_are_read_in_the_database(data: Path, database: Database) -> None:
    key = str(master_key_file())
    argv = ["views", "--hash", "--data", str(data), "--json"]
    code, said, why = caunoi(*argv, CAUNOI_DATABASE=database.app, CAUNOI_MASTER_KEY_FILE=key)
    assert code == 0, why
    (roll,) = json.loads(said)
    assert (roll["view"], roll["position"], roll["rows"], roll["hash"]) == ("roll", 0, 0, "0-0000000000000000")
    code, _, why = caunoi("views", "--hash", "--data", str(data))
    assert code == 3
    assert "no database is below" in why


def test_the_log_goes_on_over_pages_up_to_its_limit(data: Path) -> None:
    _, said, _ = caunoi("log", "--after", "1", "--limit", "5", "--data", str(data), "--json")
    assert [json.loads(line)["position"] for line in said.splitlines()] == [2, 3, 4, 5, 6]


def test_the_log_ends_where_there_is_no_more(data: Path) -> None:
    _, said, _ = caunoi("log", "--data", str(data))
    assert len(said.splitlines()) == 7


def test_every_filter_is_asked_for(data: Path) -> None:
    filters = ["--about", "a", "--name", "member.*", "--by", "b", "--from", "2026-01-01T00:00:00Z"]
    code, _, _ = caunoi("log", *filters, "--to", "2027-01-01T00:00:00Z", "--data", str(data))
    asked = parse_qs(urlsplit(Little.asked[0][1]).query)
    named = {name: value for name, (value,) in asked.items()}
    assert code == 0
    assert named.pop("to") == "2027-01-01T00:00:00Z"
    assert named == {
        "about": "a", "name": "member.*", "by": "b", "from": "2026-01-01T00:00:00Z", "after": "0", "limit": "50",
    }  # fmt: skip


def test_a_filter_that_cannot_be_is_refused_with_its_place(data: Path) -> None:
    code, said, why = caunoi("log", "--name", "nobody", "--data", str(data))
    assert (code, said) == (4, "")
    assert "/name: none" in why


def mind_interrupts() -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@contextmanager
def following(data: Path, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """One that has printed all there is, and waits for more."""
    argv = [sys.executable, "-m", "services.program", "log", "--follow", "--data", str(data), *arguments]
    # Whoever runs the tests in the background may have Ctrl-C ignored, which a child would inherit.
    with subprocess.Popen(
        argv,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=mind_interrupts,  # noqa: PLW1509  # no thread runs here
    ) as process:
        assert process.stdout
        for _ in RECORDS:
            assert process.stdout.readline()
        yield process


@pytest.mark.parametrize("way", [signal.SIGINT, signal.SIGTERM])
def test_the_log_is_followed_until_it_is_asked_to_stop(data: Path, way: signal.Signals) -> None:
    with following(data) as process:
        process.send_signal(way)
        assert process.communicate(timeout=30) == ("", "")
        assert process.returncode == 0


def test_following_goes_on_where_the_log_was_looked_through(data: Path) -> None:
    with following(data, "--json") as process:
        eventually(lambda: len(Little.asked) > 4)
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=30)
    after = [parse_qs(urlsplit(path).query)["after"] for _, path, _ in Little.asked]
    assert after[:5] == [["0"], ["3"], ["6"], ["7"], ["7"]]


def test_it_ends_well_when_nobody_reads_it_any_more_though_nothing_comes(data: Path) -> None:
    with following(data) as process:
        assert process.stdout
        assert process.stderr
        process.stdout.close()
        assert process.wait(timeout=30) == 0
        assert process.stderr.read() == ""


@pytest.mark.parametrize("command", [["log", "--json"], ["views"]])
def test_a_closed_pipe_is_no_traceback(data: Path, command: list[str]) -> None:
    reads, writes = os.pipe()
    os.close(reads)
    argv = [sys.executable, "-m", "services.program", *command, "--data", str(data)]
    done = subprocess.run(argv, stdout=writes, stderr=subprocess.PIPE, text=True, timeout=60, check=False)
    os.close(writes)
    assert (done.returncode, done.stderr) == (0 if "log" in command else 1, "")


def test_without_a_system_it_says_how_to_start_one(tmp_path: Path) -> None:
    code, said, why = caunoi("views", "--data", str(tmp_path))
    assert (code, said) == (3, "")
    assert f"caunoi up --data {tmp_path}" in why


def test_a_system_that_is_silent_is_no_traceback(data: Path) -> None:
    (data / "address").write_text("http://127.0.0.1:1\n")
    code, said, why = caunoi("views", "--data", str(data))
    assert (code, said) == (1, "")
    assert why.count("\n") == 1
    assert "caunoi doctor" in why


def test_a_misspelt_variable_refuses_every_command(data: Path) -> None:
    code, _, why = caunoi("views", "--data", str(data), CAUNOI_TOKE="x")
    assert code == 2
    assert "CAUNOI_TOKE is no setting; did you mean CAUNOI_TOKEN?" in why


@pytest.mark.parametrize("wrong", [["serve", "tea"], ["token", "issue"], ["nonsense"], ["views", "--nonsense"]])
def test_wrong_usage_ends_with_2(wrong: list[str]) -> None:
    code, said, _ = caunoi(*wrong)
    assert (code, said) == (2, "")


@pytest.mark.parametrize("wrong", [["serve", "nope"], ["score", "explain", "cell", "x"]])
def test_a_word_that_cannot_be_is_answered_with_those_that_can(wrong: list[str]) -> None:
    code, said, why = caunoi(*wrong, COLUMNS="200")
    assert (code, said) == (2, "")
    assert "is not one of" in why
    assert "Value error" not in why


@pytest.mark.parametrize("url", ["notaurl", "127.0.0.1:8000", "ftp://127.0.0.1", "http://["])
def test_an_address_that_is_none_is_called_so(url: str) -> None:
    code, said, why = caunoi("views", CAUNOI_URL=url)
    assert (code, said) == (2, "")
    assert why == "caunoi: CAUNOI_URL: this is no address; one is http://HOST:PORT\n"


def test_the_relay_comes_with_kafka() -> None:
    code, _, why = caunoi("serve", "relay")
    assert code == 2
    assert "Kafka" in why


def test_a_process_that_fails_quotes_nothing_of_why() -> None:
    script = (
        "import sys, types; from services.program import __main__ as program\n"
        "def run(settings): raise ValueError('Nguyễn Thị Lan')\n"
        "sys.modules['services.notify.__main__'] = types.SimpleNamespace(run=run)\n"
        "sys.argv = ['caunoi', 'serve', 'notify']; program.main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        env={**os.environ, "CAUNOI_DATABASE": "postgresql://caunoi_app@/x"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1
    assert "Lan" not in done.stderr
    assert json.loads(done.stderr)["exception"]["type"] == "builtins.ValueError"


def test_nothing_is_coloured_where_colour_is_not_wanted() -> None:
    assert "\x1b" not in caunoi("--help", NO_COLOR="1", FORCE_COLOR="")[1]


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
