"""What an earlier PostgreSQL of the same cluster may have left behind: processes, and files with its number."""

import os
import signal
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from services.program.postgres_user import PostgresRefused

# A postmaster whose parent was killed is in its shutdown checkpoint already; orphaned backends notice within a second.
PATIENCE_SECONDS = {signal.SIGINT: 120.0, signal.SIGQUIT: 5.0, signal.SIGKILL: 10.0}
ORPHAN_SECONDS = 2.0
PROGRAMS = ("postgres", "initdb")


def clear(cluster: Path, socket_dir: Path, note: Callable[[str], None]) -> None:
    """Ends what still runs in `cluster`, then removes the files that would keep a new postmaster from starting.

    The caller holds the lock of the data directory, so nobody is starting this cluster at the same time.
    Raises PostgresRefused when a process cannot be ended.
    """
    end_occupants(cluster, note)
    for path in (cluster / "postmaster.pid", socket_dir / ".s.PGSQL.5432.lock"):
        if _names_a_stranger(path):
            note(f"removing {path}: it names a process that is not this PostgreSQL")
            path.unlink(missing_ok=True)


def end_occupants(
    cluster: Path, note: Callable[[str], None], *, programs: Sequence[str] = PROGRAMS, name: str = "PostgreSQL"
) -> None:
    """Asks, tells, then forces the processes that work in `cluster` to end; a forced end costs a crash recovery."""
    for way, patience in PATIENCE_SECONDS.items():
        found = occupants(cluster, programs)
        if not found:
            return
        note(f"waiting for an earlier {name} in {cluster} to end (processes {', '.join(map(str, found))})")
        # SIGINT to a backend would only cancel its query: the fast shutdown is the postmaster's, who tells the others.
        leader = _first_number(cluster / "postmaster.pid")
        for pid in [leader] if way == signal.SIGINT and leader in found else found:
            _tell(pid, way)
        deadline = time.monotonic() + (patience if leader in found or way != signal.SIGINT else ORPHAN_SECONDS)
        while time.monotonic() < deadline:
            if not occupants(cluster, programs):
                return
            time.sleep(0.05)
    raise PostgresRefused(
        f"processes {occupants(cluster, programs)} work in {cluster} and do not end: end them and start again"
    )


def occupants(cluster: Path, programs: Sequence[str] = PROGRAMS) -> list[int]:
    """The processes that are a PostgreSQL in `cluster`; each of its processes has it as its working directory.

    `programs` are the names of another server's.
    """
    try:
        wanted = cluster.stat()
    except FileNotFoundError:
        return []
    found = []
    for name in os.listdir("/proc") if os.path.isdir("/proc") else ():
        if not name.isdigit():
            continue
        try:
            there = os.stat(f"/proc/{name}/cwd")
            program = os.path.basename(os.readlink(f"/proc/{name}/exe"))
        except OSError:
            continue
        if os.path.samestat(there, wanted) and program.removesuffix(" (deleted)") in programs:
            found.append(int(name))
    return found


def _names_a_stranger(path: Path) -> bool:
    """Whether PostgreSQL would refuse to start for this file's sake, although no PostgreSQL works there.

    It looks only whether a process of that number lives. A dead number it handles itself, and better: it
    asks the shared memory that the file names, too.
    """
    if not path.exists():
        return False
    pid = _first_number(path)
    return pid is None or os.path.exists(f"/proc/{pid}")


def _first_number(path: Path) -> int | None:
    try:
        return abs(int(path.read_text().split("\n", 1)[0]))
    except (FileNotFoundError, ValueError):
        return None


def _tell(pid: int, way: signal.Signals) -> None:
    try:
        os.kill(pid, way)
    except ProcessLookupError:
        pass
    except PermissionError:
        raise PostgresRefused(f"an earlier PostgreSQL (process {pid}) still runs and is somebody else's") from None
