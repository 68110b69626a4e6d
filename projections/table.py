"""A view's rows on their way into its table: packed for binary COPY, and ended by one statement a batch."""

from collections.abc import Sequence
from itertools import chain, repeat
from struct import Struct, pack
from typing import Any

import psycopg
from psycopg import pq

from events import packed
from events.fact import Id
from projections.columns import PACKS
from projections.fold import Changes, Row
from projections.view import View

HEADER = b"PGCOPY\n\xff\r\n\0" + pack(">ii", 0, 0)
TRAILER = pack(">h", -1)
pack_own = Struct(">hi16siiiqiq").pack
"""How many fields; then stream, no, known_from and known_to, each after its length."""
CLEAR = "DELETE FROM {table} WHERE stream = %s::uuid"
END = """
UPDATE {table} t SET known_to = ended.known_to FROM unnest($1::uuid[], $2::int[], $3::bigint[])
    AS ended (stream, no, known_to) WHERE t.stream = ended.stream AND t.no = ended.no
"""

Unfit = (psycopg.DataError, psycopg.IntegrityError)
"""What is raised for a row that its table does not take."""


class Table:
    """Where a view's rows lie: its own table, or the one that is being filled beside it."""

    def __init__(self, view: View, schema: str = "views") -> None:
        self.view = view
        self.name = f"{schema}.{view.name}"
        self.copy = f"COPY {self.name} ({', '.join(view.all_columns)}) FROM STDIN (FORMAT BINARY)".encode()
        self._packs = [PACKS[ddl.split()[0]] for ddl in view.columns.values()]
        self._end = END.format(table=self.name).encode()

    def write(self, connection: psycopg.Connection[Any], changes: Changes) -> None:
        """Write what is new and end what ended, in the transaction that is open.

        Raises:
            Unfit: a row is not what the table takes.
        """
        if changes.fresh:
            with connection.cursor() as cursor, cursor.copy(self.copy) as copy:
                copy.write(HEADER + self.pack(changes.fresh) + TRAILER)
        if changes.ended:
            self._write_ends(connection, changes.ended)

    def clear(self, connection: psycopg.Connection[Any], stream: Id) -> None:
        """Take out one stream's rows, all that ever were, before they are written anew."""
        connection.execute(CLEAR.format(table=self.name).encode(), [stream])

    def pack(self, rows: Sequence[Row]) -> bytes:
        """Rows as COPY takes them between `HEADER` and `TRAILER`.

        Raises:
            psycopg.DataError: a row is not of the view's columns.
        """
        if not rows:
            return b""
        own = len(self._packs)
        try:
            # Column by column: what packs a value is then called from C, and no row costs a turn of a loop.
            keys, nos, froms, tos = zip(*[(row.key, row.no, row.known_from, row.known_to) for row in rows], strict=True)
            owns = map(pack_own, repeat(4 + own), repeat(16), keys, repeat(4), nos, repeat(8), froms, repeat(8), tos)
            columns = zip(*[row.values for row in rows], strict=True)
            values = [map(pack_value, column) for pack_value, column in zip(self._packs, columns, strict=True)]
            return b"".join(chain.from_iterable(zip(owns, *values, strict=True)))
        except Exception as error:
            raise psycopg.DataError(f"a row does not fit {self.name}") from error

    def _write_ends(self, connection: psycopg.Connection[Any], ended: list[Row]) -> None:
        params = [
            packed.uuids([row.key for row in ended]),
            packed.int4s([row.no for row in ended]),
            packed.int8s([row.known_to for row in ended]),
        ]
        result = connection.pgconn.exec_params(self._end, params, None, [1, 1, 1], 1)
        if result.status != pq.ExecStatus.COMMAND_OK:
            if connection.pgconn.status != pq.ConnStatus.OK:
                raise psycopg.OperationalError("the connection was lost")
            raise psycopg.errors.error_from_result(result)
