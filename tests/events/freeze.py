"""Freezes a sample of each stored form that has none: `python -m tests.events.freeze`. It never touches an old one.

Of each form there are two: `full`, every field given, and `least`, only those without a default. A frozen sample is its
name, its bytes as stored, and what they mean, so that neither a renamed field nor a changed default goes unseen.
"""

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

import msgspec
from msgspec import NODEFAULT, Struct

from events.fact import Fact, Id
from events.wire import FACTS, WIRE, UnknownFact, Wire, encode
from tests.examples import an_id

PLACE = Path(__file__).parent / "frozen"
PLAIN: dict[Any, Any] = {
    Id: an_id("frozen"),
    str: "Nguyễn Thị Hòa",
    int: 7,
    bool: True,
    date: date(2026, 3, 2),
    datetime: datetime(2026, 3, 2, 12, 30, tzinfo=UTC),
    Decimal: Decimal("92.5"),
}


def place_of(name: str, which: str, form: int | None = None) -> Path:
    """Where the sample of a form of a fact lies; of today's, where none is said."""
    return PLACE / f"{name}.{form or WIRE.form(name)}.{which}.json"


def full(struct: type[Struct]) -> Any:
    """One with every field given, and none as its default, which is not stored."""
    hints = get_type_hints(struct, include_extras=True)
    defaults = {field.name: field.default for field in msgspec.structs.fields(struct)}
    return struct(**{name: _value(hints[name], but=defaults[name]) for name in struct.__struct_fields__})


def least(struct: type[Struct]) -> Any:
    """One with no field that has a default."""
    hints = get_type_hints(struct, include_extras=True)
    needed = [f for f in msgspec.structs.fields(struct) if f.default is NODEFAULT and f.default_factory is NODEFAULT]
    return struct(**{field.name: _value(hints[field.name]) for field in needed})


def meaning(value: Any) -> Any:
    """All that a value says, defaults included, as plain data."""
    if isinstance(value, Struct):
        return {field: meaning(getattr(value, field)) for field in value.__struct_fields__}
    if isinstance(value, tuple):
        return [meaning(one) for one in value]
    return msgspec.to_builtins(value)


def trouble(known: Wire) -> list[str]:
    """What of all that was ever stored these facts do not read as it was meant, or have not frozen, in a line each."""
    found = [f"{place.name}: {why}" for place in sorted(PLACE.glob("*.json")) if (why := _misread(place, known))]
    wanted = [(name, form) for name in known.facts for form in range(1, known.form(name) + 1)]
    places = [place_of(name, which, form) for name, form in wanted for which in ("full", "least")]
    return found + [f"{place.name}: is not frozen" for place in places if not place.exists()]


def _misread(place: Path, known: Wire) -> str:
    sample = json.loads(place.read_text(encoding="utf-8"))
    name, data = sample["name"], sample["data"].encode()
    try:
        fact = known.decode(name, data)
    except (UnknownFact, msgspec.DecodeError) as error:
        return f"cannot be read ({error})"
    means = meaning(fact)
    if other := [field for field, meant in sample["means"].items() if not _says(means.get(field), meant)]:
        return f"means something else in {', '.join(other)}"
    of_today = place.name.startswith(f"{name}.{known.form(name)}.")
    return "is stored otherwise" if of_today and known.encode(fact) != data else ""


def _says(means: Any, meant: Any) -> bool:
    """Whether all that was meant is; there may be more, in fields of later."""
    if isinstance(meant, dict) and isinstance(means, dict):
        return all(_says(means.get(field), value) for field, value in meant.items())
    if isinstance(meant, list) and isinstance(means, list):
        return len(means) == len(meant) and all(map(_says, means, meant))
    return bool(means == meant)


def _value(hint: Any, but: Any = NODEFAULT) -> Any:
    if hint in PLAIN:
        return PLAIN[hint]
    origin, parts = get_origin(hint), [part for part in get_args(hint) if part is not NoneType]
    if origin in {Annotated, Union, UnionType}:
        return _value(parts[0], but)
    if origin is tuple:
        return (_value(parts[0]),)
    if origin is dict:
        return {_value(parts[0]): _value(parts[1])}
    return next(one for one in hint if one != but) if issubclass(hint, Enum) else full(hint)


def freeze(name: str, which: str, fact: Fact) -> None:
    """Writes the sample, unless there is one."""
    sample = {"name": name, "data": encode(fact).decode(), "means": meaning(fact)}
    place = place_of(name, which)
    if not place.exists():
        place.write_text(json.dumps(sample, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    for stored, fact_class in FACTS.items():
        freeze(stored, "full", full(fact_class))
        freeze(stored, "least", least(fact_class))
