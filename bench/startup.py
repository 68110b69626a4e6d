"""The whole program: how long it takes to be ready, and what it takes of the memory when nothing is asked of it."""

import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from bench.figure import Case, Sizes
from bench.process_tree import tree
from bench.server import Server, place
from services.program import tether

NAME = "startup"
READY_SECONDS = 300.0
IDLE_SECONDS = 5.0
STARTS = 3
SAID = {
    "ready": "from the start of `caunoi up` to the address on its output, when /readyz answers 200",
    "memory": f"the sum of PSS over all processes of the tree, PostgreSQL's included, {IDLE_SECONDS:.0f} s after that",
}


def run(server: Server, sizes: Sizes) -> Iterator[Case]:
    """From nothing, and on what is there; the shared server stands idle meanwhile."""
    with place() as folder:
        data = folder / "data"
        with _up(data, folder / "up.log") as (fresh, _):
            pass
        again: list[float] = []
        memory: dict[str, float] = {}
        for _ in range(min(STARTS, sizes.rounds)):
            with _up(data, folder / "up.log") as (seconds, process):
                again.append(seconds)
                if not memory:
                    time.sleep(min(IDLE_SECONDS, 10 * sizes.seconds))
                    memory = pss(process.pid)
    settings = {**SAID, "cores": server.settings["cores"]}
    yield Case(NAME, {"data": "fresh"}, fresh, "s", settings=settings)
    yield Case(
        NAME, {"data": "existing"}, sorted(again)[len(again) // 2], "s", settings={**settings, "starts": len(again)}
    )
    yield Case(NAME, {"memory": "idle"}, sum(memory.values()), "MiB", settings={**settings, "parts": memory})


@contextmanager
def _up(data: Path, log: Path) -> Iterator[tuple[float, subprocess.Popen[bytes]]]:
    argv = [sys.executable, "-m", "services.program", "up", "--data", str(data), "--port", "0"]
    with log.open("ab") as said:
        start = time.perf_counter()
        process = subprocess.Popen(
            tether.command(argv, death_signal=signal.SIGTERM),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=said,
        )
    try:
        assert process.stdout is not None
        with process.stdout as output:
            _address(output, log)
            yield time.perf_counter() - start, process
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(READY_SECONDS)


def _address(output: IO[bytes], log: Path) -> str:
    line = output.readline().decode().strip()
    if not line:
        raise RuntimeError(f"caunoi up ended: {log.read_text()[-2000:]}")
    return line


def pss(root: int) -> dict[str, float]:
    """MiB by what runs, over a process and all below it."""
    found: dict[str, float] = {}
    for pid in tree(root):
        try:
            kilobytes = re.search(r"^Pss:\s+(\d+) kB", Path(f"/proc/{pid}/smaps_rollup").read_text(), re.MULTILINE)
            name = _name(pid)
        except OSError:
            continue  # it ended meanwhile
        if kilobytes is not None:
            found[name] = round(found.get(name, 0.0) + int(kilobytes[1]) / 1024, 1)
    return found


def _name(pid: int) -> str:
    words = [word for word in Path(f"/proc/{pid}/cmdline").read_text().split("\0") if word]
    if not words or "postgres" in words[0]:
        return "postgres"
    return " ".join(words[words.index("services.program") + 1 :][:2]) if "services.program" in words else words[0]
