"""Telling from a real ledger into a real table: once, in order, with the position, whatever happens on the way."""

from datetime import UTC, date, datetime, timedelta

import psycopg
import pytest

from events.fact import EPOCH, MICROSECOND
from projections.positions import Zombie
from projections.reading import Hole
from services.notify.policies_in_force import Policies
from services.notify.policy import Policy
from tests.database import Database
from tests.examples import CELL_7, COMMUNE, SURGERY, a_certificate, a_reprimand, an_expulsion, an_id
from tests.notify.commune import (
    NAM,
    WARD,
    Log,
    admitted,
    introduced,
    living_in,
    position,
    received,
    rows,
    tell_all,
    told,
)
from tests.notify.conftest import Hire

MARCH, APRIL, MAY = date(2026, 3, 2), date(2026, 4, 1), date(2026, 5, 4)
T = an_id("a transfer")


def test_a_sanction_becomes_a_row_for_the_committee_where_he_lives(database: Database, log: Log, hire: Hire) -> None:
    log.put_organisations()
    log.put_member()
    at = log.put(NAM, a_reprimand(), MARCH)
    worker = hire()
    tell_all(worker)
    worker.close()
    columns = "position, subject::text, organisation::text, fact, role, policy, rule, history, acknowledge_by - due_at"
    assert rows(database, columns) == [
        (at, NAM, COMMUNE, "member.disciplined", "residence", "residence-national@1", "sanction-residence", False,
         timedelta(days=10)),
    ]  # fmt: skip
    (record,) = log.ledger.at([at])
    ((due_at, delivered_at),) = rows(database, "due_at, delivered_at")
    assert due_at == EPOCH + record.recorded * MICROSECOND
    assert due_at <= delivered_at <= datetime.now(UTC)
    assert position(database) == at


def test_facts_from_before_he_moved_go_to_the_old_committee_and_later_ones_to_the_new(
    database: Database, log: Log, hire: Hire
) -> None:
    log.put_organisations()
    log.put_member()
    log.put(NAM, living_in(WARD), APRIL)
    before, after = log.put(NAM, a_certificate(), MARCH), log.put(NAM, a_reprimand(), MAY)
    tell_all(hire())
    assert told(database) == {(before, COMMUNE, "residence"), (after, WARD, "residence")}


def test_a_residence_declared_too_late_changes_nobody_who_was_told_and_everybody_who_will_be(
    database: Database, log: Log, hire: Hire
) -> None:
    log.put_organisations()
    log.put_member()
    known_before = log.put(NAM, a_certificate(), MAY)
    log.put(NAM, living_in(WARD), APRIL)  # back-dated: he had moved in April already
    known_after = log.put(NAM, a_reprimand(), MAY)
    tell_all(hire())
    assert told(database) == {(known_before, COMMUNE, "residence"), (known_after, WARD, "residence")}


@pytest.mark.parametrize("at_a_time", [1, 3, 1000])
def test_all_of_a_transfer_is_told_whatever_the_batches(
    database: Database, log: Log, hire: Hire, at_a_time: int
) -> None:
    log.put_organisations()
    log.put_member(cell=CELL_7, committee=WARD)
    introduction = log.put(NAM, introduced(T, SURGERY, CELL_7), MARCH)
    reception = log.put(NAM, received(T), APRIL)
    expulsion = log.put(NAM, an_expulsion(), MAY)
    worker = hire(page=at_a_time)
    tell_all(worker)
    assert told(database) == {
        (introduction, WARD, "residence"),
        (introduction, SURGERY, "destination"),
        (reception, WARD, "residence"),
        (reception, CELL_7, "origin"),
        (expulsion, WARD, "residence"),
    }


def test_a_worker_that_starts_anew_knows_what_it_did_not_read_itself(database: Database, log: Log, hire: Hire) -> None:
    log.put_organisations()
    log.put_member()
    log.put(an_id("own"), admitted(CELL_7))
    log.put(an_id("own"), living_in(COMMUNE))
    first = hire()
    tell_all(first)
    first.close()
    at = log.put(NAM, a_certificate(), MARCH)
    log.put(an_id("own"), a_certificate(), MARCH)
    tell_all(hire())
    assert told(database) == {(at, COMMUNE, "residence")}


def test_history_that_is_entered_makes_notices_that_wait_for_nobody(database: Database, log: Log, hire: Hire) -> None:
    log.put_organisations()
    log.put_member()
    log.put(NAM, a_certificate(), MARCH, backfill=True)
    log.put(NAM, a_reprimand(), MARCH)
    tell_all(hire())
    columns = "history, acknowledge_by IS NULL, delivered_at IS NULL"
    assert rows(database, columns) == [(True, True, True), (False, False, False)]


