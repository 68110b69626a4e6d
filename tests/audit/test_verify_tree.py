"""What a stranger finds of a tree that was changed, and of checkpoints that are not those of the log."""

import psycopg
import pytest

from projections.merkle import tiles
from projections.merkle.growing import Growing
from services.audit.notes import Checkpoint, SignerKey, Untrusted
from tests.audit.kept_log import Kept
from tests.audit.signing import ORIGIN


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
