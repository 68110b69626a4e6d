"""Any fact of any class, from the types of its fields: for what must hold of all facts."""

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from enum import Enum
from types import NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

from hypothesis import strategies as st
from msgspec import Struct

from events.fact import Fact, Id
from events.wire import FACTS

WORDS = st.sampled_from(["Nguyễn Thị Lan", "Hòa", "Hoà", "đảng viên", 'dấu " và \\', "", "\u00a0", "𠀋", "\u0000"])
TEXT = st.one_of(WORDS, st.text(max_size=12))
IDS = st.uuids().map(str)
INSTANTS = st.datetimes(
    datetime(1900, 1, 1),  # noqa: DTZ001  the strategy adds the zone
    datetime(2100, 1, 1),  # noqa: DTZ001
    timezones=st.sampled_from([UTC, timezone(timedelta(hours=7)), timezone(timedelta(hours=-3, minutes=-30))]),
)
PLAIN: dict[Any, st.SearchStrategy[Any]] = {
    Id: IDS,
    str: TEXT,
    int: st.integers(-(2**40), 2**40),
    bool: st.booleans(),
    date: st.dates(date(1900, 1, 1), date(2100, 1, 1)),
    datetime: INSTANTS,
    Decimal: st.decimals(min_value=-1000, max_value=1000, places=2),
    NoneType: st.none(),
}


def any_of(hint: Any) -> st.SearchStrategy[Any]:
    """Values of a field of that type."""
    if hint in PLAIN:
        return PLAIN[hint]
    origin, parts = get_origin(hint), get_args(hint)
    if origin in {Annotated, Union, UnionType}:
        return st.one_of([any_of(part) for part in parts if origin is not Annotated or part is parts[0]])
    if origin is tuple:
        return st.lists(any_of(parts[0]), max_size=3).map(tuple)
    if origin is dict:
        return st.dictionaries(any_of(parts[0]), any_of(parts[1]), max_size=3)
    if issubclass(hint, Enum):
        return st.sampled_from(hint)
    assert issubclass(hint, Struct), f"facts have no fields of the type {hint}"
    return any_struct(hint)


def any_struct(struct: type[Struct]) -> st.SearchStrategy[Any]:
    """Values of a struct, every field drawn."""
    hints = get_type_hints(struct, include_extras=True)
    return st.builds(struct, **{name: any_of(hints[name]) for name in struct.__struct_fields__})


def any_fact() -> st.SearchStrategy[Fact]:
    """Facts of every class that can be stored."""
    return st.one_of([any_struct(fact) for fact in FACTS.values()])