def test_an_acknowledgement_is_kept_with_its_instant_and_its_place(database: Database, log: Log, hire: Hire) -> None:
    log.put_organisations()
    log.put_member()
    at = log.put(NAM, a_certificate(), MARCH)
    worker = hire()
    tell_all(worker)
    ((notice,),) = rows(database, "id::text")
    said = log.acknowledge(notice, COMMUNE, at)
    tell_all(worker)
    (record,) = log.ledger.at([said])
    assert rows(database, "acknowledged_in, acknowledged_at") == [(said, record.recorded_at)]


def test_records_that_come_again_change_nothing(database: Database, log: Log, hire: Hire) -> None:
    log.put_organisations()
    log.put_member()
    log.put(NAM, a_certificate(), MARCH)
    records = log.ledger.read(0)
    worker = hire()
    assert worker.feed(records) == len(records)
    before = rows(database, "*")
    assert worker.feed(records) == 0
    assert rows(database, "*") == before


def test_a_hole_stops_the_telling(database: Database, log: Log, hire: Hire) -> None:
    log.put_organisations()
    log.put_member()
    records = log.ledger.read(0)
    worker = hire()
    with pytest.raises(Hole):
        worker.feed([*records[:3], *records[4:]])
    assert position(database) == 0


def test_of_two_workers_the_one_that_comes_late_stops(database: Database, log: Log, hire: Hire) -> None:
    log.put_organisations()
    records = log.ledger.read(0)
    one, late = hire(), hire()
    one.feed(records[:5])
    with pytest.raises(Zombie):
        late.feed(records[:3])
    assert position(database) == 5


def test_a_record_that_cannot_be_read_parks_its_stream_and_the_others_go_on(
    database: Database, log: Log, hire: Hire
) -> None:
    log.put_organisations()
    log.put_member()
    other = an_id("other")
    log.put_member(other)
    poison = log.put_raw(NAM, "member.residence_declared", b'{"committee":7}')
    log.put(NAM, a_certificate(), MARCH)
    at = log.put(other, a_certificate(), MARCH)
    worker = hire()
    tell_all(worker)
    assert told(database) == {(at, COMMUNE, "residence")}
    with psycopg.connect(database.app) as connection:
        found = connection.execute("SELECT stream::text, position, record, error FROM views.parked").fetchall()
    assert found == [(NAM, poison, "member.residence_declared", "ValidationError")]
    # It stays parked for a worker that starts anew, too.
    log.put(NAM, a_reprimand(), MARCH)
    worker.close()
    tell_all(hire())
    assert told(database) == {(at, COMMUNE, "residence")}


@pytest.mark.parametrize(
    "data",
    [b'{"committee":"not an id"}', b'{"committee":"\xc4\x90\xe1\xba\xa3ng"}'],
)
def test_a_committee_that_is_no_id_stops_nobody_else(database: Database, log: Log, hire: Hire, data: bytes) -> None:
    log.put_organisations()
    log.put_member()
    other = an_id("other")
    log.put_member(other)
    log.put_raw(NAM, "member.residence_declared", data, MARCH)
    log.put(NAM, a_certificate(), MARCH)
    at = log.put(other, a_certificate(), MARCH)
    tell_all(hire())
    assert told(database) == {(at, COMMUNE, "residence")}


SEVER = """SELECT pg_terminate_backend(pid) FROM pg_stat_activity
           WHERE datname = current_database() AND application_name IN ('caunoi notify', 'caunoi reader')"""


def test_a_lost_connection_loses_and_doubles_nothing(database: Database, log: Log, hire: Hire) -> None:
    log.put_organisations()
    log.put_member()
    worker = hire()
    expected = set()
    with psycopg.connect(database.owner, autocommit=True) as owner:
        for day in range(1, 8):
            expected.add((log.put(NAM, a_certificate(), date(2026, 3, day)), COMMUNE, "residence"))
            owner.execute(SEVER)
            tell_all(worker)
    assert told(database) == expected


def test_a_rule_that_asks_for_no_acknowledgement_sets_no_term(database: Database, log: Log, hire: Hire) -> None:
    rule = {"id": "one", "fact": "member.reward_given", "to": "residence"}
    policy = {
        "id": "ours",
        "version": 3,
        "issuer": "x",
        "number": "1",
        "on": MARCH,
        "valid_from": MARCH,
        "rules": [rule],
    }
    log.put_organisations()
    log.put_member()
    log.put(NAM, a_certificate(), MARCH)
    tell_all(hire(Policies([Policy.model_validate(policy)])))
    assert rows(database, "policy, acknowledge_by, delivered_at IS NOT NULL") == [("ours@3", None, True)]
