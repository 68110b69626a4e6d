"""The master key: made once, private, and never another one than the database's."""

import stat
from pathlib import Path

import psycopg
import pytest

from events.keys import Keyring
from events.master import Master
from services import master_key
from services.program.master_key_file import ensure
from services.settings import Settings
from services.trouble import Trouble
from tests.database import Database
from tests.examples import LAN


def settings(database: Database, folder: Path) -> Settings:
    return Settings.read(data=folder, database=database.app)


def test_a_fresh_system_gets_a_master_key_that_only_its_owner_can_read(database: Database, tmp_path: Path) -> None:
    ensure(settings(database, tmp_path), database.owner)
    place = tmp_path / "master-key"
    assert stat.S_IMODE(place.stat().st_mode) == 0o600
    kept = place.read_text()
    ensure(settings(database, tmp_path), database.owner)
    assert place.read_text() == kept
    assert isinstance(master_key.keyring(settings(database, tmp_path)), Keyring)


def test_a_master_key_that_others_could_read_is_made_private_again(database: Database, tmp_path: Path) -> None:
    ensure(settings(database, tmp_path), database.owner)
    (tmp_path / "master-key").chmod(0o644)
    ensure(settings(database, tmp_path), database.owner)
    assert stat.S_IMODE((tmp_path / "master-key").stat().st_mode) == 0o600


def test_another_master_key_is_refused_in_words(database: Database, tmp_path: Path) -> None:
    ensure(settings(database, tmp_path), database.owner)
    (tmp_path / "master-key").write_text(Master.new())
    with pytest.raises(Trouble, match="is not the one under which this database keeps the keys"):
        ensure(settings(database, tmp_path), database.owner)
    with pytest.raises(Trouble, match="put the right file back"):
        master_key.keyring(settings(database, tmp_path))


def test_a_lost_master_key_is_not_made_anew(database: Database, tmp_path: Path) -> None:
    ensure(settings(database, tmp_path), database.owner)
    (tmp_path / "master-key").unlink()
    with pytest.raises(Trouble, match="put the file back"):
        ensure(settings(database, tmp_path), database.owner)
    assert not (tmp_path / "master-key").exists()


@pytest.mark.parametrize("torn", ["", "abc", "q83vEjRWeJq83vEjRWeJ", "\x00\x01", "đ"])
def test_a_damaged_master_key_is_never_to_be_made_anew(database: Database, tmp_path: Path, torn: str) -> None:
    ensure(settings(database, tmp_path), database.owner)
    place = tmp_path / "master-key"
    place.write_text(torn)
    with pytest.raises(Trouble, match=r"is no master key .* put the right file back") as said:
        ensure(settings(database, tmp_path), database.owner)
    assert str(place) in str(said.value)
    assert place.read_text() == torn


def test_a_process_without_a_master_key_says_where_to_get_it(database: Database, tmp_path: Path) -> None:
    with pytest.raises(Trouble, match="CAUNOI_MASTER_KEY_FILE"):
        master_key.keyring(settings(database, tmp_path))


def test_a_file_of_one_s_own_is_used(database: Database, tmp_path: Path) -> None:
    place = tmp_path / "elsewhere"
    place.write_text(Master.new())
    named = Settings.read(data=tmp_path, database=database.app, master_key_file=place)
    ensure(named, database.owner)
    with psycopg.connect(database.app, autocommit=True) as connection:
        ring = master_key.keyring(named)
        ring.make(connection, [LAN])
        assert ring.key(LAN) is not None
    assert not (tmp_path / "master-key").exists()
