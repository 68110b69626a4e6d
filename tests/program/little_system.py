"""A little system that commands are asked against: it answers over a real socket as the whole one does."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit

from tests.program.typed import typed

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


@contextmanager
def little_system(place: Path) -> Iterator[Path]:
    """A directory on which a system runs."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Little)
    Little.asked.clear()
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    (place / "address").write_text(f"http://127.0.0.1:{server.server_port}\n")
    (place / "admin-token").write_text(TOKEN + "\n")
    (place / "admin-token").chmod(0o600)
    yield place
    server.shutdown()
    thread.join()
    server.server_close()


def caunoi(*arguments: str, **environment: str) -> tuple[int, str, str]:
    """(exit code, standard output, standard error)."""
    done = typed(*arguments, environment={**os.environ, **environment})
    return done.returncode, done.stdout, done.stderr
