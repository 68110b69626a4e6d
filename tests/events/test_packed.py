"""Arrays packed by hand are read, by psycopg and by PostgreSQL itself, as the values that went in."""

import struct
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any
from uuid import UUID

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg import pq
from psycopg.adapt import Transformer

from events import packed
from tests.database import Database

TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0"))
BYTES = st.binary(max_size=300)
INT8, INT4, INT2 = (st.integers(-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) for bits in (64, 32, 16))

Kind = tuple[Callable[[Any], bytes], int, st.SearchStrategy[Any]]
KINDS: dict[str, Kind] = {
    "int8": (packed.int8s, packed.INT8, INT8),
    "int8 with NULL": (packed.int8s, packed.INT8, st.none() | INT8),
    "int4": (packed.int4s, packed.INT4, INT4),
    "int2": (packed.int2s, packed.INT2, INT2),
    "bool": (packed.bools, packed.BOOL, st.booleans()),
    "text": (packed.texts, packed.TEXT, TEXTS),
    "bytea": (packed.byteas, packed.BYTEA, BYTES),
    "uuid": (lambda values: packed.uuids([v.bytes for v in values]), packed.UUID, st.uuids()),
    "date": (lambda values: packed.dates([v.toordinal() for v in values]), packed.DATE, st.dates()),
}


def lists(values: st.SearchStrategy[Any]) -> st.SearchStrategy[list[Any]]:
    return st.lists(values, max_size=50)


@pytest.mark.parametrize("kind", KINDS)
@given(data=st.data())
def test_psycopg_loads_what_was_packed(kind: str, data: st.DataObject) -> None:
    pack, oid, values = KINDS[kind]
    given_values = data.draw(lists(values))
    loader = Transformer().get_loader(packed.ARRAY_OF[oid], pq.Format.BINARY)
    assert loader.load(pack(given_values)) == given_values


SAID = (
    b"SELECT to_json($1::int8[]), to_json($2::int4[]), to_json($3::int2[]), to_json($4::bool[]), to_json($5::text[]),"
)
SAID += b" ARRAY(SELECT encode(b, 'hex') FROM unnest($6::bytea[]) b), $7::uuid[]::text[], $8::date[]::text[]"


def test_postgresql_reads_what_was_packed(database: Database) -> None:
    with psycopg.connect(database.app) as connection:
        pgconn = connection.pgconn

        @settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
        @given(
            lists(st.none() | INT8), lists(INT4), lists(INT2), lists(st.booleans()), lists(TEXTS), lists(BYTES),
            lists(st.uuids()), lists(st.dates()),
        )  # fmt: skip
        def they_are_the_same(
            int8s: list[int], int4s: list[int], int2s: list[int], bools: list[bool], texts: list[str],
            byteas: list[bytes], uuids: list[UUID], dates: list[date],
        ) -> None:  # fmt: skip
            params = [
                packed.int8s(int8s), packed.int4s(int4s), packed.int2s(int2s), packed.bools(bools), packed.texts(texts),
                packed.byteas(byteas), packed.uuids([u.bytes for u in uuids]),
                packed.dates([d.toordinal() for d in dates]),
            ]  # fmt: skip
            result = pgconn.exec_params(SAID, params, param_formats=[1] * 8)
            assert result.status == pq.ExecStatus.TUPLES_OK, result.error_message
            found = [_load(connection, result, column) for column in range(8)]
            assert found == [
                int8s, int4s, int2s, bools, texts, [b.hex() for b in byteas], [str(u) for u in uuids],
                [d.isoformat() for d in dates],
            ]  # fmt: skip

        they_are_the_same()


def _load(connection: psycopg.Connection[Any], result: pq.abc.PGresult, column: int) -> Any:
    loader = connection.adapters.get_loader(result.ftype(column), pq.Format.TEXT)
    assert loader is not None
    value = result.get_value(0, column)
    assert value is not None
    return loader(result.ftype(column), connection).load(value)


@pytest.mark.parametrize(
    ("pack", "values"),
    [(packed.int8s, [2**63]), (packed.int4s, [2**31]), (packed.int2s, [2**15]), (packed.texts, ["\ud800"])],
)
def test_what_does_not_fit_is_refused_and_not_cut_off(pack: Callable[[Sequence[Any]], bytes], values: Any) -> None:
    with pytest.raises((struct.error, OverflowError, UnicodeEncodeError)):
        pack(values)
