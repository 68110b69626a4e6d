"""Whoever changes the log, as somebody who may do anything, is found, and named by the first wrong position."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from events.ledger import Ledger
from projections.merkle import tiles
from projections.merkle.growing import Growing
from services.audit import kept
from services.audit.notes import Checkpoint, SignerKey, Untrusted
from services.audit.verifying.report import Report
from services.audit.verifying.whole import Evidence, verify
from services.audit.worker import Worker
from services.program.postgres import Postgres
from tests.audit.signing import ORIGIN, a_key, a_worker, sign_all
from tests.audit.test_signing import change
from tests.database import Database, fresh
from tests.events.appending import everything, new, to

SIGNED, ALL = 600, 640
"""What the last checkpoint covers, what the tree has."""


@dataclass
class Kept:
    """A log of 640 records on some streams, all in the tree; checkpoints cover 1, 300 and 600 of them."""

    database: Database
    key: SignerKey
    worker: Worker
    ledger: Ledger

    def verify(self, **more: Any) -> Report:
        return verify(self.database.app, Evidence(ORIGIN, **more))

    def change(self, *statements: str) -> None:
        change(self.database, ";".join(statements))

    def found(self, **more: Any) -> list[tuple[int, str]]:
        """Position and what is wrong, the first first."""
        said = self.verify(**more).said()
        assert said["ok"] == (not said["findings"])
        return [(one["position"], one["wrong"]) for one in said["findings"]]

    def first(self, **more: Any) -> tuple[int | None, str | None]:
        said = self.verify(**more).said()
        return said["first_wrong"], said["wrong"]

    def brought(self) -> bytes:
        """The latest checkpoint, as somebody keeps it who trusts nobody."""
        with psycopg.connect(self.database.app) as connection:
            found = kept.latest(connection)
        assert found is not None
        return found.note.encode()


@pytest.fixture(scope="module")
def made(template: Postgres) -> Iterator[Kept]:
    with fresh(template) as database:
        yield from a_log(database)


@pytest.fixture
def log(made: Kept) -> Kept:
    """As it was made, whatever the test before has done to it."""
    made.change(*RESTORE)
    made.worker.feeder.close()
    return made


TABLES = ("ledger.log", "ledger.counter", "ledger.heads", "ledger.actors", "ledger.names", "merkle.tiles",
          "merkle.checkpoints", "merkle.keys", "views.positions")  # fmt: skip
SAVE = ["CREATE SCHEMA saved", *(f"CREATE TABLE saved.{table.replace('.', '_')} AS TABLE {table}" for table in TABLES)]
RESTORE = ["DROP TABLE IF EXISTS ledger.aside"]
RESTORE += [f"DELETE FROM {table}" for table in TABLES]
RESTORE += [f"INSERT INTO {table} OVERRIDING SYSTEM VALUE TABLE saved.{table.replace('.', '_')}" for table in TABLES]


def a_log(database: Database) -> Iterator[Kept]:
    key = a_key(database)
    worker = a_worker(database, key)
    streams = [new() for _ in range(5)]
    with Ledger(database.app) as ledger:
        ledger.append(to(streams[0], reason="làm tốt"))
        sign_all(worker)
        for version, facts in ((0, 99), (0, 100), (0, 100)):
            ledger.append(to(new(), version, facts))
        sign_all(worker)
        for turn in range(6):
            for stream in streams:
                ledger.append(to(stream, 10 * turn + (stream == streams[0]), 10))
        sign_all(worker)
        ledger.append(to(new(), facts=40))
        while worker.feeder.step(0.05):
            pass
        assert (worker.feeder.size, ledger.head()) == (ALL, ALL)
        one = Kept(database, key, worker, ledger)
        one.change(*SAVE)
        yield one
    worker.feeder.close()


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


CUT = "DELETE FROM ledger.log WHERE position > {}"
COUNTER = "UPDATE ledger.counter SET position = {}"
CLOCK = "UPDATE ledger.counter SET recorded = (SELECT coalesce(max(recorded), 0) FROM ledger.log)"
HEADS = """
DELETE FROM ledger.heads h WHERE NOT EXISTS (SELECT FROM ledger.log l WHERE l.stream = h.stream);
UPDATE ledger.heads h SET version = (SELECT max(version) FROM ledger.log l WHERE l.stream = h.stream)
"""


@pytest.mark.parametrize("left", [0, 1, 256, 299, 599, 600, 639])
@pytest.mark.parametrize("carefully", [False, True])
def test_an_end_that_was_cut_off_is_named(log: Kept, left: int, carefully: bool) -> None:
    log.change(CUT.format(left))
    if carefully:
        log.change(COUNTER.format(left), HEADS)
    assert log.first() == (left + 1, "cut off at the end")
    if carefully:
        assert log.found() == [(left + 1, "cut off at the end")]


def cut_with_its_tree(log: Kept, left: int) -> None:
    """The tree set back as well, as only the process that feeds it could make it."""
    log.change(CUT.format(left), COUNTER.format(left), CLOCK, HEADS, "DELETE FROM merkle.tiles",
               "UPDATE views.positions SET position = 0 WHERE view = 'tiles'")  # fmt: skip
    log.worker.feeder.close()
    while log.worker.feeder.step(0.05):
        pass


def test_an_end_that_was_cut_off_with_its_tree_is_found_by_what_was_published(log: Kept) -> None:
    cut_with_its_tree(log, 599)
    assert log.found() == [(600, "cut off at the end")]


def test_an_end_that_was_cut_off_with_all_that_speaks_of_it_is_found_by_a_checkpoint_from_outside(log: Kept) -> None:
    brought = log.brought()
    cut_with_its_tree(log, 599)
    log.change("DELETE FROM merkle.checkpoints WHERE size > 599")
    assert log.found() == []
    assert log.found(brought=brought) == [(600, "cut off at the end")]


def test_what_whoever_signs_remembers_finds_an_end_that_was_cut_off_with_all_that_speaks_of_it(log: Kept) -> None:
    remembered = log.brought()
    cut_with_its_tree(log, 599)
    log.change("DELETE FROM merkle.checkpoints WHERE size > 599")
    assert log.found(remembered=remembered) == [(600, "cut off at the end")]


def test_a_log_whose_checkpoints_are_all_gone_is_not_called_verified(log: Kept) -> None:
    remembered = log.brought()
    log.change("DELETE FROM merkle.checkpoints")
    assert log.found() == [(1, "checkpoint forged")]
    log.change("UPDATE ledger.log SET reason = 'x' WHERE position = 450", "DELETE FROM merkle.tiles")
    log.change("DELETE FROM merkle.keys", "UPDATE views.positions SET position = 0 WHERE view = 'tiles'")
    assert log.found(remembered=remembered, keys=[log.key.verifier]) == [(1, "changed")]


def test_what_is_remembered_of_a_key_that_is_not_known_is_passed_over(log: Kept) -> None:
    other = SignerKey.new(ORIGIN).sign(Checkpoint(ORIGIN, 700, bytes(32)).text()).encode()
    assert log.found(remembered=other) == []
    assert log.found(remembered=b"") == []


def test_a_log_that_was_written_anew_with_its_tree_is_found_by_what_was_published(log: Kept) -> None:
    log.change("UPDATE ledger.log SET reason = 'x' WHERE position = 450")
    log.change("DELETE FROM merkle.tiles", "UPDATE views.positions SET position = 0 WHERE view = 'tiles'")
    log.worker.feeder.close()
    while log.worker.feeder.step(0.05):
        pass
    # Where exactly is not known any more: after the last checkpoint that holds.
    assert log.found() == [(301, "changed")]


def test_a_log_that_was_written_anew_and_signed_by_our_own_key_is_found_by_a_checkpoint_from_outside(log: Kept) -> None:
    brought = log.brought()
    log.change("UPDATE ledger.log SET reason = 'x' WHERE position = 450")
    log.change("DELETE FROM merkle.tiles", "UPDATE views.positions SET position = 0 WHERE view = 'tiles'")
    log.change("DELETE FROM merkle.checkpoints WHERE size > 300")
    again = a_worker(log.database, log.key)
    sign_all(again)
    again.feeder.close()
    assert log.found() == []
    assert log.found(brought=brought) == [(301, "changed")]


# Counter and heads


def test_a_counter_that_was_set_forward_is_named(log: Kept) -> None:
    log.change(COUNTER.format(700))
    assert log.found() == [(ALL + 1, "counter forged")]


def test_a_counter_that_was_set_back_is_named(log: Kept) -> None:
    log.change(COUNTER.format(500))
    assert log.found() == [(501, "counter forged")]


def test_a_counter_whose_clock_was_set_back_is_named(log: Kept) -> None:
    log.change("UPDATE ledger.counter SET recorded = 0")
    assert log.found() == [(ALL, "counter forged")]


def test_a_counter_whose_clock_was_set_forward_is_named(log: Kept) -> None:
    """Whatever is recorded afterwards would be dated so."""
    log.change("UPDATE ledger.counter SET recorded = recorded + 1")
    assert log.found() == [(ALL, "counter forged")]


@pytest.mark.parametrize("version", ["version - 1", "version + 1", "0"])
def test_a_head_that_was_changed_is_named_by_its_streams_last_record(log: Kept, version: str) -> None:
    record = everything(log.ledger)[-1]
    log.change(f"UPDATE ledger.heads SET version = {version} WHERE stream = '{record.stream}'")
    assert log.found() == [(ALL, "head forged")]


def test_a_head_that_is_gone_and_one_of_no_stream_are_named(log: Kept) -> None:
    record = everything(log.ledger)[-1]
    log.change(f"DELETE FROM ledger.heads WHERE stream = '{record.stream}'")
    assert log.found() == [(ALL, "head forged")]
    log.change(f"INSERT INTO ledger.heads VALUES ('{uuid4()}', 3), ('{record.stream}', 40)")
    assert log.found() == [(0, "head forged")]


# The tree


@pytest.mark.parametrize("position", [1, 256, 257, 600])
def test_a_hash_in_a_tile_that_was_changed_is_named(log: Kept, position: int) -> None:
    tile, at = divmod(position - 1, 256)
    change_ = f"set_byte(hashes, {32 * at}, get_byte(hashes, {32 * at}) # 1)"
    log.change(f"UPDATE merkle.tiles SET hashes = {change_} WHERE level = 0 AND index = {tile}")
    assert log.first() == (position, "tile forged")


def test_where_nothing_was_signed_yet_nobody_knows_whether_the_record_or_the_tree_was_changed(log: Kept) -> None:
    log.change("UPDATE merkle.tiles SET hashes = set_byte(hashes, 3200, 0) WHERE level = 0 AND index = 2")
    report = log.verify()
    assert report.first is not None
    assert report.first.position == 2 * 256 + 101
    assert "no checkpoint says" in report.first.detail


@pytest.mark.parametrize(("number", "position"), [(0, 1), (1, 257)])
def test_a_node_above_the_leaves_that_was_changed_is_named(log: Kept, number: int, position: int) -> None:
    change_ = f"set_byte(hashes, {32 * number}, get_byte(hashes, {32 * number}) # 1)"
    log.change(f"UPDATE merkle.tiles SET hashes = {change_} WHERE level = 1")
    assert log.first() == (position, "tile forged")


HARM = {
    "missing": ("DELETE FROM merkle.tiles WHERE level = 0 AND index = 1", 257),
    "missing above": ("DELETE FROM merkle.tiles WHERE level = 1", 1),
    "short": ("UPDATE merkle.tiles SET hashes = substr(hashes, 1, 64) WHERE level = 0 AND index = 1", 259),
    "long": ("UPDATE merkle.tiles SET hashes = hashes || hashes WHERE level = 0 AND index = 2", 641),
    "too many": ("INSERT INTO merkle.tiles SELECT 0, 3, hashes FROM merkle.tiles WHERE level = 1", 769),
    "standing elsewhere": ("UPDATE views.positions SET position = 620 WHERE view = 'tiles'", 621),
}


@pytest.mark.parametrize(("harm", "position"), HARM.values(), ids=HARM)
def test_a_tree_that_is_not_whole_is_named(log: Kept, harm: str, position: int) -> None:
    log.change(harm)
    assert log.first() == (position, "tile forged")


# Checkpoints


def test_a_checkpoint_with_another_root_is_named(log: Kept) -> None:
    text = Checkpoint(ORIGIN, 300, bytes(32)).text()
    stranger = SignerKey.new(ORIGIN).sign(text)
    log.change(f"UPDATE merkle.checkpoints SET note = '{stranger}' WHERE size = 300")
    assert log.found() == [(300, "checkpoint forged")]


def test_a_checkpoint_with_a_bent_signature_is_named(log: Kept) -> None:
    log.change("UPDATE merkle.checkpoints SET note = replace(note, E'\n300\n', E'\n301\n') WHERE size = 300")
    assert log.found() == [(300, "checkpoint forged")]


def test_a_good_checkpoint_at_another_place_is_named(log: Kept) -> None:
    log.change("UPDATE merkle.checkpoints SET size = 299 WHERE size = 300")
    assert log.found() == [(299, "checkpoint forged")]


def test_checkpoints_of_a_key_that_was_put_in_are_no_evidence_for_whoever_knows_the_right_one(log: Kept) -> None:
    forger = SignerKey.new(ORIGIN)
    leaves = log.ledger.head()
    with psycopg.connect(log.database.app) as connection:
        root = tiles.root(connection, leaves)
    note = forger.sign(Checkpoint(ORIGIN, leaves, root).text())
    log.change(
        f"INSERT INTO merkle.keys (vkey) VALUES ('{forger.verifier.text()}')",
        f"INSERT INTO merkle.checkpoints VALUES ({leaves}, '{forger.verifier.id.hex()}', '{note}')",
    )
    assert log.found() == []
    assert log.found(keys=[log.key.verifier]) == [(leaves, "checkpoint forged")]


def test_a_checkpoint_that_nobody_we_know_has_signed_is_not_compared(log: Kept) -> None:
    stranger = SignerKey.new(ORIGIN)
    note = stranger.sign(Checkpoint(ORIGIN, 300, bytes(32)).text())
    with pytest.raises(Untrusted):
        log.verify(brought=note.encode())
    with pytest.raises(Untrusted):
        log.verify(brought=b"hello")


def test_two_pasts_that_were_both_signed_are_found(log: Kept) -> None:
    """Somebody has the key, and showed one past to one and another to the other."""
    other = Growing()
    other.grow(bytes(32 * 300))
    note = log.key.sign(Checkpoint(ORIGIN, 300, other.root()).text())
    ((position, wrong),) = log.found(brought=note.encode())
    assert (position, wrong) == (300, "changed")
