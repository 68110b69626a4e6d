"""What a view is: rows that follow from one stream's records alone, in a table that keeps them by two clocks."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Any, Protocol, TypeVar

import msgspec
import psycopg

from events import wire
from events.correction import STRIKES
from events.fact import Record, stored_name

FOREVER = date.max
"""The end of what has no known end; `infinity` in the table."""
STANDS = 2**63 - 1
"""`known_to` of a row that nothing has replaced."""

OWN = ("stream", "no", "known_from", "known_to")
"""The columns that every view has, before its own."""
FORM = 1
"""Of all tables; one more when what the framework itself keeps in them changes."""

S = TypeVar("S", bound=msgspec.Struct)


class Subject(Protocol):
    """What a view remembers of one stream; new, it has seen nothing."""

    def see(self, record: Record) -> None:
        """Take in the stream's next record, one of those that the view reads."""

    def rows(self) -> Sequence[tuple[Any, ...]]:
        """The stream's rows as they are now, all of them, in an order that changes as little as possible."""


Each = Callable[[Record], Iterable[tuple[Any, ...]]]
"""The rows of one record, which no later record changes."""
Opens = Callable[[psycopg.Connection[Any], Sequence[Record]], Sequence[Record]]
"""What opens sealed records, see `projections.opening`."""


@dataclass(frozen=True, kw_only=True)
class View:
    """A table, what changes it, and what it is called; whoever asks it writes the questions beside it.

    `columns` are its own, name to type (and `NOT NULL`), in the order of the values in a row. `reads` are the names of
    the facts that it looks at. Either `subject` makes what sees one stream's records, or `each` gives the rows of each
    record, which stand for ever. `indexes` are what stands in the brackets of CREATE INDEX. A greater `version` says
    that the same columns mean something else, and that the view is to be made anew. A `personal` view
    shows what is sealed, and is told how that `opens` (see `catalogue.opened_by`); any other sees records as stored.
    """

    name: str
    columns: Mapping[str, str]
    reads: frozenset[str]
    subject: Callable[[], Subject] | None = None
    each: Each | None = None
    indexes: tuple[str, ...] = ()
    version: int = 1
    personal: bool = False
    opens: Opens | None = None
    about: str | None = None
    """Of a personal view whose streams are not persons: the column that says whom a row is about."""

    def __post_init__(self) -> None:
        """Whoever looks at facts of a kind of stream looks at their corrections, too."""
        kinds = {name.partition(".")[0] for name in self.reads}
        strikes = {stored_name(STRIKES[kind]) for kind in kinds & STRIKES.keys()}
        object.__setattr__(self, "reads", self.reads | strikes)

    @property
    def all_columns(self) -> tuple[str, ...]:
        """In the order in which rows are written."""
        return (*OWN, *self.columns)

    @property
    def shape(self) -> str:
        """Tells whether a table was made for this view as it is now.

        What it reads counts as well: a release that knows a fact finds it again where an older one passed it over.
        """
        said = (FORM, self.version, sorted(self.reads), self.table("views"), *self.keys("views"))
        return sha256(repr(said).encode()).hexdigest()[:16]

    def table(self, schema: str) -> str:
        """The statement that makes its table, without what is only needed once it is filled."""
        own = ", ".join(f"{name} {ddl}" for name, ddl in self.columns.items())
        return (
            f"CREATE TABLE IF NOT EXISTS {schema}.{self.name} (stream uuid NOT NULL, known_from bigint NOT NULL, "
            f"known_to bigint NOT NULL DEFAULT {STANDS}, no integer NOT NULL, {own}) WITH (fillfactor = 90)"
        )

    def keys(self, schema: str) -> list[str]:
        """The statements that make its key and indexes, once, in a table that has none."""
        return [f"ALTER TABLE {schema}.{self.name} ADD PRIMARY KEY (stream, no)"] + [
            f"CREATE INDEX ON {schema}.{self.name} {index}" for index in self.indexes
        ]


def reading(name: str, struct: type[S], known: wire.Wire = wire.WIRE) -> Callable[[bytes], S]:
    """Reads only the fields of a fact that a view needs, from the data of any stored form."""
    decode, today = msgspec.json.Decoder(struct).decode, known.today
    return lambda data: decode(today(name, data))


def install(conninfo: str) -> None:
    """Make every view's table that is missing, as the owner; safe to repeat, and from several processes at once.

    A table that was made for another shape stays and serves until it is rebuilt, see `projections.rebuild`; one of a
    view that an earlier release had, and this one has not, goes.

    Raises:
        psycopg.OperationalError: no server answers there.
    """
    from projections.catalogue import VIEWS
    from projections.former import forget
    from projections.positions import INSTALL, REGISTER

    with psycopg.connect(conninfo) as connection:
        connection.execute("SELECT pg_advisory_xact_lock(hashtext('caunoi.install'))")
        connection.execute(INSTALL)
        forget(connection)
        for view in VIEWS:
            added = connection.execute(REGISTER, {"view": view.name, "shape": view.shape}).fetchone()
            if added is not None and added[0]:
                for statement in (view.table("views"), *view.keys("views")):
                    connection.execute(statement.encode())
