"""What a stranger finds of an end that was cut off, and of the counter and the heads that say where the log ends."""

from uuid import uuid4

import pytest

from services.audit.notes import Checkpoint, SignerKey
from tests.audit.kept_log import ALL, Kept
from tests.audit.signing import ORIGIN, a_worker, sign_all
from tests.events.appending import everything

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
