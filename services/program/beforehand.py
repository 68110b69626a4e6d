"""A program that a server needs once, before its first start: run to its end, and tied to our life meanwhile."""

import os
import signal
import subprocess
from pathlib import Path
from typing import IO

from services.program import tether
from services.program.postgres_user import Account
from services.trouble import tail

# Nothing of the caller's PG…, JAVA_… or LC_… variables may change what a server of ours does.
ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TZ": "UTC"}


def run(
    argv: list[str],
    account: Account,
    log: IO[bytes],
    *,
    cwd: Path,
    seconds: float,
    environment: dict[str, str] = ENVIRONMENT,
) -> str | None:
    """Run it as that user; None, or what it said into `log`, with the log's name, where it failed.

    Raises:
        subprocess.TimeoutExpired: it did not end in time, and was killed.
    """
    offset = log.seek(0, os.SEEK_END)
    done = subprocess.run(
        tether.command(argv, death_signal=signal.SIGKILL, user=account.ids),
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=log,
        cwd=cwd,
        env=environment,
        timeout=seconds,
        check=False,
    )
    return f"({log.name}):\n{tail(Path(log.name), offset)}" if done.returncode else None
