"""`caunoi erase`: a name that is nowhere but in the views before, and nowhere at all after."""

import json
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import httpx2
import pytest

from services.program.kafka import Kafka
from services.program.postgres_binaries import installed
from tests.crash.whole import STARTED, Whole
from tests.events.kafka import a_ledger, on_topic
from tests.program.places import eventually, place
from tests.program.typed import typed

SECRETS = ("Trần Văn Bí Mật", "000299912345", "99 đường Kín Đáo", "vì hoàn cảnh gia đình riêng")
"""Name, card, home, and why it was entered."""
NAME = SECRETS[0]
OPENED = "2025-01-01"


class System:
    """A whole running system with a cell, and its last member, about whom much is known."""

    member: str
    position: int

    def __init__(self, whole: Whole, ledger: str) -> None:
        self.whole = whole
        self.ledger = ledger
        self.http = httpx2.Client(base_url=whole.address, headers={"Authorization": f"Bearer {whole.token}"})
        self.province = self.post("/organisations", {"name": "Tỉnh", "kind": "province", "effective_on": OPENED})["id"]
        cell = {"name": "Chi bộ", "kind": "cell", "cell_kind": "village", "effective_on": OPENED}
        superior = {"name": "Xã", "kind": "superior", "parent": self.province, "effective_on": OPENED}
        self.commune = self.post("/organisations", superior)["id"]
        self.cell = self.post("/organisations", cell | {"parent": self.commune})["id"]

    def admit(self, name: str, card: str, address: str, reason: str) -> None:
        said = self.post(
            "/members",
            {
                "name": name, "cell": self.cell, "status": "official", "admitted_on": "2015-05-19", "card": card,
                "effective_on": OPENED, "residence": {"committee": self.commune, "address": address}, "reason": reason,
            },
        )  # fmt: skip
        self.member, self.position = said["id"], said["position"]

    def post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        answer = self.http.post(path, json=body)
        assert answer.is_success, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def read(self, position: int) -> dict[str, Any]:
        answer = self.http.get(f"/members/{self.member}", headers={"Caunoi-At-Least": str(position)})
        assert answer.is_success, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def caunoi(self, *words: str) -> subprocess.CompletedProcess[str]:
        return typed(*words, "--data", str(self.whole.data))

    def dump(self, *options: str) -> str:
        """The database as text; what is kept in bytes, as text too."""
        argv = [installed().program("pg_dump"), *options, self.whole.conninfo.replace("caunoi_app@", "caunoi_owner@")]
        said = subprocess.run(argv, capture_output=True, text=True, timeout=120, check=True).stdout
        return said + "".join(
            bytes.fromhex(word[3:]).decode("utf-8", "replace") for word in said.split() if word.startswith("\\\\x")
        )

    def logs(self) -> str:
        files = [path for path in (self.whole.data / "logs").rglob("*") if path.is_file()]
        assert files
        return "".join(path.read_text(errors="replace") for path in files)


@pytest.fixture(scope="module")
def system(kafka: Kafka) -> Iterator[System]:
    with ExitStack() as stack:
        data = stack.enter_context(place()) / "data"
        ledger = a_ledger()
        stack.enter_context(pytest.MonkeyPatch.context()).setenv("CAUNOI_LEDGER", ledger)
        whole = Whole(data, "--bus", "kafka", "--kafka", kafka.address)
        stack.callback(whole.stop)
        eventually(lambda: whole.process.poll() is not None or whole.answers, seconds=STARTED)
        assert whole.process.poll() is None, whole.log.read_text()
        made = System(whole, ledger)
        stack.callback(made.http.close)
        yield made


def test_a_name_is_in_no_log_no_topic_and_no_ledger_and_after_an_erasure_nowhere(system: System, kafka: Kafka) -> None:
    system.admit(*SECRETS)
    assert system.read(system.position)["name"] == NAME
    assert NAME in system.dump(), "the views show it, and what looks for it here finds it"
    for secret in SECRETS:
        assert secret not in system.dump("--exclude-schema=views")
    second = json.loads(system.caunoi(
        "token", "issue", "--role", "secretary", "--organisation", system.province, "--json"
    ).stdout)["token"]  # fmt: skip
    done = system.caunoi("erase", system.member, "--ground", "the family asked", "--approve-with", second)
    assert (done.returncode, done.stdout) == (0, f"erased: {system.member}\n"), done.stderr
    last = system.http.get("/log", params={"name": "member.erased"}).json()["items"][-1]["position"]
    carried = on_topic(kafka.address, system.ledger, last)
    assert [record.position for record in carried] == list(range(1, last + 1))
    everywhere = [system.dump(), system.logs(), "".join(f"{record}{record.data.decode()}" for record in carried)]
    for secret in SECRETS:
        assert not any(secret in text for text in everywhere), secret
    assert system.read(last)["name"] != NAME
    compared = system.caunoi("replay", "all", "--compare")
    assert compared.returncode == 0, compared.stdout + compared.stderr


def test_without_a_second_person_nothing_is_erased_yet(system: System) -> None:
    system.admit("Trần Văn Nam", "000221248811", "thôn 2", "chuyển sổ")
    said = system.caunoi("erase", system.member, "--ground", "the family asked")
    assert said.returncode == 0
    proposal = said.stdout.strip()
    assert f"/proposals/{proposal}/approvals" in said.stderr
    again = system.caunoi("erase", system.member, "--ground", "the family asked")
    assert (again.returncode, again.stdout, again.stderr) == (0, said.stdout, said.stderr), "it waits as before"
    assert system.read(system.position)["name"] == "Trần Văn Nam"
    assert system.http.get(f"/proposals/{proposal}").json()["state"] == "open"


def test_who_is_unknown_cannot_be_erased(system: System) -> None:
    said = system.caunoi("erase", "01900000-0000-7000-8000-000000000000", "--ground", "no such person")
    assert said.returncode == 3
