"""Whom and what a fact names: every id in it, however deep, found from the types of its fields."""

from collections.abc import Callable, Iterator
from functools import cache
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

from msgspec import Meta, Struct

from events.fact import Fact, Id
from events.papers import ID_OR_NAME, as_id

Finder = Callable[[Any], Iterator[Id]]


def mentions(fact: Fact) -> tuple[Id, ...]:
    """The ids that the fact names, each once, in the order of its fields; its own stream is not among them."""
    finder = _of_struct(type(fact))
    return tuple(dict.fromkeys(finder(fact))) if finder else ()


@cache
def _of_struct(struct: type[Struct]) -> Finder | None:
    """What finds the ids in a struct of that type; None where it can hold none."""
    hints = get_type_hints(struct, include_extras=True)
    finders = [(name, finder) for name in struct.__struct_fields__ if (finder := _of_hint(hints[name]))]
    if not finders:
        return None

    def find(value: Struct) -> Iterator[Id]:
        for name, finder in finders:
            yield from finder(getattr(value, name))

    return find


def _of_hint(hint: Any) -> Finder | None:
    if hint is Id:
        return lambda value: iter((value,))
    origin = get_origin(hint)
    if origin is Annotated:
        is_id_or_name = any(isinstance(meta, Meta) and (meta.extra or {}).get(ID_OR_NAME) for meta in hint.__metadata__)
        return _if_id if is_id_or_name else _of_hint(hint.__origin__)
    if origin in {Union, UnionType}:
        return _optional([part for part in get_args(hint) if part is not type(None)])
    if origin is tuple:
        return _each(get_args(hint)[0])
    return _of_struct(hint) if isinstance(hint, type) and issubclass(hint, Struct) else None


def _optional(parts: list[Any]) -> Finder | None:
    finders = [finder for part in parts if (finder := _of_hint(part))]
    if not finders:
        return None
    assert len(parts) == 1, "what may hold an id is of one type, or it is absent"
    finder = finders[0]
    return lambda value: finder(value) if value is not None else iter(())


def _each(item: Any) -> Finder | None:
    finder = _of_hint(item)
    return (lambda values: (found for value in values for found in finder(value))) if finder else None


def _if_id(value: str) -> Iterator[Id]:
    found = as_id(value)
    return iter(()) if found is None else iter((found,))
