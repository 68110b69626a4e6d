"""One master key for all tests, in a file for those who start processes."""

import tempfile
from functools import cache
from pathlib import Path

from events.keys import Keyring
from events.master import Master

TEXT = "Y2F1bm9pIHRlc3RzOiBubyBzZWNyZXQgYXQgYWxsISE="
"""32 bytes in base64."""


@cache
def master_key_file() -> Path:
    """A file that holds it, for as long as the tests run."""
    folder = tempfile.mkdtemp(prefix="caunoi-master-key-")
    place = Path(folder) / "master-key"
    place.write_text(TEXT + "\n", encoding="ascii")
    return place


def keyring() -> Keyring:
    """A ring of its own under that key."""
    return Keyring(Master.read(master_key_file()))
