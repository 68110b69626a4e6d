"""Keys of persons in a real database: made once, the same for everybody, and gone for ever."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any

import psycopg
import pytest

from events.fact import Id, Record
from events.keys import Keyring, destroy, is_kept, prove
from events.master import Master, NoMasterKey, WrongMasterKey
from events.sealing import seal
from events.wire import encode
from tests.database import Database
from tests.examples import HOA, LAN, LAN_ADMITTED, an_id

MASTER = Master(bytes(32))


@pytest.fixture
def connection(database: Database) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(database.app, autocommit=True) as connected:
        yield connected


def test_a_key_that_was_made_is_the_same_for_the_next_process(connection: psycopg.Connection[Any]) -> None:
    one, other = Keyring(MASTER), Keyring(MASTER)
    one.make(connection, [LAN])
    other.load(connection, [LAN])
    sealed = _key(one, LAN).encrypt(bytes(12), b"secret", None)
    assert _key(other, LAN).decrypt(bytes(12), sealed, None) == b"secret"


def test_two_who_make_a_key_at_the_same_time_have_the_same_one(database: Database) -> None:
    def make(_: int) -> bytes:
        ring = Keyring(MASTER)
        with psycopg.connect(database.app, autocommit=True) as connected:
            ring.make(connected, [LAN, HOA])
        return bytes(_key(ring, LAN).encrypt(bytes(12), b"secret", None))

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(make, range(16)))) == 1


def test_a_destroyed_key_is_gone_and_is_never_made_again(connection: psycopg.Connection[Any]) -> None:
    ring = Keyring(MASTER)
    ring.make(connection, [LAN])
    assert destroy(connection, LAN)
    assert not destroy(connection, LAN)
    ring.forget([LAN])
    ring.make(connection, [LAN])
    assert ring.key(LAN) is None
    assert connection.execute("SELECT count(*) FROM keys.persons WHERE wrapped IS NOT NULL").fetchone() == (0,)


def test_whoever_is_erased_before_he_had_a_key_gets_none(connection: psycopg.Connection[Any]) -> None:
    assert not destroy(connection, HOA)
    ring = Keyring(MASTER)
    ring.make(connection, [HOA])
    assert ring.key(HOA) is None


def test_the_least_recently_made_fall_out_of_memory(connection: psycopg.Connection[Any]) -> None:
    ring = Keyring(MASTER, capacity=2)
    ring.make(connection, [an_id(str(number)) for number in range(3)])
    assert len(ring.missing([an_id(str(number)) for number in range(3)])) == 1


def test_another_master_key_opens_no_person_s_key(connection: psycopg.Connection[Any]) -> None:
    Keyring(MASTER).make(connection, [LAN])
    with pytest.raises(WrongMasterKey, match=LAN):
        Keyring(Master(bytes(31) + b"1")).load(connection, [LAN])


def test_a_key_that_was_given_to_somebody_else_opens_nothing(
    connection: psycopg.Connection[Any], database: Database
) -> None:
    Keyring(MASTER).make(connection, [LAN, HOA])
    with psycopg.connect(database.owner, autocommit=True) as owner:
        owner.execute("UPDATE keys.persons SET wrapped = (SELECT wrapped FROM keys.persons WHERE person = %s)", [HOA])
    with pytest.raises(WrongMasterKey):
        Keyring(MASTER).load(connection, [LAN])


def test_a_spoilt_key_is_used_for_nothing_until_the_right_one_is_back(
    connection: psycopg.Connection[Any], database: Database
) -> None:
    maker = Keyring(MASTER)
    maker.make(connection, [LAN, HOA])
    ring, record, his = Keyring(MASTER), _sealed(maker, LAN, 1), _sealed(maker, HOA, 2)
    with psycopg.connect(database.owner, autocommit=True) as owner:
        owner.execute("CREATE TABLE aside AS TABLE keys.persons")
        owner.execute("UPDATE keys.persons SET wrapped = decode('00', 'hex') WHERE person = %s", [LAN])
        opened = ring.opened(connection, [record, his])
        assert [b"_unsealable" in one.data for one in opened] == [True, False], "nobody else is kept from reading"
        with pytest.raises(KeyError):
            ring.key(LAN)
        with pytest.raises(WrongMasterKey):
            ring.make(connection, [LAN])
        owner.execute("UPDATE keys.persons p SET wrapped = a.wrapped FROM aside a WHERE a.person = p.person")
    ring.opened(connection, [record], fresh=True)
    assert ring.key(LAN) is not None


def test_the_first_master_key_is_the_database_s(connection: psycopg.Connection[Any]) -> None:
    assert not is_kept(connection)
    prove(connection, MASTER)
    assert is_kept(connection)
    prove(connection, MASTER)
    with pytest.raises(WrongMasterKey, match="another master key"):
        prove(connection, Master(bytes(31) + b"1"))


def test_the_application_can_read_keys_and_change_none(connection: psycopg.Connection[Any]) -> None:
    Keyring(MASTER).make(connection, [LAN])
    for statement in ("UPDATE keys.persons SET wrapped = ''", "DELETE FROM keys.persons", "TRUNCATE keys.master"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(statement)


@pytest.mark.parametrize("text", ["", "short", "A" * 44, "đ" * 43 + "="])
def test_what_is_no_master_key_is_refused_in_words(tmp_path: Any, text: str) -> None:
    place = tmp_path / "master-key"
    place.write_text(text, encoding="utf-8")
    with pytest.raises(NoMasterKey, match="master key"):
        Master.read(place)


def test_a_new_master_key_is_read_back(tmp_path: Any) -> None:
    place = tmp_path / "master-key"
    place.write_text(Master.new() + "\n", encoding="ascii")
    assert Master.read(place).proves(Master.read(place).proof())
    with pytest.raises(NoMasterKey, match="there is no master key at"):
        Master.read(tmp_path / "nowhere")


def test_numbers_that_could_be_guessed_are_kept_as_hashes() -> None:
    blind = MASTER.blind("card:000220000001")
    assert blind.startswith("card:")
    assert "0220" not in blind
    assert blind == MASTER.blind("card:000220000001")
    assert blind != MASTER.blind("card:000220000002")
    assert blind != Master(bytes(31) + b"1").blind("card:000220000001")
    assert MASTER.blind("citizen:000220000001").removeprefix("citizen:") != blind.removeprefix("card:")
    assert MASTER.blind("transfer:x") == "transfer:x"


def _key(ring: Keyring, person: Id) -> Any:
    key = ring.key(person)
    assert key is not None
    return key


def test_a_page_is_opened_with_one_question_and_tampering_is_told(connection: psycopg.Connection[Any]) -> None:
    ring = Keyring(MASTER)
    ring.make(connection, [LAN, HOA])
    mine, his = (_sealed(ring, person, position) for position, person in enumerate((LAN, HOA), 1))
    swapped = his._replace(position=3, version=2)
    destroy(connection, HOA)
    whole, left, told = Keyring(MASTER).opened(connection, [mine, his, mine._replace(position=3, version=2)])
    assert b"Lan" in whole.data
    assert b"_erased" in left.data
    assert b"_unsealable" in told.data
    assert Keyring(MASTER).opened_to_fold(connection, [mine._replace(version=2)])[0].data == b""
    assert b"_erased" in ring.opened(connection, [swapped], fresh=True)[0].data


def _sealed(ring: Keyring, person: Id, position: int) -> Record:
    data = seal("member.admitted", encode(LAN_ADMITTED), frozenset({"name"}), (person, 1), _key(ring, person), person)
    return Record(position, person, 1, "member.admitted", date(2026, 3, 2), 0, "clerk", "", an_id("c"), 0, data)
