"""How the demonstration talks to the running system: changes in batches, and questions that wait for their answers."""

import json
import time
from collections.abc import Sequence
from typing import Any, NamedTuple

import httpx2

from services.program.demo.lines import Line
from services.program.importing import Sending
from services.trouble import Trouble

NDJSON = {"Content-Type": "application/x-ndjson"}
BUSY = 503
PATIENCE_SECONDS = 60.0
PAUSE_SECONDS = 0.2


class Answer(NamedTuple):
    """What one change was answered; `body` is a problem (RFC 9457) where it was refused."""

    line: Line
    status: int
    body: dict[str, Any]

    @property
    def refused(self) -> bool:
        """Whether it did not go in."""
        return self.status >= httpx2.codes.BAD_REQUEST

    @property
    def positions(self) -> list[int]:
        """Where its facts lie in the log; those of an answer that was given before lie where they lay."""
        return [fact["position"] for fact in self.body.get("facts", ())]

    def __str__(self) -> str:
        """For a refusal: the place in the books and the problem, which names ids and never a person."""
        fields = [f"{error.get('pointer')}: {error.get('message')}" for error in self.body.get("errors") or ()]
        said = "; ".join([str(self.body.get("detail") or self.body.get("title")), *fields])
        return f"{self.line.source}, {self.line.post}: {self.status} {said}"


class Desk(Sending):
    """The running system, as the one who enters books meets it."""

    def head(self) -> int:
        """The last position of the log."""
        return max((int(view["head"]) for view in self.get("/views")), default=0)

    def facts(self, lines: Sequence[Line]) -> list[Answer]:
        """Posts the lines in their order; those that find the system busy are posted again, still in order."""
        answers: dict[str, Answer] = {}
        waiting, deadline = list(lines), time.monotonic() + PATIENCE_SECONDS
        while waiting:
            given = self._facts(waiting)
            answers.update((answer.line.key, answer) for answer in given)
            waiting = [answer.line for answer in given if answer.status == BUSY]
            if waiting and time.monotonic() > deadline:
                break
            if waiting:
                time.sleep(PAUSE_SECONDS)
        return [answers[line.key] for line in lines]

    def ask(self, path: str, position: int, **parameters: Any) -> Any:
        """The JSON of a question, answered by one who has read the log up to `position`."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            answer = self._send("GET", path, params=parameters, headers={"Caunoi-At-Least": str(position)})
            if answer.is_success:
                return answer.json()
            if answer.status_code != BUSY or time.monotonic() > deadline:
                raise Trouble(f"{path} answers {answer.status_code}: {answer.text}")

    def _facts(self, lines: Sequence[Line]) -> list[Answer]:
        said = [{"post": line.post, "body": line.body, "key": line.key} for line in lines]
        content = "\n".join(json.dumps(one, ensure_ascii=False) for one in said).encode()
        answer = self._send("POST", "/facts", content=content, headers=NDJSON)
        told = [json.loads(one) for one in answer.text.splitlines()] if answer.is_success else []
        if len(told) != len(lines):
            raise Trouble(f"/facts answers {answer.status_code} to {len(lines)} changes: {answer.text[:300]}")
        return [Answer(line, one["status"], one["body"]) for line, one in zip(lines, told, strict=True)]

    def _send(self, method: str, path: str, **more: Any) -> httpx2.Response:
        try:
            return self._http.request(method, path, **more)
        except httpx2.HTTPError as error:
            raise Trouble(f"{self.url} does not answer ({type(error).__name__}): try `caunoi doctor`") from None
