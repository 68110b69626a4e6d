"""What to look at next: the address, and commands that can be pasted as they are."""

import shlex
import shutil
import sys
from pathlib import Path

from services.program.demo.day import MOVER
from services.program.demo.known import Known
from services.program.demo.meeting_today import COMMITTEE, MEETING
from services.settings import Settings


def next_steps(url: str, known: Known, data: Path | None) -> list[str]:
    """The address and three things to try; the token is named by where it lies and never shown."""
    settings = Settings.read()
    elsewhere = data is not None and (settings.url is not None or data.resolve() != settings.data.resolve())
    where = f" --data {_short(data)}" if data and elsewhere else ""
    remote = data is None and settings.url is not None
    token = "$CAUNOI_TOKEN" if remote else f"$(cat {_short((data or settings.data) / 'admin-token')})"
    program, committee = _program(), known.organisation(COMMITTEE).id
    return [
        f"{url}/docs",
        f"{program} score explain meeting {MEETING}{where}",
        f"{program} log --about {known.person(MOVER).id}{where}",
        f"curl -s -H \"Authorization: Bearer {token}\" '{url}/inbox?organisation={committee}&state=open'",
    ]


def _program() -> str:
    """How this program is called from here: by its name or, off the path, by its file."""
    return "caunoi" if shutil.which("caunoi") else _short(Path(sys.executable).parent / "caunoi")


def _short(path: Path) -> str:
    """A path for the shell, from here where it lies below."""
    absolute, here = path.absolute(), Path.cwd()
    return shlex.quote(str(absolute.relative_to(here) if absolute.is_relative_to(here) else absolute))
