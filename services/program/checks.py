"""What `caunoi doctor` looks at: each check says what it found, and what to type when that is not well."""

import os
import shutil
import stat
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

import psycopg

from projections.merkle import tiles
from services.program import lock
from services.program.database import OLDEST, embedded, of
from services.program.postgres_user import choose, require_way_to
from services.program.system import System
from services.settings import Settings
from services.trouble import Trouble

FREE_BYTES, FREE_SHARE = 1 << 30, 0.05
BEHIND_SECONDS = 60.0
SKEW_SECONDS = 5.0
CONNECT_SECONDS = 5
SIGNING_LOOKS, SIGNING_SECONDS = 8, 0.5
"""A checkpoint comes a second after the last one, at least."""
SERVER = "SELECT current_setting('server_version_num')::int"
AHEAD = "SELECT recorded / 1e6 - extract(epoch FROM clock_timestamp()) FROM ledger.counter"


@dataclass(frozen=True)
class Finding:
    """What a check found. `todo` says what to type next; empty when all is well."""

    check: str
    found: str
    todo: str = ""


def data_directory(settings: Settings) -> Iterator[Finding]:
    """Whether the system's directory is there, ours, and open to PostgreSQL's user."""
    data = settings.data.resolve()
    if not data.is_dir():
        yield Finding("data", f"{data} is missing", f"caunoi up --data {settings.data}")
        return
    if not os.access(data, os.W_OK | os.X_OK):
        yield Finding("data", f"{data} is not yours to write to", f"sudo caunoi up --data {data}")
        return
    if embedded(settings):
        try:
            require_way_to(data, choose(data / "postgres", settings.postgres_user))
        except Trouble as trouble:
            yield Finding("data", str(trouble), "caunoi up --data /var/lib/caunoi")
            return
    yield Finding("data", str(data))


def holder(settings: Settings) -> Iterator[Finding]:
    """Whether a program runs on the directory."""
    pid = lock.holder(settings.data)
    todo = "" if pid else f"caunoi up --data {settings.data}"
    yield Finding("up", f"process {pid} runs" if pid else "nothing runs on it", todo)


def disk(settings: Settings) -> Iterator[Finding]:
    """Whether there is room: PostgreSQL stops when the disc is full."""
    usage = shutil.disk_usage(settings.data)
    full = usage.free < max(FREE_BYTES, usage.total * FREE_SHARE)
    found = f"{usage.free / 2**30:.1f} GiB of {usage.total / 2**30:.1f} free"
    yield Finding("disk", found, f"make room below {settings.data.resolve()}, or move it" if full else "")


def admin_token(settings: Settings) -> Iterator[Finding]:
    """Whether the operator's token is there and private."""
    path = settings.data / "admin-token"
    if not path.exists():
        yield Finding("token", f"{path} is missing", f"caunoi up --data {settings.data}")
        return
    mode = stat.S_IMODE(path.stat().st_mode)
    yield Finding("token", f"{path}, mode {mode:04o}", f"chmod 600 {path}" if mode & 0o077 else "")


def database(settings: Settings) -> Iterator[Finding]:
    """Whether PostgreSQL answers, is new enough, and has not had its clock set back."""
    if not settings.database and not embedded(settings):
        yield Finding("postgres", "an operator's: name it in CAUNOI_DATABASE to have it looked at")
        return
    conninfo = settings.database or of(settings)
    todo = "look at CAUNOI_DATABASE" if settings.database else f"tail {settings.data.resolve()}/logs/postgres.log"
    try:
        with psycopg.connect(conninfo, connect_timeout=CONNECT_SECONDS) as connection:
            version = _number(connection, SERVER)
            old = version < OLDEST
            yield Finding(
                "postgres",
                f"answers, version {version // 10000:.0f}.{version % 10000:.0f}",
                "use 16 or newer" if old else "",
            )
            ahead = _number(connection, AHEAD)
            back = ahead > SKEW_SECONDS
            found = f"{ahead:.0f} s behind the newest record" if back else "not behind the newest record"
            yield Finding("clock", found, "set this machine's clock (timedatectl set-ntp true)" if back else "")
    except psycopg.Error as error:
        yield Finding("postgres", f"does not answer as it should: {str(error).strip()}", todo)


def _number(connection: psycopg.Connection[tuple[float]], question: str) -> float:
    row = connection.execute(question.encode()).fetchone()
    return float(row[0]) if row else 0.0


def http(system: System) -> Iterator[Finding]:
    """Whether http answers, is ready, and agrees with this machine about the time."""
    ready = system.reply("/readyz")
    yield Finding("http", f"{system.url} answers {ready.status_code}", "" if ready.is_success else "caunoi views")
    if "date" in ready.headers:
        skew = abs(time.time() - parsedate_to_datetime(ready.headers["date"]).timestamp())
        todo = "set the clock of one of the two machines" if skew > SKEW_SECONDS else ""
        yield Finding("time", f"{skew:.0f} s between here and there", todo)


def views(system: System) -> Iterator[Finding]:
    """Whether each view keeps up, and nothing waits parked for a decision."""
    for view in system.get("/views"):
        name, lag, parked = view["view"], float(view.get("lag_seconds") or 0), view.get("parked")
        if parked:
            count = len(parked) if isinstance(parked, list) else parked
            yield Finding(
                name,
                f"{count} parked at a record it cannot read",
                f"install a release that can read it, then caunoi replay {name}",
            )
        elif lag > BEHIND_SECONDS:
            anew = "caunoi audit verify" if name == tiles.NAME else f"caunoi replay {name}"
            yield Finding(name, f"{lag:.0f} s behind", f"look into logs/; if it stands still, {anew}")
        else:
            yield Finding(name, f"at {view['position']} of {view['head']}")


def checkpoint(system: System) -> Iterator[Finding]:
    """Whether the tree is signed as it grows; whoever signs refuses when its past is another one than he signed."""
    stands = next((view["position"] for view in system.get("/views") if view["view"] == tiles.NAME), None)
    if stands is None:
        return
    for _ in range(SIGNING_LOOKS):
        signed = _signed(system)
        if signed is not None and signed >= stands:
            yield Finding("checkpoint", f"signed up to {signed}")
            return
        time.sleep(SIGNING_SECONDS)
    found = "nothing is signed" if signed is None else f"signed up to {signed} and no further, the tree has {stands}"
    yield Finding("checkpoint", found, "caunoi audit verify; and look into logs/audit.log")


def _signed(system: System) -> int | None:
    answer = system.reply("/checkpoints/latest")
    return int(answer.text.split("\n")[1]) if answer.is_success else None


HERE: tuple[Callable[[Settings], Iterator[Finding]], ...] = (data_directory, holder, disk, admin_token, database)
THERE: tuple[Callable[[System], Iterator[Finding]], ...] = (http, views, checkpoint)
