"""A load of rewards and meetings, each change with its key, repeated until it is acknowledged, whatever is killed."""

import threading
from dataclasses import dataclass, field
from itertools import count
from time import monotonic
from typing import Any
from uuid import uuid4

import httpx2

PATIENCE = 90.0
"""Seconds that one change may take to be acknowledged, over restarts of everything."""
MEMBERS = 40
CALLERS = 6
MEETS = 10
"""One change in so many is a meeting."""


@dataclass
class Acknowledged:
    """A change and where its facts stand, as it was said to whoever asked for it."""

    key: str
    member: str
    position: int


@dataclass
class Load:
    """Callers in threads of their own; `done` is what was acknowledged so far."""

    address: str
    token: str
    committee: str = ""
    cell: str = ""
    members: list[str] = field(default_factory=list)
    meetings: list[str] = field(default_factory=list)
    done: list[Acknowledged] = field(default_factory=list)
    failed: list[BaseException] = field(default_factory=list)
    progress: threading.Condition = field(default_factory=threading.Condition)
    stopping: threading.Event = field(default_factory=threading.Event)
    threads: list[threading.Thread] = field(default_factory=list)

    def settle(self) -> None:
        """A commune whose residents all work for an agency, so that it is told of each reward."""
        with self._client() as client:
            province = self._post(client, "/organisations", {"name": "Đảng bộ tỉnh", "kind": "province", **OPEN})["id"]
            superior = {"kind": "superior", "parent": province, **OPEN}
            self.committee = self._post(client, "/organisations", {"name": "Đảng bộ xã", **superior})["id"]
            agency = self._post(client, "/organisations", {"name": "Đảng bộ khối", **superior})["id"]
            cell = {"name": "Chi bộ", "kind": "cell", "parent": agency, **OPEN}
            self.cell = self._post(client, "/organisations", cell)["id"]
            home = {"residence": {"committee": self.committee}}
            member = {"cell": self.cell, "status": "official", "admitted_on": "2020-01-01", **OPEN, **home}
            names = [{"name": f"Đảng viên {number}", **member} for number in range(MEMBERS)]
            self.members = [self._post(client, "/members", body)["id"] for body in names]

    def start(self) -> None:
        """Begin to ask."""
        numbers = count(1)
        self.threads = [threading.Thread(target=self._run, args=(numbers,)) for _ in range(CALLERS)]
        for thread in self.threads:
            thread.start()

    def wait_for(self, more: int) -> None:
        """Until so many more changes are acknowledged."""
        with self.progress:
            goal, until = len(self.done) + more, monotonic() + PATIENCE
            while len(self.done) < goal and not self.failed:
                assert self.progress.wait(until - monotonic()), "no progress"
        assert not self.failed, self.failed

    def stop(self) -> None:
        """Each caller ends when what it has asked for is acknowledged."""
        self.stopping.set()
        for thread in self.threads:
            thread.join(PATIENCE)
            assert not thread.is_alive()
        assert not self.failed, self.failed

    def _run(self, numbers: "count[int]") -> None:
        try:
            with self._client() as client:
                while not self.stopping.is_set():
                    number = next(numbers)
                    member = self.members[number % MEMBERS]
                    key = str(uuid4())
                    decision = {"number": str(number), "on": "2026-01-05", "by": "Đảng ủy"}
                    body = {"form": "other", "decision": decision}
                    said = self._post(client, f"/members/{member}/rewards", body, key)
                    if number % MEETS == 0:
                        self._meet(client)
                    with self.progress:
                        self.done.append(Acknowledged(key, member, said["facts"][0]["position"]))
                        self.progress.notify_all()
        except BaseException as error:  # noqa: BLE001  # shown by whoever waits for progress
            with self.progress:
                self.failed.append(error)
                self.progress.notify_all()

    def _meet(self, client: httpx2.Client) -> None:
        """A meeting that has been held and scored by its cell."""
        held = {"started_at": "2026-01-05T07:00:00Z", "ended_at": "2026-01-05T09:30:00Z"}
        body = {"cell": self.cell, "kind": "regular", "planned_at": held["started_at"]}
        meeting = self._post(client, "/meetings", body)["id"]
        self._post(
            client, f"/meetings/{meeting}/sessions", {**held, "counts": {"present": 5, "excused": 1, "absent": 0}}
        )
        self._post(client, f"/meetings/{meeting}/self-scores", {"total": 80})
        self.meetings.append(meeting)

    def _client(self) -> httpx2.Client:
        return httpx2.Client(base_url=self.address, headers={"authorization": f"Bearer {self.token}"}, timeout=30)

    def _post(self, client: httpx2.Client, path: str, body: Any, key: str | None = None) -> dict[str, Any]:
        until = monotonic() + PATIENCE
        headers = {"idempotency-key": key or str(uuid4())}
        while True:
            try:
                answer = client.post(path, json=body, headers=headers)
            except httpx2.TransportError:
                assert monotonic() < until, "nobody answers any more"
                self.stopping.wait(0.05)  # a client's pause before it asks again
                continue
            if answer.status_code == 503 and monotonic() < until:
                self.stopping.wait(0.05)
                continue
            assert answer.status_code == 201, (answer.status_code, answer.text)
            said: dict[str, Any] = answer.json()
            return said


OPEN = {"effective_on": "2025-01-01"}
