"""`caunoi audit` on a whole system: a checkpoint is taken home, and the log is found to be what it says, or not."""

import json
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from events.ledger import Ledger
from services.audit.notes import SignerKey, VerifierKey, read
from services.program.directories import socket_place
from services.program.postgres_user import choose
from tests.audit.signing import ORIGIN
from tests.crash.whole import Whole, whole
from tests.events.appending import new, to
from tests.program.places import eventually
from tests.program.typed import typed


@pytest.fixture(scope="module")
def system() -> Iterator[Whole]:
    with whole() as running:
        with Ledger(running.conninfo) as ledger:
            ledger.append(to(new(), facts=5))
        latest = running.data / "checkpoint-latest"
        eventually(lambda: latest.exists() and latest.read_text().split("\n")[1] == "5")
        yield running


def caunoi(*arguments: str, **environment: str) -> tuple[int, str, str]:
    """(exit code, standard output, standard error)."""
    done = typed("audit", *arguments, environment={**os.environ, **environment})
    return done.returncode, done.stdout, done.stderr


@pytest.fixture
def key(system: Whole) -> VerifierKey:
    return SignerKey.parse((system.data / "checkpoint-key").read_text()).verifier


def test_the_key_is_private_and_made_once(system: Whole) -> None:
    path = system.data / "checkpoint-key"
    assert path.stat().st_mode & 0o777 == 0o600
    assert SignerKey.parse(path.read_text()).name == ORIGIN


def test_the_latest_checkpoint_is_printed_or_written(system: Whole, key: VerifierKey, tmp_path: Path) -> None:
    code, said, _ = caunoi("checkpoint", "--data", str(system.data))
    assert code == 0
    assert read(said, [key], ORIGIN).size == 5
    kept = tmp_path / "checkpoint.txt"
    assert caunoi("checkpoint", "--out", str(kept), "--data", str(system.data)) == (0, "", "")
    assert kept.read_text() == said == (system.data / "checkpoint-latest").read_text()


def test_a_log_that_nobody_touched_is_verified_also_with_a_checkpoint_from_elsewhere(
    system: Whole, key: VerifierKey, tmp_path: Path
) -> None:
    kept, vkey = tmp_path / "checkpoint.txt", tmp_path / "key"
    kept.write_text(caunoi("checkpoint", "--data", str(system.data))[1])
    vkey.write_text(key.text() + "\n")
    code, said, why = caunoi("verify", "--data", str(system.data))
    assert (code, why) == (0, "")
    assert said.startswith("verified: 5 records, 5 in the tree,")
    for trusted in (key.text(), str(vkey)):
        code, said, _ = caunoi(
            "verify", "--checkpoint", str(kept), "--key", trusted, "--data", str(system.data), "--json"
        )
        assert code == 0
        assert {name: json.loads(said)[name] for name in ("ok", "records", "signed", "first_wrong", "findings")} == {
            "ok": True, "records": 5, "signed": 5, "first_wrong": None, "findings": [],
        }  # fmt: skip


def test_a_checkpoint_that_is_none_is_not_compared_with(system: Whole, tmp_path: Path) -> None:
    spoilt = tmp_path / "checkpoint.txt"
    spoilt.write_text("hello\n")
    code, _, why = caunoi("verify", "--checkpoint", str(spoilt), "--data", str(system.data))
    assert code == 6
    assert "is no checkpoint to compare with" in why
    assert caunoi("verify", "--checkpoint", str(tmp_path / "no"), "--data", str(system.data))[0] == 3
    code, _, why = caunoi("verify", "--key", "caunoi/local+00000000+AAAA", "--data", str(system.data))
    assert code == 2
    assert "neither a verifier key nor a file" in why


def test_another_key_believes_nothing(system: Whole) -> None:
    stranger = SignerKey.new(ORIGIN).verifier.text()
    code, said, _ = caunoi("verify", "--key", stranger, "--data", str(system.data), "--json")
    assert code == 6
    assert {finding["wrong"] for finding in json.loads(said)["findings"]} == {"checkpoint forged"}


def finding(system: Whole) -> dict[str, str]:
    """What doctor says of the checkpoints."""
    done = typed("doctor", "--json", "--data", str(system.data))
    (found,) = [one for one in json.loads(done.stdout) if one["check"] == "checkpoint"]
    return dict(found)


def test_doctor_says_how_far_the_tree_is_signed(system: Whole) -> None:
    assert finding(system) == {"check": "checkpoint", "found": "signed up to 5", "todo": ""}


def test_where_there_is_no_system_it_says_so(tmp_path: Path) -> None:
    assert caunoi("verify", "--data", str(tmp_path))[0] == 3
    assert caunoi("checkpoint", "--data", str(tmp_path))[0] == 3
    code, _, why = caunoi("verify", "--database", "postgresql://nobody@127.0.0.1:1/x")
    assert code == 1
    assert "Traceback" not in why


def test_what_was_signed_last_is_known_also_where_the_database_keeps_no_checkpoint(system: Whole) -> None:
    sockets = socket_place(system.data.resolve(), choose(system.data / "postgres", None))
    with psycopg.connect(host=str(sockets), user="caunoi_owner", dbname="caunoi", autocommit=True) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute("CREATE TABLE aside AS TABLE merkle.checkpoints")
        connection.execute("DELETE FROM merkle.checkpoints")
        try:
            said = json.loads(caunoi("verify", "--data", str(system.data), "--json")[1])
        finally:
            connection.execute("INSERT INTO merkle.checkpoints TABLE aside")
            connection.execute("DROP TABLE aside")
    assert (said["ok"], said["checkpoints"], said["signed"]) == (True, 0, 5)


def test_a_record_that_was_changed_is_named_and_the_end_is_6(system: Whole) -> None:
    """And the tests after it find the log as it is left here."""
    sockets = socket_place(system.data.resolve(), choose(system.data / "postgres", None))
    with psycopg.connect(host=str(sockets), user="caunoi_owner", dbname="caunoi") as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute("UPDATE ledger.log SET reason = 'because' WHERE position = 3")
    code, said, _ = caunoi("verify", "--data", str(system.data))
    assert code == 6
    assert said.splitlines()[-1].startswith("NOT VERIFIED: changed, first at position 3")
    assert json.loads(caunoi("verify", "--data", str(system.data), "--json")[1])["first_wrong"] == 3


def test_a_tree_that_was_changed_is_not_signed_any_further_and_doctor_says_so(system: Whole) -> None:
    sockets = socket_place(system.data.resolve(), choose(system.data / "postgres", None))
    with psycopg.connect(host=str(sockets), user="caunoi_owner", dbname="caunoi") as connection:
        connection.execute("UPDATE merkle.tiles SET hashes = set_byte(hashes, 0, get_byte(hashes, 0) # 1)")
    # Who starts again knows the tree from its tiles alone.
    os.kill(system.there("audit"), signal.SIGKILL)
    with Ledger(system.conninfo) as ledger:
        ledger.append(to(new()))
    log = system.data / "logs" / "audit.log"
    eventually(lambda: "nothing is signed" in log.read_text())
    found = finding(system)
    assert found["found"] == "signed up to 5 and no further, the tree has 6"
    assert "caunoi audit verify" in found["todo"]
    assert system.process.poll() is None
