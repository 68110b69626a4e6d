"""What is proven over HTTP is believed by whoever has nothing but the answer, the checkpoint and the key."""

from base64 import b64decode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import httpx2
import psycopg
import pytest

from projections.merkle.checking import extends, includes
from services.audit.notes import Checkpoint, SignerKey, VerifierKey, read
from services.audit.worker import Worker
from services.program.postgres import Postgres
from tests.audit.signing import ORIGIN, a_key, a_worker, sign_all
from tests.audit.test_signing import change
from tests.database import Database, fresh
from tests.ingest.conftest import DECISION, Commune, a_commune

RECORDS, FIRST_SIGNED = 11, 8


@dataclass
class Proven:
    """A commune of eleven records: a checkpoint of the first eight, and one of all."""

    commune: Commune
    database: Database
    key: SignerKey
    worker: Worker

    def get(self, path: str, **asked: Any) -> httpx2.Response:
        return self.commune.operator.get(path, params=asked)

    def ask(self, path: str, **asked: Any) -> dict[str, Any]:
        answer = self.get(path, **asked)
        assert answer.status_code == 200, answer.text
        said: dict[str, Any] = answer.json()
        return said

    def refused(self, path: str, **asked: Any) -> tuple[int, str, list[str]]:
        answer = self.get(path, **asked)
        assert answer.headers["content-type"] == "application/problem+json"
        said = answer.json()
        return answer.status_code, said["type"], [error["pointer"] for error in said.get("errors", [])]

    def checkpoint(self) -> Checkpoint:
        key = VerifierKey.parse(self.get("/checkpoints/key").text)
        return read(self.get("/checkpoints/latest").text, [key], ORIGIN)


@contextmanager
def eleven(template: Postgres) -> Iterator[Proven]:
    """Signed twice."""
    with fresh(template) as database, a_commune(database) as commune:
        key = a_key(database)
        worker = a_worker(database, key)
        reward(commune, "1")
        assert sign_all(worker) == FIRST_SIGNED
        for number in ("2", "3", "4"):
            reward(commune, number)
        assert sign_all(worker) == RECORDS
        yield Proven(commune, database, key, worker)
        worker.feeder.close()


@pytest.fixture
def made(template: Postgres) -> Iterator[Proven]:
    with eleven(template) as one:
        yield one


@pytest.fixture(scope="module")
def proven(template: Postgres) -> Iterator[Proven]:
    """One for the tests that only read."""
    with eleven(template) as one:
        yield one


def reward(commune: Commune, number: str) -> int:
    body = {"form": "commendation", "decision": {**DECISION, "number": number}}
    return int(commune.post(f"/members/{commune.lan}/rewards", body)["position"])


def nodes(path: list[str]) -> list[bytes]:
    return [bytes.fromhex(node) for node in path]


def test_the_checkpoint_is_a_signed_note_in_plain_text(proven: Proven) -> None:
    answer = proven.get("/checkpoints/latest")
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    lines = answer.text.split("\n")
    assert lines[:2] == [ORIGIN, str(RECORDS)]
    assert proven.get("/checkpoints/key").text == proven.key.verifier.text() + "\n"
    assert proven.checkpoint().size == RECORDS


def test_each_record_is_proven_to_be_in_the_log_by_what_is_answered(proven: Proven) -> None:
    signed = proven.checkpoint()
    for position in range(1, RECORDS + 1):
        said = proven.ask("/proofs/inclusion", position=position)
        assert set(said) == {"leaf_index", "leaf", "leaf_hash", "size", "root", "path"}
        assert (said["leaf_index"], said["size"]) == (position - 1, RECORDS)
        leaf = b64decode(said["leaf"], validate=True)
        assert sha256(b"\0" + leaf).hexdigest() == said["leaf_hash"]
        assert bytes.fromhex(said["root"]) == signed.root
        assert includes(bytes.fromhex(said["leaf_hash"]), position - 1, RECORDS, nodes(said["path"]), signed.root)


def test_a_record_is_proven_for_any_tree_that_has_it(proven: Proven) -> None:
    for size in range(3, RECORDS + 1):
        said = proven.ask("/proofs/inclusion", position=3, size=size)
        node, root = bytes.fromhex(said["leaf_hash"]), bytes.fromhex(said["root"])
        assert includes(node, 2, size, nodes(said["path"]), root)


