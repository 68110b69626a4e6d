"""One program a data directory: a lock that the kernel takes back when its holder dies, however it dies."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from services.trouble import Trouble


class Held(Trouble):
    """Another process holds it; `pid` is that process as it wrote itself down, None when it has not yet."""

    def __init__(self, data: Path, pid: int | None) -> None:
        who = f"process {pid}" if pid else "another process"
        super().__init__(f"{who} already runs on {data}: stop it first, or choose another --data")
        self.pid = pid


@contextmanager
def take(data: Path) -> Iterator[None]:
    """Holds DIR/lock while the block runs. Raises Held at once when another process does, Trouble when it may not."""
    path = data / "lock"
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError as error:
        raise Trouble(f"{path} cannot be opened ({error.strerror}): choose another --data, or another user") from None
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Held(data, holder(data)) from None
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        # The file stays: were it removed, two could hold two files of one name.
        yield
    finally:
        os.close(descriptor)


def holder(data: Path) -> int | None:
    """The process that holds the lock of `data`, as far as it has written itself down."""
    try:
        with (data / "lock").open() as file:
            try:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return int(file.read())
    except (OSError, ValueError):
        pass
    return None
