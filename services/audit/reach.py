"""How much of the log a reader may see: all of it, or what concerns something in the reach of his organisation."""

from events.fact import Id, Record
from projections.asked import AsOf
from projections.reach import VIEWS, below, concerning, is_root, within
from services.access import Caller, Role
from services.web.asking import wait
from services.web.context import Context
from services.web.problem import forbidden

READERS = (Role.OPERATOR, Role.INSPECTOR)


def must_read(asking: Caller) -> None:
    """Whether this caller may read anything of the log at all.

    Raises:
        Problem: 403.
    """
    if asking.role not in READERS:
        raise forbidden("the log and the views are for inspectors and operators")


def must_read_about(here: Context, asking: Caller, about: Id | None, at_least: int | None) -> None:
    """Whether he may read all that concerns `about`, or with None the whole log.

    Raises:
        Problem: 403.
        Behind: the views have not read `at_least` in time.
    """
    must_read(asking)
    if asking.organisation is None:
        return
    as_of = AsOf(here.today())
    with here.pool.connection() as connection:
        if is_root(connection, asking.organisation, as_of):
            return
    if about is None:
        raise forbidden("your token reads the log by `about`, which names something in its organisation's reach")
    wait(here, VIEWS, at_least)
    with here.pool.connection() as connection:
        if not within(connection, below(connection, asking.organisation, as_of), [about]):
            raise forbidden("what `about` names is not in the reach of your token's organisation")


def must_read_record(here: Context, asking: Caller, record: Record) -> None:
    """Whether he may read this record: it concerns something in his reach, or he reads the whole log.

    Raises:
        Problem: 403.
        Behind: the views have not read the record in time.
    """
    must_read(asking)
    if asking.organisation is None:
        return
    as_of = AsOf(here.today())
    with here.pool.connection() as connection:
        if is_root(connection, asking.organisation, as_of):
            return
    wait(here, VIEWS, record.position)
    with here.pool.connection() as connection:
        scope = below(connection, asking.organisation, as_of)
        if not concerning(connection, scope, [(record.stream, record.position)]):
            raise forbidden("this record concerns nothing in the reach of your token's organisation")
