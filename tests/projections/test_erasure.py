"""Whoever is erased leaves the views, as of every day, and a view made anew has the same rows."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import msgspec
import psycopg
import pytest

from events import wire
from events.fact import ERASED, Fact, Id, personal_fields, stored_name
from events.keys import Keyring
from events.ledger import Ledger
from events.member import MemberErased, ResidenceDeclared
from events.request import Entry, Request, Write
from events.sealing import seal
from projections import catalogue
from projections.anew import Anew
from projections.feed import Feeder
from projections.parked import parked
from projections.rebuild import compare, rebuild
from projections.view import View
from tests.database import Database
from tests.examples import (
    BOOK_OPENED,
    CELL_7,
    CELL_7_ESTABLISHED,
    COMMUNE,
    HOA,
    LAN,
    LAN_ADMITTED,
    LAN_INTRODUCED,
    a_reprimand,
)
from tests.keys import keyring
from tests.projections.commune import APRIL, MARCH
from tests.projections.log import Said, put

HOA_ADMITTED = msgspec.structs.replace(LAN_ADMITTED, name="Hoàng Thị Hoa", card=None)
HOME = "12 đường Trần Phú"
PEOPLE = "SELECT stream::text, name, name_key, sort_key, card FROM views.roll ORDER BY stream, no"
HOMES = "SELECT address FROM views.residents WHERE stream = %s ORDER BY no"

Connection = psycopg.Connection[Any]


@pytest.fixture
def ring() -> Keyring:
    return keyring()


@pytest.fixture
def views(ring: Keyring) -> tuple[View, ...]:
    return catalogue.opened_by(ring)


def put_sealed(ledger: Ledger, connection: Connection, ring: Keyring, *said: Said) -> int:
    """As the ingest does it: what is personal never reaches the log in the open."""
    position = 0
    for person, fact, on in said:
        ring.make(connection, [person])
        version = ledger.versions([person]).get(person, 0)
        key = ring.key(person)
        data = wire.encode(fact)
        if key is not None:
            data = seal(stored_name(fact), data, personal_fields(type(fact)), (person, version + 1), key, person)
        entry = Entry(stored_name(fact), on, data)
        position = ledger.append(Request(Id(str(uuid4())), "clerk", [Write(person, version, [entry])])).first
    return position


def lan(*more: Fact) -> list[Said]:
    home = ResidenceDeclared(committee=COMMUNE, address=HOME)
    return [Said(LAN, LAN_ADMITTED), Said(LAN, home, MARCH), *(Said(LAN, fact, APRIL) for fact in more)]


def test_sealed_members_are_in_the_views_in_the_open(
    ledger: Ledger, connection: Connection, ring: Keyring, views: tuple[View, ...], hire: Callable[..., Feeder]
) -> None:
    put(ledger, Said(CELL_7, CELL_7_ESTABLISHED))
    put_sealed(ledger, connection, ring, *lan())
    hire(views).step(0)
    assert [row[1] for row in connection.execute(PEOPLE)] == [LAN_ADMITTED.name]
    assert connection.execute(HOMES, [LAN]).fetchall() == [(HOME,)]


def test_who_is_erased_leaves_every_row_that_ever_was_and_nobody_else_does(
    ledger: Ledger, connection: Connection, ring: Keyring, views: tuple[View, ...], hire: Callable[..., Feeder],
    database: Database,
) -> None:  # fmt: skip
    put(ledger, Said(CELL_7, CELL_7_ESTABLISHED))
    put_sealed(ledger, connection, ring, Said(HOA, HOA_ADMITTED))
    put_sealed(ledger, connection, ring, *lan(a_reprimand()))
    feeder = hire(views)
    feeder.step(0)
    before = connection.execute("SELECT count(*) FROM views.roll WHERE stream = %s", [LAN]).fetchone()
    put_sealed(ledger, connection, ring, Said(LAN, MemberErased(ground="her family asked"), APRIL))
    feeder.step(0)
    rows = connection.execute(PEOPLE).fetchall()
    assert {row[1] for row in rows if row[0] == LAN} == {ERASED}
    assert {row[4] for row in rows if row[0] == LAN} == {None}
    assert {row[1] for row in rows if row[0] == HOA} == {"Hoàng Thị Hoa"}
    assert connection.execute("SELECT count(*) FROM views.roll WHERE stream = %s", [LAN]).fetchone() == before
    assert connection.execute(HOMES, [LAN]).fetchall() == [(None,)]
    assert connection.execute("SELECT wrapped FROM keys.persons WHERE person = %s", [LAN]).fetchone() == (None,)
    same_as_anew(database, views)


def test_life_goes_on_after_an_erasure_without_a_name(
    ledger: Ledger, connection: Connection, ring: Keyring, views: tuple[View, ...], hire: Callable[..., Feeder],
    database: Database,
) -> None:  # fmt: skip
    put(ledger, Said(CELL_7, CELL_7_ESTABLISHED))
    feeder = hire(views)
    put_sealed(ledger, connection, ring, *lan(), Said(LAN, MemberErased(ground="."), APRIL))
    feeder.step(0)
    put_sealed(ledger, connection, ring, Said(LAN, a_reprimand(), APRIL))
    feeder.step(0)
    assert {row[1] for row in connection.execute(PEOPLE)} == {ERASED}
    same_as_anew(database, views)


def test_a_view_made_anew_while_the_key_is_still_there_forgets_all_the_same(
    ledger: Ledger, connection: Connection, ring: Keyring, views: tuple[View, ...], database: Database
) -> None:
    put(ledger, Said(CELL_7, CELL_7_ESTABLISHED))
    put_sealed(ledger, connection, ring, *lan(), Said(LAN, MemberErased(ground="."), APRIL), Said(LAN, a_reprimand()))
    assert ring.key(LAN) is not None, "nobody has fed the views, so nobody has destroyed it"
    roll = next(view for view in views if view.name == "roll")
    rebuild(database.app, roll)
    assert {row[1] for row in connection.execute(PEOPLE)} == {ERASED}
    same_as_anew(database, [roll])


def test_a_record_that_was_tampered_with_parks_its_person(
    ledger: Ledger, connection: Connection, ring: Keyring, views: tuple[View, ...], hire: Callable[..., Feeder]
) -> None:
    put_sealed(ledger, connection, ring, Said(HOA, HOA_ADMITTED))
    stolen = ledger.stream(HOA)[0]
    ring.make(connection, [LAN])
    entry = Entry("member.admitted", BOOK_OPENED, stolen.data)
    ledger.append(Request(Id(str(uuid4())), "clerk", [Write(LAN, 0, [entry])]))
    hire(views).step(0)
    assert parked(connection, ["roll"]) == {"roll": {LAN}}
    assert {row[0] for row in connection.execute(PEOPLE)} == {HOA}


def test_a_key_that_was_changed_parks_its_person_and_nobody_else(
    ledger: Ledger,
    connection: Connection,
    ring: Keyring,
    hire: Callable[..., Feeder],
    database: Database,
) -> None:
    put_sealed(ledger, connection, ring, Said(HOA, HOA_ADMITTED), *lan())
    with psycopg.connect(database.owner, autocommit=True) as owner:
        owner.execute("UPDATE keys.persons SET wrapped = decode('00', 'hex') WHERE person = %s", [LAN])
    hire(catalogue.opened_by(keyring())).step(0)
    assert parked(connection, ["roll"]) == {"roll": {LAN}}
    assert {row[1] for row in connection.execute(PEOPLE)} == {HOA_ADMITTED.name}


def same_as_anew(database: Database, views: Any) -> None:
    for view in views:
        assert compare(database.app, view).same, view.name


def test_a_view_that_was_being_made_anew_when_its_process_was_killed_keeps_nobody_who_is_erased(
    ledger: Ledger,
    connection: Connection,
    ring: Keyring,
    views: tuple[View, ...],
    hire: Callable[..., Feeder],
    database: Database,
) -> None:
    feeder = hire(views)
    last = put_sealed(ledger, connection, ring, *lan())
    feeder.step(0)
    for view in views:
        if view.name in {"roll", "residents"}:
            killed = Anew(database.app, view).__enter__()
            killed.fill(last)
            killed.close()  # nothing else is done: as the system does for whoever is killed
    assert connection.execute("SELECT name FROM rebuild.roll").fetchone() == (LAN_ADMITTED.name,)
    put_sealed(ledger, connection, ring, Said(LAN, MemberErased("own request"), APRIL))
    feeder.step(0)
    assert connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'rebuild'").fetchall() == []


def test_what_a_killed_process_left_is_gone_when_the_views_are_fed_again(
    ledger: Ledger,
    connection: Connection,
    ring: Keyring,
    views: tuple[View, ...],
    hire: Callable[..., Feeder],
    database: Database,
) -> None:
    last = put_sealed(ledger, connection, ring, *lan())
    roll = next(view for view in views if view.name == "roll")
    killed = Anew(database.app, roll).__enter__()
    killed.fill(last)
    killed.close()
    with Anew(database.app, next(view for view in views if view.name == "residents")) as busy:
        busy.fill(last)
        hire(views).step(0)
        left = "SELECT tablename FROM pg_tables WHERE schemaname = 'rebuild'"
        assert connection.execute(left).fetchall() == [("residents",)], "somebody is at it"


def test_what_names_others_stays_in_a_stream_that_also_says_of_an_erasure(
    ledger: Ledger, hire: Callable[..., Feeder], database: Database
) -> None:
    """Nobody makes such a stream; but whatever stands in a log, a view and itself made anew are the same rows."""
    put(ledger, Said(HOA, MemberErased(ground="yêu cầu của gia đình")), Said(HOA, LAN_INTRODUCED))
    liaisons = next(view for view in catalogue.VIEWS if view.name == "liaisons")
    hire([liaisons]).step(0)
    with psycopg.connect(database.app) as connection:
        assert connection.execute("SELECT stream::text FROM views.liaisons").fetchall() == [(HOA,)]
    same_as_anew(database, [liaisons])
