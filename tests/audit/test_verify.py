"""Whoever changes the log, as somebody who may do anything, is found, and named by the first wrong position."""

from uuid import uuid4

import pytest

from services.audit.verifying.whole import Evidence, verify
from tests.audit.kept_log import ALL, SIGNED, Kept
from tests.audit.signing import ORIGIN, a_worker, sign_all
from tests.database import Database
from tests.events.appending import new, to


def test_a_log_that_nobody_touched_is_verified(log: Kept) -> None:
    report = log.verify()
    assert report.findings == []
    assert (report.records, report.size, report.checkpoints, report.signed) == (ALL, ALL, 3, SIGNED)
    assert log.found(keys=[log.key.verifier], brought=log.brought()) == []


def test_several_processes_find_what_one_finds(log: Kept) -> None:
    log.change("UPDATE ledger.log SET reason = 'x' WHERE position = 77")
    one, several = (verify(log.database.app, Evidence(ORIGIN), workers=workers) for workers in (0, 2))
    assert one.findings == several.findings != []


def test_an_empty_log_is_verified(database: Database) -> None:
    assert verify(database.app, Evidence(ORIGIN)).ok
    worker = a_worker(database)
    sign_all(worker)
    worker.feeder.close()
    report = verify(database.app, Evidence(ORIGIN))
    assert (report.ok, report.checkpoints) == (True, 1)


def test_while_the_log_grows_it_is_verified_as_it_was_at_one_instant(log: Kept) -> None:
    log.ledger.append(to(new(), facts=30))
    report = log.verify()
    assert report.findings == []
    assert (report.records, report.size) == (ALL + 30, ALL)


# Changed


CHANGES = {
    "a byte of the data": "data = set_byte(data, 3, get_byte(data, 3) # 1)",
    "the order of its keys": "data = '{ }'",
    "the reason": "reason = 'because'",
    "no reason more": "reason = ''",
    "a letter composed in another way": "reason = normalize(reason, NFD)",
    "who": "by = (SELECT no FROM ledger.actors WHERE actor = 'somebody else')",
    "what": "name = (SELECT no FROM ledger.names WHERE name = 'thing.undone')",
    "the instant": "recorded = recorded + 1",
    "an instant that is none": "recorded = 9223372036854775807",
    "the day": "effective_on = effective_on + 1",
    "a day that is none": "effective_on = 'infinity'",
    "the command": f"command = '{uuid4()}'",
    "the cause": "cause = 1",
    "the stream": f"stream = '{uuid4()}'",
    "the version": "version = 500",
}


@pytest.mark.parametrize("what", CHANGES.values(), ids=CHANGES)
@pytest.mark.parametrize("position", [1, 620])
def test_a_record_that_was_changed_is_named(log: Kept, what: str, position: int) -> None:
    log.change("INSERT INTO ledger.actors (actor) VALUES ('somebody else')")
    log.change("INSERT INTO ledger.names (name) VALUES ('thing.undone')")
    if position == 620 and "reason" in what:
        what = "reason = 'because'"
    log.change(f"UPDATE ledger.log SET {what} WHERE position = {position}")
    assert log.first() == (position, "changed")


def test_somebody_who_calls_an_actor_by_another_name_is_found_at_his_first_record(log: Kept) -> None:
    log.change("UPDATE ledger.actors SET actor = 'nobody'")
    assert log.first() == (1, "changed")


@pytest.mark.parametrize("table", ["actors", "names"])
def test_a_name_that_is_gone_takes_no_record_away(log: Kept, table: str) -> None:
    log.change(f"DELETE FROM ledger.{table}")
    assert log.first() == (1, "changed")


def test_a_name_that_was_given_to_a_fact_later_is_found(log: Kept) -> None:
    log.change("UPDATE ledger.names SET name = 'thing.undone'")
    assert log.first() == (1, "changed")


def test_the_first_of_many_changes_is_the_first_wrong_position(log: Kept) -> None:
    log.change("UPDATE ledger.log SET reason = 'x' WHERE position IN (17, 256, 257, 599)")
    assert log.found() == [(17, "changed"), (256, "changed"), (257, "changed"), (599, "changed")]


SWAP = """
UPDATE ledger.log SET position = -position WHERE position IN ({0}, {1});
UPDATE ledger.log SET position = {0} + {1} + position WHERE position < 0
"""


@pytest.fixture
def loose(log: Kept) -> Kept:
    """Positions may be negative for a moment."""
    log.change("CREATE TABLE ledger.aside PARTITION OF ledger.log FOR VALUES FROM (MINVALUE) TO (0)")
    return log


@pytest.mark.parametrize("pair", [(7, 8), (3, 300), (256, 257), (610, 620)])
def test_records_that_were_swapped_are_named(loose: Kept, pair: tuple[int, int]) -> None:
    loose.change(SWAP.format(*pair))
    assert loose.found() == [(pair[0], "swapped"), (pair[1], "swapped")]


# Removed


@pytest.mark.parametrize("position", [1, 2, 256, 257, 500, 620])
def test_a_record_that_was_removed_is_named(log: Kept, position: int) -> None:
    log.change(f"DELETE FROM ledger.log WHERE position = {position}")
    assert log.first() == (position, "removed")


def test_a_record_that_was_removed_is_named_also_where_the_others_moved_up(loose: Kept) -> None:
    loose.change(
        "DELETE FROM ledger.log WHERE position = 50",
        "UPDATE ledger.log SET position = -position WHERE position > 50",
        "UPDATE ledger.log SET position = -position - 1 WHERE position < 0",
        "UPDATE ledger.counter SET position = position - 1",
    )
    found = loose.found()
    assert found[0] == (50, "removed")
    assert (ALL, "cut off at the end") in found


def test_a_record_that_was_put_in_is_named(loose: Kept) -> None:
    loose.change(
        "UPDATE ledger.log SET position = -position WHERE position >= 50",
        "UPDATE ledger.log SET position = 1 - position WHERE position < 0",
        "INSERT INTO ledger.log SELECT 50, recorded, cause, digest, version, effective_on, by, name, stream, command,"
        " 'put in', data FROM ledger.log WHERE position = 49",
        "UPDATE ledger.counter SET position = position + 1",
    )
    found = loose.found()
    assert found[0] == (50, "changed")
    assert (51, "inserted") in found


def test_a_record_before_the_first_is_named(log: Kept) -> None:
    log.change("INSERT INTO ledger.log SELECT 0, recorded, cause, digest, version, effective_on, by, name, stream,"
               " command, reason, data FROM ledger.log WHERE position = 1")  # fmt: skip
    assert log.first() == (0, "inserted")
