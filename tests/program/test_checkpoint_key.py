"""The key that signs checkpoints: made once, never another's, and whoever may not use it is told why."""

from pathlib import Path

import psycopg
import pytest

from events.ledger import Ledger
from services.audit import kept, key
from services.audit.notes import SignerKey
from services.audit.signing import Signer
from services.audit.verifying.whole import Evidence, verify
from services.audit.worker import Worker
from services.program.checkpoint_key_file import ensure
from services.settings import Settings
from services.trouble import Exit, Trouble
from tests.audit.signing import sign_all
from tests.database import Database
from tests.events.appending import new, to


@pytest.fixture
def settings(tmp_path: Path, database: Database) -> Settings:
    """Of a system that has started once."""
    made = Settings.read(data=tmp_path, database=database.app)
    ensure(made, database.owner)
    return made


def refusal(settings: Settings, database: Database) -> str:
    with pytest.raises(Trouble) as refused:
        ensure(settings, database.owner)
    assert refused.value.code is Exit.USAGE
    return str(refused.value)


def test_it_is_private_and_stays_the_same(settings: Settings, database: Database) -> None:
    path = settings.data / "checkpoint-key"
    before = path.read_bytes()
    assert path.stat().st_mode & 0o777 == 0o600
    ensure(settings, database.owner)
    assert path.read_bytes() == before
    with psycopg.connect(database.app) as connection:
        assert kept.keys(connection) == [key.read(settings).verifier]


def test_an_operator_may_keep_it_elsewhere(tmp_path: Path, database: Database) -> None:
    made = Settings.read(data=tmp_path, database=database.app, checkpoint_key_file=tmp_path / "elsewhere")
    ensure(made, database.owner)
    assert key.read(made).name == "caunoi/local"
    assert not (tmp_path / "checkpoint-key").exists()


def test_one_that_is_gone_is_not_made_anew(settings: Settings, database: Database) -> None:
    (settings.data / "checkpoint-key").unlink()
    assert "put the file back" in refusal(settings, database)
    assert not (settings.data / "checkpoint-key").exists()


def test_another_one_is_refused_by_whoever_starts_and_by_whoever_signs(settings: Settings, database: Database) -> None:
    another = SignerKey.new("caunoi/local").text()
    (settings.data / "checkpoint-key").write_text(another)
    assert "not the one that signs this database's checkpoints" in refusal(settings, database)
    with psycopg.connect(database.app) as connection, pytest.raises(Trouble, match="not the one that signs"):
        key.must_be_ours(connection, key.read(settings), key.place(settings))


@pytest.mark.parametrize("text", ["", "hello", "PRIVATE+KEY+caunoi/local+00000000+AAAA", "\xff"])
def test_what_is_no_key_is_refused_and_not_repeated(settings: Settings, database: Database, text: str) -> None:
    (settings.data / "checkpoint-key").write_text(text, encoding="latin-1")
    said = refusal(settings, database)
    assert "is no checkpoint key" in said
    assert not text or text not in said


def test_one_that_others_can_read_is_refused(settings: Settings, database: Database) -> None:
    (settings.data / "checkpoint-key").chmod(0o640)
    assert "chmod 600" in refusal(settings, database)


def test_a_new_one_signs_where_the_old_one_is_lost_or_known_and_the_old_one_is_remembered(
    settings: Settings, database: Database
) -> None:
    path = settings.data / "checkpoint-key"
    first = key.read(settings).verifier
    ensure(settings, database.owner, renew=True)
    second = key.read(settings).verifier
    assert second != first
    assert SignerKey.parse((settings.data / f"checkpoint-key.{first.id.hex()}").read_text()).verifier == first
    path.unlink()
    ensure(settings, database.owner, renew=True)
    third = key.read(settings).verifier
    ensure(settings, database.owner)
    assert key.trusted(settings) == [first, second, third]
    with psycopg.connect(database.app) as connection:
        assert kept.keys(connection) == [first, second, third]


def test_what_the_old_key_signed_is_good_after_the_new_one_has_signed(settings: Settings, database: Database) -> None:
    with Ledger(database.app) as ledger:
        for renew in (False, True, True):
            ensure(settings, database.owner, renew=renew)
            ledger.append(to(new(), facts=3))
            worker = Worker(database.app, Signer(key.read(settings), settings.data / "checkpoint-latest"))
            sign_all(worker)
            worker.feeder.close()
    report = verify(database.app, Evidence("caunoi/local", key.trusted(settings)))
    assert (report.findings, report.checkpoints, report.signed) == ([], 3, 9)


def test_that_of_another_ledger_is_refused(settings: Settings, database: Database) -> None:
    other = settings.model_copy(update={"ledger": "other"})
    assert "is the checkpoint key of caunoi/local, and this ledger is caunoi/other" in refusal(other, database)


def test_a_directory_is_no_key(settings: Settings, database: Database) -> None:
    (settings.data / "checkpoint-key").unlink()
    (settings.data / "checkpoint-key").mkdir()
    assert "cannot be read" in refusal(settings, database)
