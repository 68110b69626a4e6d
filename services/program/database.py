"""Where the database is, whether an operator's will do, and how the application connects with its small rights."""

from urllib.parse import quote

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from services.program.directories import socket_place
from services.program.postgres_user import choose
from services.settings import Settings
from services.trouble import Exit, Trouble

OLDEST = 160000
APP = "caunoi_app"
CONNECT_SECONDS = 15


def require_usable(conninfo: str) -> None:
    """Raises Trouble when no server answers there, or one that is too old."""
    try:
        with psycopg.connect(conninfo, connect_timeout=CONNECT_SECONDS) as connection:
            version = connection.info.server_version
    except psycopg.Error as error:
        raise Trouble(f"the database does not answer: {str(error).strip()}") from None
    if version < OLDEST:
        raise Trouble(f"the database is PostgreSQL {version // 10000}; {OLDEST // 10000} is the oldest that will do")


def as_app(conninfo: str) -> str:
    """The same server with the application's rights only, whoever logs in; a conninfo that has them stays as it is."""
    said = conninfo_to_dict(conninfo)
    options = str(said.get("options") or "")
    if said.get("user") == APP or f"role={APP}" in options:
        return conninfo
    return make_conninfo(conninfo, options=f"{options} -c role={APP}".strip())


def embedded(settings: Settings) -> bool:
    """Whether the directory has a PostgreSQL of its own, and no other is named."""
    return not settings.database and (settings.data / "postgres").exists()


def of(settings: Settings) -> str:
    """The application's way to the database of the system on a directory, or to the one that is named.

    Raises Trouble, saying what to type, when neither is there.
    """
    if settings.database:
        return as_app(settings.database)
    data = settings.data.resolve()
    if not embedded(settings):
        raise Trouble(
            f"no database is below {data}: name a system's directory with --data, or an operator's own with --database",
            Exit.NOT_FOUND,
        )
    place = socket_place(data, choose(data / "postgres", settings.postgres_user))
    return f"postgresql://{APP}@/caunoi?host={quote(str(place), safe='')}"