def test_a_tree_is_proven_to_begin_with_an_earlier_one(proven: Proven) -> None:
    for first in range(1, RECORDS + 1):
        for to in range(first, RECORDS + 1):
            said = proven.ask("/proofs/consistency", **{"from": first, "to": to})
            assert set(said) == {"from", "to", "path", "roots"}
            assert (said["from"], said["to"]) == (first, to)
            before, after = nodes(said["roots"])
            assert extends(first, before, to, after, nodes(said["path"]))
    assert proven.ask("/proofs/consistency", **{"from": 5})["to"] == RECORDS


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({}, (422, "/problems/invalid", ["/position"])),
        ({"position": 0}, (422, "/problems/invalid", ["/position"])),
        ({"position": -1}, (422, "/problems/invalid", ["/position"])),
        ({"position": "x"}, (422, "/problems/invalid", ["/position"])),
        ({"position": 2**70}, (422, "/problems/invalid", ["/position"])),
        ({"position": 12}, (404, "/problems/not-found", [])),
        ({"position": 5, "size": 0}, (422, "/problems/invalid", ["/size"])),
        ({"position": 5, "size": 4}, (422, "/problems/invalid", ["/position"])),
        ({"position": 5, "size": 12}, (422, "/problems/invalid", ["/size"])),
    ],
)
def test_an_inclusion_that_cannot_be_is_refused(
    proven: Proven, asked: dict[str, Any], expected: tuple[int, str, list[str]]
) -> None:
    assert proven.refused("/proofs/inclusion", **asked) == expected


@pytest.mark.parametrize(
    ("asked", "pointer"),
    [
        ({}, "/from"),
        ({"from": 0}, "/from"),
        ({"from": 0, "to": 0}, "/from"),
        ({"from": 5, "to": 4}, "/from"),
        ({"from": 12}, "/from"),
        ({"from": 5, "to": 12}, "/to"),
        ({"from": "x", "to": 3}, "/from"),
    ],
)
def test_a_consistency_that_cannot_be_is_refused(proven: Proven, asked: dict[str, Any], pointer: str) -> None:
    status, rule, pointers = proven.refused("/proofs/consistency", **asked)
    assert (status, rule) == (422, "/problems/invalid")
    assert pointer in pointers


PATHS = ["/checkpoints/latest", "/checkpoints/key", "/proofs/consistency?from=1"]


@pytest.mark.parametrize("role", ["clerk", "secretary", "inspector", "service"])
def test_any_token_reads_checkpoints_and_consistency(proven: Proven, role: str) -> None:
    with proven.commune.client(role, proven.commune.agency) as somebody:
        assert [somebody.get(path).status_code for path in PATHS] == [200] * 3


def test_a_leaf_is_for_those_who_may_read_the_record(proven: Proven) -> None:
    for role in ("clerk", "inspector", "service"):
        with proven.commune.client(role, proven.commune.agency) as somebody:
            asked = somebody.get("/proofs/inclusion", params={"position": 1}).status_code
            assert asked == somebody.get("/log/1").status_code


@pytest.mark.parametrize("path", [*PATHS, "/proofs/inclusion?position=1"])
def test_without_a_token_nothing_is_proven(proven: Proven, path: str) -> None:
    assert httpx2.get(proven.commune.address + path).status_code == 401


def test_who_has_just_changed_something_waits_until_it_is_signed(made: Proven) -> None:
    position = reward(made.commune, "5")
    status, rule, _ = made.refused("/proofs/inclusion", position=position)
    assert (status, rule) == (503, "/problems/behind")
    sign_all(made.worker)
    answer = made.commune.operator.get(
        "/proofs/inclusion", params={"position": position}, headers={"caunoi-at-least": str(position)}
    )
    assert answer.json()["size"] == position


def test_before_the_first_checkpoint_there_is_nothing_to_read(database: Database) -> None:
    with a_commune(database) as commune:
        for path in ("/checkpoints/latest", "/checkpoints/key", "/proofs/inclusion?position=1"):
            assert commune.operator.get(path).status_code == 404


HARM = {
    "the record": "UPDATE ledger.log SET reason = 'because' WHERE position = 3",
    "its hash": "UPDATE merkle.tiles SET hashes = set_byte(hashes, 64, get_byte(hashes, 64) # 1)",
    "its neighbour's hash": "UPDATE merkle.tiles SET hashes = set_byte(hashes, 0, get_byte(hashes, 0) # 1)",
    "the tile": "DELETE FROM merkle.tiles",
}


@pytest.mark.parametrize("harm", HARM.values(), ids=HARM)
def test_what_is_not_as_it_was_signed_is_not_proven(made: Proven, harm: str) -> None:
    change(made.database, harm)
    status, rule, _ = made.refused("/proofs/inclusion", position=3)
    assert (status, rule) == (500, "/problems/unproven")
    if "ledger" not in harm:
        assert made.refused("/proofs/consistency", **{"from": 5})[:2] == (500, "/problems/unproven")


def test_the_document_has_each_path(proven: Proven) -> None:
    paths = httpx2.get(proven.commune.address + "/openapi.json").json()["paths"]
    for path in ("/checkpoints/latest", "/checkpoints/key", "/proofs/inclusion", "/proofs/consistency"):
        assert set(paths[path]) == {"get"}
    latest = paths["/checkpoints/latest"]["get"]["responses"]["200"]["content"]
    assert set(latest) == {"text/plain"}


def test_the_proof_is_of_the_bytes_as_they_are_kept(proven: Proven) -> None:
    with psycopg.connect(proven.database.app) as connection:
        row = connection.execute("SELECT data FROM ledger.log WHERE position = 7").fetchone()
    assert row is not None
    leaf = b64decode(proven.ask("/proofs/inclusion", position=7)["leaf"])
    assert leaf.endswith(b',"data":' + row[0] + b"}")
