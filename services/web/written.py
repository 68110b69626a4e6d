"""How a day and an instant are written, in bodies and in questions: a number would be taken for seconds since 1970."""

import re
from datetime import date
from typing import Annotated, Any

from pydantic import AwareDatetime, BeforeValidator, Field
from pydantic_core import PydanticCustomError

DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
INSTANT = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d.*", re.ASCII)


def day(value: Any) -> Any:
    """The text of a day, as it came."""
    if not isinstance(value, str) or DAY.fullmatch(value) is None:
        raise PydanticCustomError("day", "a day is written YYYY-MM-DD")
    return value


def instant(value: Any) -> Any:
    """The text of an instant, as it came."""
    if not isinstance(value, str) or INSTANT.fullmatch(value) is None:
        raise PydanticCustomError("instant", "an instant is written YYYY-MM-DDTHH:MM:SS with its offset from UTC")
    return value


Day = Annotated[date, Field(strict=False), BeforeValidator(day)]
Instant = Annotated[AwareDatetime, Field(strict=False), BeforeValidator(instant)]
