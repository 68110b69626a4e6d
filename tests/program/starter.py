"""A program of its own that starts a PostgreSQL and stays, for tests that kill it or run it as somebody else.

`python starter.py DIR [kill]`; prints the postmaster's pid and its URL, or what was refused.
"""

import signal
import sys
from pathlib import Path

from services.program.postgres import Postgres
from services.trouble import Trouble


def main() -> None:
    try:
        server = Postgres.start(Path(sys.argv[1]))
    except Trouble as trouble:
        print(f"{type(trouble).__name__} {trouble}", flush=True)  # noqa: T201 - a test reads it
        return
    print(server.pid, server.dsn(), flush=True)  # noqa: T201
    signal.pause()


if __name__ == "__main__":
    main()
