"""Where the time goes: who has the processor while requests run, and what Python does in its share."""

import os
import pstats
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from cProfile import Profile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO

from bench.figure import Sample
from bench.process_tree import tree

LINES = 30
LOOKING = "looking"
MOST = 4
IDLE_CALLS = 2000
"""A thread that made fewer has only waited."""
TICKS = os.sysconf("SC_CLK_TCK")

LOOK_SECONDS = 0.2

Who = tuple[int, int]
"""A process and its thread."""


@dataclass
class Shares:
    """Processor seconds by process and thread, while something ran."""

    seconds: float = 0.0
    used: dict[str, float] = field(default_factory=dict)


@contextmanager
def processors() -> Iterator[Shares]:
    """Who uses the processors while the block runs; looked at a few times a second, for some end before it does."""
    shares, names, after, over = Shares(), dict[Who, str](), dict[Who, float](), threading.Event()

    def look() -> None:
        found = _used()
        names.update((who, _named(who)) for who in found if who not in names)
        after.update(found)

    def keep_looking() -> None:
        while not over.wait(LOOK_SECONDS):
            look()

    start, before = time.perf_counter(), _used()
    looking = threading.Thread(target=keep_looking, name=LOOKING)
    looking.start()
    try:
        yield shares
    finally:
        over.set()
        looking.join()
    look()
    shares.seconds = time.perf_counter() - start
    for who, used in after.items():
        if (more := used - before.get(who, 0.0)) > 0.005 * shares.seconds:
            shares.used[names[who]] = shares.used.get(names[who], 0.0) + more


def _used() -> dict[Who, float]:
    """Processor seconds of this process and all that it started, PostgreSQL among them."""
    found: dict[Who, float] = {}
    for process in tree(os.getpid()):
        for stat in Path(f"/proc/{process}/task").glob("[0-9]*/stat"):
            try:
                fields = stat.read_text().rpartition(")")[2].split()
            except OSError:
                continue  # it ended meanwhile
            found[process, int(stat.parts[4])] = (int(fields[11]) + int(fields[12])) / TICKS
    return found


def _named(who: Who) -> str:
    process, thread = who
    try:
        words = Path(f"/proc/{process}/cmdline").read_text().replace("\0", " ").split()
        # Where a program lies is nobody's business.
        words[:1] = [Path(words[0]).name] if words else []
        name = Path(f"/proc/{process}/task/{thread}/comm").read_text().strip()
    except OSError:
        return "gone"
    if process == os.getpid():
        return f"callers [{_thread(thread, name)}]"
    if words and words[0].startswith("postgres"):
        return "postgres " + ("backend" if "[local]" in words or "bench_" in " ".join(words) else " ".join(words[2:4]))
    told = " ".join(words[words.index("-m") + 1 :][:3]) if "-m" in words else " ".join(words[:2])
    told = told.split()[0] if told.startswith("bench.") else told.removeprefix("services.program ")
    return told if thread == process else f"{told} [other threads]"


def _thread(native: int, name: str) -> str:
    return next((thread.name for thread in threading.enumerate() if thread.native_id == native), name)


def costs(call: Callable[[], Sample], *, without: str = LOOKING) -> dict[str, str]:
    """What one of a thing costs whom, for the settings of a figure: microseconds, and the share of a core."""
    with processors() as shares:
        sample = call()
    seconds = sample.seconds or shares.seconds
    done = sample.value * seconds
    used = {name: used for name, used in shares.used.items() if LOOKING not in name and without not in name}
    most = sorted(used.items(), key=lambda pair: -pair[1])[:MOST]
    return {name: f"{1e6 * used / done:.1f} µs ({used / seconds:.0%} of a core)" for name, used in most}


def report(title: str, sample: Sample, shares: Shares) -> None:
    """The shares, each also as microseconds a unit of work."""
    seconds = sample.seconds or shares.seconds
    done = sample.value * seconds
    print(f"\n{title}: {sample.value:,.0f}/s")
    for name, used in sorted(shares.used.items(), key=lambda pair: -pair[1]):
        print(f"  {used / seconds:6.1%} of a core  {1e6 * used / done:8.1f} µs each  {name}")


@contextmanager
def every_thread(out: TextIO) -> Iterator[None]:
    """Watches this thread and those started meanwhile, each by a profile of its own, and prints them to `out`."""
    profiles: list[tuple[str, Profile]] = []

    def begin(*_: object) -> None:
        profile = Profile()
        profiles.append((threading.current_thread().name, profile))
        # From Python 3.12 on one profile at a time sees all threads.
        with suppress(ValueError):
            profile.enable()

    threading.setprofile(begin)
    begin()
    try:
        yield
    finally:
        threading.setprofile(None)
        profiles[0][1].disable()
        for name, profile in profiles:
            stats = pstats.Stats(profile, stream=out)
            if stats.total_calls >= IDLE_CALLS:  # type: ignore[attr-defined]  # its stub leaves it out
                out.write(f"\n  Python in {name}, slowed down by being watched:\n")
                stats.sort_stats("tottime").print_stats(LINES)
        out.flush()
