"""A file that is replaced: all of the new one or all of the old, and closed to others from its first moment."""

import os
import stat
from pathlib import Path

import pytest

from services import whole_file


def test_the_new_text_takes_the_place_of_the_old(tmp_path: Path) -> None:
    for text in ("first\n", "Đảng bộ\n"):
        whole_file.write(tmp_path / "address", text)
        assert (tmp_path / "address").read_text(encoding="utf-8") == text
    assert os.listdir(tmp_path) == ["address"]


def test_what_is_private_is_so_whatever_was_left_there_before(tmp_path: Path) -> None:
    (tmp_path / ".key.new").write_text("of a start that was killed")
    (tmp_path / ".key.new").chmod(0o644)
    whole_file.write(tmp_path / "key", "secret", whole_file.PRIVATE)
    assert stat.S_IMODE((tmp_path / "key").stat().st_mode) == 0o600


def test_a_text_that_cannot_be_written_leaves_the_old_file_as_it_was(tmp_path: Path) -> None:
    whole_file.write(tmp_path / "address", "first")
    with pytest.raises(UnicodeEncodeError):
        whole_file.write(tmp_path / "address", "\ud800")
    assert (tmp_path / "address").read_text() == "first"
