"""Making directories for a process that runs as somebody else, without touching what was there before."""

import hashlib
import os
import stat
import tempfile
from pathlib import Path

from services.program.postgres_user import Account, PostgresRefused, require_way_to
from services.trouble import Trouble

# sun_path holds 108 bytes, the last of them the end; PostgreSQL refuses what is longer.
LONGEST_SOCKET = 107
SOCKET_NAME = "/.s.PGSQL.5432"
PRIVATE = 0o700
PASSABLE = 0o711
PUBLIC = 0o755


def make(path: Path, mode: int) -> None:
    """Makes `path` and what is missing above it; what exists keeps its mode. Raises Trouble when it may not."""
    missing = [place for place in (path, *path.parents) if not os.path.lexists(place)]
    try:
        for place in reversed(missing):
            place.mkdir(exist_ok=True)
            place.chmod(mode if place == path else PUBLIC)
        writable = path.is_dir() and os.access(path, os.W_OK | os.X_OK)
    except OSError as error:
        raise Trouble(f"{error.filename} cannot be made ({error.strerror}): choose --data elsewhere") from None
    if not writable:
        raise Trouble(f"{path} is not a directory that {Account.of(os.geteuid()).name} can write to")


def make_data(data: Path, account: Account) -> None:
    """The data directory, which `account` may pass through; checked before anything is made.

    Raises PostgresRefused, naming the directory, when `account` cannot come there.
    """
    require_way_to(data, account)
    make(data, PASSABLE if account.ids else PRIVATE)


def make_own(path: Path, account: Account) -> None:
    """A private directory of `account`. Raises PostgresRefused when it is there and somebody else's."""
    try:
        path.mkdir(mode=PRIVATE)
    except FileExistsError:
        pass
    else:
        os.chown(path, account.uid, account.gid, follow_symlinks=False)
        path.chmod(PRIVATE)
    found = path.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != account.uid or stat.S_IMODE(found.st_mode) & 0o077:
        raise PostgresRefused(f"{path} is not a private directory of {account.name}: remove it and start again")


def socket_place(data: Path, account: Account) -> Path:
    """Where PostgreSQL's socket lies: DIR/run, or a short private directory when that path will not do."""
    place = data / "run"
    # libpq takes a comma for the end of one host and the beginning of the next.
    if not _too_long(place) and "," not in str(place):
        return place
    name = "caunoi-" + hashlib.sha256(os.fsencode(f"{account.name}:{data}")).hexdigest()[:20]
    place = Path(tempfile.gettempdir()) / name
    return Path("/tmp") / name if _too_long(place) else place  # noqa: S108 - private, and checked to be


def _too_long(place: Path) -> bool:
    return len(os.fsencode(f"{place}{SOCKET_NAME}")) > LONGEST_SOCKET
