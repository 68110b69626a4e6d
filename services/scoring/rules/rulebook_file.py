"""A rule pack's file: TOML read with decimals, and what is wrong with it told by file, line and reason."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from pydantic import ValidationError

from services.scoring.rules.rulebook import Pack
from services.scoring.rules.rulebook_checks import Place, faults

HEADER = re.compile(r"\s*\[{1,2}\s*([\w.-]+)\s*\]{1,2}\s*(#.*)?$")
KEY = re.compile(r"\s*([\w.-]+)\s*=")
SYNTAX_AT = re.compile(r" \(at line (\d+), column \d+\)$")
"""How tomllib ends its sentences."""
NO_LINES: Mapping[Place, int] = {}


class Fault(NamedTuple):
    """One thing that is wrong: its line where that can be said, the path to the field, and the reason."""

    line: int | None
    place: Place
    why: str


class PackRefused(Exception):
    """The file is no pack that could be used; nothing of it is."""

    def __init__(self, file: str, wrong: Sequence[Fault]) -> None:
        super().__init__("\n".join(_sentence(file, fault) for fault in wrong))
        self.file = file
        self.faults = tuple(wrong)


def read(text: str, file: str) -> Pack:
    """The pack in a text; `file` is only its name, for the sentences.

    Raises:
        PackRefused: the text is no TOML, a field is missing, unknown or impossible, or the whole does not fit together.
    """
    try:
        said = tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        at = SYNTAX_AT.search(str(error))
        line = int(at[1]) if at else len(text.splitlines())
        raise PackRefused(file, [Fault(line, (), f"this is no TOML: {SYNTAX_AT.sub('', str(error))}")]) from None
    except (RecursionError, ValueError):
        # Lists in lists in lists, and numbers of thousands of digits.
        raise PackRefused(file, [Fault(None, (), "this is no TOML: too deep, or with a number too long")]) from None
    return checked(said, file, lines_of(text))


def checked(said: object, file: str, lines: Mapping[Place, int] = NO_LINES) -> Pack:
    """The pack in what a text says, whose fields stand in these lines; of JSON the lines say nothing.

    Raises:
        PackRefused: a field is missing, unknown or impossible, or the whole does not fit together.
    """
    try:
        pack = Pack.model_validate(said)
    except ValidationError as error:
        wrong = [(tuple(e["loc"]), e["msg"]) for e in error.errors(include_url=False, include_input=False)]
        raise PackRefused(file, [Fault(_line(lines, place), place, why) for place, why in wrong]) from None
    if found := [Fault(_line(lines, place), place, why) for place, why in faults(pack)]:
        raise PackRefused(file, found)
    return pack


def lines_of(text: str) -> dict[Place, int]:
    """The line (from 1) on which each table and key begins, by its path; a text that looks like a key is one."""
    lines: dict[Place, int] = {}
    table: Place = ()
    for number, line in enumerate(text.splitlines(), start=1):
        if header := HEADER.match(line):
            table = _table(lines, header[1].split("."), repeated=line.lstrip().startswith("[["))
            lines[table] = number
            if isinstance(table[-1], int):
                lines.setdefault(table[:-1], number)
        elif key := KEY.match(line):
            parts = key[1].split(".")
            for length in range(1, len(parts) + 1):
                lines.setdefault((*table, *parts[:length]), number)
    return lines


def line_of(text: str, place: Place) -> int | None:
    """The line of a field in a text, or of the nearest thing around it that has one."""
    return _line(lines_of(text), place)


def _table(lines: dict[Place, int], names: list[str], *, repeated: bool) -> Place:
    """The path of a table; of an array of tables, the last one is meant until a new one begins."""
    path: Place = ()
    for name in names[:-1]:
        path = _last(lines, (*path, name))
    path = (*path, names[-1])
    return (*path, _count(lines, path)) if repeated else path


def _count(lines: dict[Place, int], path: Place) -> int:
    return sum(place[:-1] == path and isinstance(place[-1], int) for place in lines if place)


def _last(lines: dict[Place, int], path: Place) -> Place:
    count = _count(lines, path)
    return (*path, count - 1) if count else path


def _line(lines: Mapping[Place, int], place: Place) -> int | None:
    """The line of the field, or of the nearest thing around it that has one."""
    return next((lines[place[:n]] for n in range(len(place), 0, -1) if place[:n] in lines), None)


def _sentence(file: str, fault: Fault) -> str:
    at = f"{file}:{fault.line}" if fault.line else file
    path = ".".join(map(str, fault.place))
    return f"{at}: {path}: {fault.why}" if path else f"{at}: {fault.why}"
