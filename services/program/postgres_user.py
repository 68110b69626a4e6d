"""As whom PostgreSQL runs, and whether that user can reach the data and the binaries."""

import os
import pwd
import subprocess
from dataclasses import dataclass
from pathlib import Path

from services.program import tether
from services.trouble import Trouble

PROBE_SECONDS = 30


class PostgresRefused(Trouble):
    """PostgreSQL cannot run like this; the text names what stands in the way and what to do."""


@dataclass(frozen=True)
class Account:
    """A user of this machine."""

    name: str
    uid: int
    gid: int

    @classmethod
    def of(cls, uid: int) -> "Account":
        """Raises PostgresRefused for an id without a name: neither initdb nor peer authentication works for it."""
        try:
            return cls._from(pwd.getpwuid(uid))
        except KeyError:
            raise PostgresRefused(
                f"user id {uid} has no name on this machine (/etc/passwd), and PostgreSQL needs one: add it, "
                "or use an operator's server with --database"
            ) from None

    @classmethod
    def named(cls, name: str) -> "Account":
        """Raises PostgresRefused for a name that this machine does not know."""
        try:
            return cls._from(pwd.getpwnam(name))
        except KeyError:
            raise PostgresRefused(
                f"there is no user {name!r} on this machine; CAUNOI_POSTGRES_USER must name one"
            ) from None

    @classmethod
    def _from(cls, entry: pwd.struct_passwd) -> "Account":
        return cls(entry.pw_name, entry.pw_uid, entry.pw_gid)

    @property
    def ids(self) -> tuple[int, int] | None:
        """(uid, gid) to change to, or None when this process is that user already."""
        return None if self.uid == os.geteuid() else (self.uid, self.gid)


def choose(cluster: Path, wanted: str | None) -> Account:
    """The user for the cluster; one without privileges when started as root.

    Raises PostgresRefused when that is impossible: PostgreSQL insists that it owns its data and is not root.
    """
    me = Account.of(os.geteuid())
    owner = Account.of(cluster.stat().st_uid) if os.path.exists(cluster) else None
    account = Account.named(wanted) if wanted else me if me.uid else owner or _unprivileged()
    if account.uid == 0:
        raise PostgresRefused("PostgreSQL does not run as root; name another user in CAUNOI_POSTGRES_USER")
    if me.uid not in (0, account.uid):
        raise PostgresRefused(f"only root can run PostgreSQL as {account.name}; you are {me.name}")
    if owner and owner.uid != account.uid:
        raise PostgresRefused(
            f"{cluster} belongs to {owner.name}, and PostgreSQL would run as {account.name}: "
            f"start as {owner.name} or as root, or choose another --data"
        )
    return account


def _unprivileged() -> Account:
    known = {entry.pw_name for entry in pwd.getpwall()}
    return Account.named("postgres" if "postgres" in known else "nobody")


def first_unreachable(paths: list[Path], account: Account) -> Path | None:
    """The first path that the user cannot enter or read, found by trying it as that user, not by reading modes."""
    argv = [str(path) for path in paths]
    if account.ids is None:
        blocked = tether.unreachable(argv)
    else:
        done = subprocess.run(
            tether.probe(argv, user=account.ids), capture_output=True, text=True, timeout=PROBE_SECONDS, check=True
        )
        blocked = done.stdout
    return Path(blocked) if blocked else None


def require_way_to(data: Path, account: Account) -> None:
    """Raises PostgresRefused, before anything is made, when a directory on the way to `data` is closed to the user."""
    way = [place for place in (*reversed(data.parents), data) if os.path.exists(place)]
    blocked = first_unreachable(way, account)
    if blocked:
        raise PostgresRefused(
            f"PostgreSQL runs as {account.name}, and {account.name} cannot enter {blocked}, which is on the way to "
            f"{data}: choose --data elsewhere, such as /var/lib/caunoi, or start as the user who owns {blocked}. "
            "(Nothing was changed; the mode of that directory is yours to decide.)"
        )
