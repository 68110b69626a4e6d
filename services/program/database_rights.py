"""What whoever installs must be allowed to do in an operator's PostgreSQL, and what to type where he is not."""

from collections.abc import Callable
from typing import NamedTuple

import psycopg
from psycopg import sql

from services.program.database import APP
from services.trouble import Trouble

CONNECT_SECONDS = 15
ROLES = "deploy/postgresql/roles.sql"
HAS = """
SELECT current_user, current_database(), has_database_privilege(current_database(), 'CREATE'), rolsuper, rolcreaterole,
       EXISTS (SELECT FROM pg_roles WHERE rolname = %(app)s),
       EXISTS (SELECT FROM pg_roles a WHERE a.rolname = %(app)s AND (pg_has_role(current_user, a.oid, 'SET')
               OR pg_has_role(current_user, a.oid, 'MEMBER WITH ADMIN OPTION'))),
       (SELECT o.rolname FROM pg_namespace n JOIN pg_roles o ON o.oid = n.nspowner
        WHERE n.nspname = 'ledger' AND NOT pg_has_role(current_user, n.nspowner, 'USAGE'))
FROM pg_roles WHERE rolname = current_user
"""


class _Has(NamedTuple):
    """Of the one who connects, the database, and the application's role."""

    user: str
    database: str
    may_create: bool
    superuser: bool
    may_create_roles: bool
    app_exists: bool
    may_be_app: bool
    owner: str | None
    """Of the tables that are there, if that is somebody else."""


class _Lack(NamedTuple):
    """A right that is missing, and the statements by which a superuser gives it."""

    what: str
    give: str


def require_to_install(conninfo: str) -> None:
    """Raises Trouble, a line that names the right and says what to type, when the tables could not be installed."""
    try:
        with psycopg.connect(conninfo, connect_timeout=CONNECT_SECONDS) as connection:
            row = connection.execute(HAS, {"app": APP}).fetchone()
            assert row is not None, "whoever is connected is a role"
            has = _Has._make(row)
            lack = None if has.superuser else next(filter(None, (look(has) for look in LOOKS)), None)
            give = "" if lack is None else sql.SQL(lack.give).format(
                user=sql.Identifier(has.user), database=sql.Identifier(has.database), app=sql.Identifier(APP)
            ).as_string(connection)  # fmt: skip
    except psycopg.Error as error:
        raise Trouble(f"the database does not answer: {str(error).strip()}") from None
    if lack is None:
        return
    todo = f'type, as a superuser: psql -d {has.database} -c "{give}"' if give else f"connect as {has.owner}"
    raise Trouble(f"{has.user} {lack.what}: {todo} (or run {ROLES} on a fresh server and connect as caunoi_owner)")


def refused(error: psycopg.errors.InsufficientPrivilege) -> Trouble:
    """What to say where PostgreSQL refuses what was not looked for."""
    said = error.diag.message_primary or "a right is missing"
    return Trouble(f"the tables cannot be installed: {said}. Connect as the role that {ROLES} makes, caunoi_owner")


def _another_owns(has: _Has) -> _Lack | None:
    return _Lack(f"does not own the tables in the database {has.database}", "") if has.owner else None


def _creates(has: _Has) -> _Lack | None:
    if has.may_create:
        return None
    what = f"may not make tables in the database {has.database} (it lacks CREATE)"
    return _Lack(what, "GRANT CREATE ON DATABASE {database} TO {user}")


def _app_is_there(has: _Has) -> _Lack | None:
    if has.app_exists or has.may_create_roles:
        return None
    what = f"may not make the role {APP}, which is missing (it lacks CREATEROLE)"
    return _Lack(what, "CREATE ROLE {app} LOGIN; GRANT {app} TO {user}")


def _acts_as_app(has: _Has) -> _Lack | None:
    if not has.app_exists or has.may_be_app:
        return None
    return _Lack(f"may not act as {APP} (it is no member of that role)", "GRANT {app} TO {user}")


LOOKS: tuple[Callable[[_Has], _Lack | None], ...] = (_another_owns, _creates, _app_is_there, _acts_as_app)
