"""Notices made anew from the log: the same as were told, and nothing that was told is taken back."""

from datetime import date

import psycopg

from services.notify.rebuild import Difference, rebuild
from tests.database import Database
from tests.examples import a_certificate, a_reprimand, an_expulsion, an_id
from tests.notify.commune import (
    NAM,
    PAEDIATRICS,
    SHIPPED,
    WARD,
    Log,
    introduced,
    living_in,
    position,
    received,
    rows,
    tell_all,
)
from tests.notify.conftest import Hire

MARCH, APRIL, MAY = date(2026, 3, 2), date(2026, 4, 1), date(2026, 5, 4)
T = an_id("a transfer")


def a_year_of_changes(log: Log) -> None:
    log.put_organisations()
    log.put_member()
    log.put(NAM, a_certificate(), MARCH, backfill=True)
    log.put(NAM, introduced(T, PAEDIATRICS), MARCH)
    log.put(NAM, received(T), APRIL)
    log.put(NAM, living_in(WARD), MARCH)
    log.put(NAM, a_reprimand(), APRIL)
    log.put_raw(an_id("broken"), "member.admitted", b"{}")
    log.put(NAM, an_expulsion(), MAY)


def test_a_rebuild_gives_the_same_notices_as_the_telling_did(database: Database, log: Log, hire: Hire) -> None:
    a_year_of_changes(log)
    worker = hire()
    tell_all(worker)
    for notice, organisation, at in rows(database, "id::text, organisation::text, position")[::2]:
        log.acknowledge(notice, organisation, at)
    tell_all(worker)
    before = rows(database, "*")
    assert len(before) == 7
    same = Difference(position(database), missing=0, surplus=0, different=0)
    assert rebuild(database.app, "local", SHIPPED, settle=False) == same
    assert rebuild(database.app, "local", SHIPPED) == same
    assert rows(database, "*") == before, "delivery times, too"


def test_a_rebuild_gives_back_what_was_lost_and_takes_nothing_back(database: Database, log: Log, hire: Hire) -> None:
    a_year_of_changes(log)
    worker = hire()
    tell_all(worker)
    before = rows(database)
    with psycopg.connect(database.app) as connection:
        connection.execute("DELETE FROM exchange.notices WHERE role <> 'residence'")
        connection.execute("UPDATE exchange.notices SET organisation = subject WHERE rule = 'sanction-residence'")
        connection.execute(
            "INSERT INTO exchange.notices SELECT gen_random_uuid(), 3, subject, organisation, fact, role, policy, "
            "rule, false, due_at FROM exchange.notices LIMIT 1"
        )
    difference = rebuild(database.app, "local", SHIPPED)
    assert difference == Difference(position(database), missing=2, surplus=1, different=2)
    assert rows(database)[1:] == before
    # The worker that ran meanwhile goes on where it was.
    log.put(NAM, a_certificate(), APRIL)
    tell_all(worker)
    assert len(rows(database)) == len(before) + 2


def test_a_rebuild_unparks_what_can_be_read_now(database: Database, log: Log, hire: Hire) -> None:
    log.put_organisations()
    log.put_member()
    log.put(NAM, a_certificate(), MARCH)
    with psycopg.connect(database.app) as connection:
        connection.execute(
            "INSERT INTO views.parked (view, stream, position, record, error) VALUES ('notices', %s, 1, 'x', 'Bug')",
            [NAM],
        )
    worker = hire()
    tell_all(worker)
    assert rows(database) == []
    assert rebuild(database.app, "local", SHIPPED).missing == 1
    log.put(NAM, a_reprimand(), MARCH)
    tell_all(worker)
    assert len(rows(database)) == 2
