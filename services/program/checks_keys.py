"""What `caunoi doctor` looks at where keys lie: that each file is there, is private, and is this database's."""

import stat
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg

from services import master_key
from services.audit import key as checkpoint_key
from services.program import started_with
from services.program.checks import Finding
from services.program.database import of
from services.settings import Settings
from services.trouble import Trouble

CONNECT_SECONDS = 5
BACKUP = "put the right file back: it is in your backups"


def keys(settings: Settings) -> Iterator[Finding]:
    """The master key, which opens what is personal, and the key that signs checkpoints."""
    settings = started_with.take(settings)
    opens, signs = master_key.place(settings), checkpoint_key.place(settings)
    try:
        with psycopg.connect(of(settings), autocommit=True, connect_timeout=CONNECT_SECONDS) as connection:
            yield _finding(
                "master key",
                opens,
                lambda: master_key.must_be_ours(connection, master_key.read(settings), opens),
            )
            yield _finding(
                "signing key",
                signs,
                lambda: checkpoint_key.must_be_ours(connection, checkpoint_key.read(settings), signs),
            )
    except (psycopg.Error, Trouble) as error:
        yield Finding("keys", f"the database does not say whose they are ({type(error).__name__})", "see above")


def _finding(name: str, place: Path, look: Callable[[], None]) -> Finding:
    try:
        look()
        mode = stat.S_IMODE(place.stat().st_mode)
    except Trouble as trouble:
        return Finding(name, str(trouble), BACKUP)
    return Finding(name, f"{place}, mode {mode:04o}", f"chmod 600 {place}" if mode & 0o077 else "")
