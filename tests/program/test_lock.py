"""One program a data directory."""

import subprocess
import sys
from pathlib import Path

import pytest

from services.program import lock
from services.trouble import Trouble

HOLD = """
import pathlib, signal, sys
from services.program import lock

with lock.take(pathlib.Path(sys.argv[1])):
    print("held", flush=True)
    signal.pause()
"""


def test_the_second_is_told_who_is_there(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", HOLD, str(tmp_path)], stdout=subprocess.PIPE) as first:
        assert first.stdout
        first.stdout.readline()
        with pytest.raises(lock.Held, match=f"process {first.pid} already runs"), lock.take(tmp_path):
            pass
        assert lock.holder(tmp_path) == first.pid
        first.kill()
    with lock.take(tmp_path):
        pass


def test_a_lock_that_is_free_has_no_holder(tmp_path: Path) -> None:
    assert lock.holder(tmp_path) is None
    with lock.take(tmp_path):
        pass
    assert lock.holder(tmp_path) is None


def test_a_place_where_it_cannot_be_is_named(tmp_path: Path) -> None:
    with pytest.raises(Trouble, match="cannot be opened"), lock.take(tmp_path / "missing"):
        pass
