"""An operator's own PostgreSQL: whether it will do, and how the application connects to it with its small rights."""

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from services.trouble import Trouble

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
