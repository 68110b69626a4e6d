"""The real http process with a profile of each of its threads: `python -m bench.watched FILE`, settings as ever."""

import signal
import sys
from pathlib import Path

from bench.profiling import every_thread
from services.program import http
from services.settings import Settings


def main(profile: str) -> None:
    """Serve until SIGTERM, then write the profile."""
    # The server gives the signal back when it has stopped, and that would be the end.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with Path(profile).open("w") as out, every_thread(out):
        http.serve(Settings.read())


if __name__ == "__main__":
    main(*sys.argv[1:])
