"""What bodies of changes are made of: text that is text, days that can be, and the fields that every body may carry."""

import re
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Annotated, Any
from unicodedata import category, normalize

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidatorFunctionWrapHandler,
    WithJsonSchema,
    WrapValidator,
)
from pydantic_core import PydanticCustomError

from events.fact import Id
from events.papers import Decision
from services.web import written

UUID_TEXT = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
OLDEST = date(1850, 1, 1)
UNWRITTEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
"""Categories of signs that nobody writes: control and format characters, halves of pairs, private and unassigned."""
WIDTHLESS = re.compile(r"[\u200b\u2060\ufeff]+")
"""Signs that are not seen and say nothing: they come along when a text is copied from elsewhere."""
AHEAD = timedelta(days=366)
"""How far in the future a decision may take effect."""
TERM = timedelta(days=4 * 366)
"""How far in the future what has been decided may end."""
REMEMBERED = 10_000
"""Days that need not be checked again, for one that is possible today is possible ever after; and ids."""


def _text(value: str) -> str:
    """Composed (NFC), outer spaces and signs without width removed; no control and no format characters."""
    # Before it is composed: such a sign may stand between a letter and its mark.
    value = normalize("NFC", value if value.isprintable() else WIDTHLESS.sub("", value)).strip()
    if not value.isprintable() and any(category(sign) in UNWRITTEN and sign not in "\n\t" for sign in value):
        raise PydanticCustomError(
            "control_character", "a text has no control characters, and no others that are not seen"
        )
    if not value:
        raise PydanticCustomError("empty", "the text is empty")
    return value


def _line(value: str) -> str:
    if value.isascii() and value.isprintable() and (plain := " ".join(value.split())):
        return plain  # composed, and nothing in it that nobody writes: most numbers of papers are
    return " ".join(_text(value).split())


def _today() -> date:
    """The day in UTC; nothing here depends on it to within a day."""
    return datetime.now(UTC).date()


def _ident(value: Any) -> Any:
    return _canonical(value) if isinstance(value, str) else _no_id()


@lru_cache(REMEMBERED)
def _canonical(value: str) -> str:
    return value.lower() if UUID_TEXT.fullmatch(value) is not None else _no_id()


def _no_id() -> Any:
    raise PydanticCustomError("uuid", "an id is a UUID of 36 characters")


def _possible(value: date) -> date:
    if value < OLDEST:
        raise PydanticCustomError("too_early", "this day is before 1850")
    if value > _today() + AHEAD:
        raise PydanticCustomError("far_future", "this day is more than a year in the future")
    return value


def _ahead(value: date) -> date:
    if value > _today() + TERM:
        raise PydanticCustomError("far_future", "this day is more than four years in the future")
    return value if value > _today() else _possible(value)


def _past(value: date) -> date:
    if value > _today() + timedelta(days=1):
        raise PydanticCustomError("future", "this day is in the future")
    return _possible(value)


def _remembered() -> WrapValidator:
    """The day of a text that was found good before; any other goes the whole way."""
    known: dict[str, date] = {}

    def check(value: Any, whole: ValidatorFunctionWrapHandler) -> date:
        found = known.get(value) if type(value) is str else None
        if found is None:
            found = whole(value)
            if len(known) >= REMEMBERED:
                known.clear()
            known[value] = found
        return found

    return WrapValidator(check)


def _possible_instant(value: datetime) -> datetime:
    _possible(value.date())
    return value


def _past_instant(value: datetime) -> datetime:
    _past(value.date())
    return value


def _number(value: Any) -> Any:
    if isinstance(value, str | bool):
        raise PydanticCustomError("number", "this is a number")
    return value


NUMBER = BeforeValidator(_number, json_schema_input_type=float)
"""Before a `Decimal`: a number of JSON, and no text that looks like one."""
Line = Annotated[str, Field(min_length=1, max_length=300), AfterValidator(_line)]
"""One line: a name, a title, a number of a paper."""
Text = Annotated[str, Field(min_length=1, max_length=4000), AfterValidator(_text)]
"""Some lines of prose."""
Code = Annotated[str, Field(min_length=1, max_length=100), AfterValidator(_line)]
Day = Annotated[written.Day, AfterValidator(_possible), _remembered()]
LastDay = Annotated[written.Day, AfterValidator(_ahead)]
"""The last day of something that may last for years; the rule of the change says how many."""
PastDay = Annotated[written.Day, AfterValidator(_past), _remembered()]
Instant = Annotated[written.Instant, AfterValidator(_possible_instant)]
PastInstant = Annotated[written.Instant, AfterValidator(_past_instant)]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Ident = Annotated[Id, BeforeValidator(_ident), WithJsonSchema({"type": "string", "format": "uuid"})]
"""An id as the facts carry it: the UUID's canonical text."""
Count = Annotated[int, Field(ge=0, le=100_000)]


class Form(BaseModel):
    """Fields that are not known are refused, for a misspelt one would be lost without a word; so are wrong types.

    Strict, because `false` would be taken for 0 votes and `"1"` for a number. For JSON, where a list is a tuple.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class PaperForm(Form):
    """The decision behind a fact; `by` is an organisation's id, or its name where it is not here."""

    number: Line
    on: PastDay
    by: Line

    def paper(self) -> Decision:
        """The same as the facts carry it."""
        return Decision(number=self.number, on=self.on, by=self.by)


class Body(Form):
    """What every body may carry (docs/reference/http.md)."""

    effective_on: Day | None = None
    reason: Text | None = None
    backfill: bool = False
    decision: PaperForm | None = None
    id: Ident | None = None
    code: Code | None = None

    def natural_day(self, now: datetime) -> date | None:  # noqa: ARG002  # bodies that tell of an instant need its zone
        """The day that the body itself tells of, where it tells of one; None: today."""
        return None
