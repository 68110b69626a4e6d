"""Regulations as dated data: which tasks a residence remark may speak of on a day."""

import tomllib
from datetime import date
from functools import cache
from importlib.resources import files

from pydantic import BaseModel, ConfigDict, Field


class Regulation(BaseModel):
    """A regulation by its paper; numbers repeat, so issuer, number and day together say which. `tasks`: id to words."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    version: int = Field(ge=1)
    issuer: str
    number: str
    on: date
    valid_from: date
    tasks: dict[str, str] = Field(min_length=1)


@cache
def shipped() -> tuple[Regulation, ...]:
    """Every version that comes with the program, the oldest first."""
    sources = [file for file in files(__name__).iterdir() if file.name.endswith(".toml")]
    found = [Regulation.model_validate(tomllib.loads(file.read_text("utf-8"))) for file in sources]
    return tuple(sorted(found, key=lambda one: one.valid_from))


def tasks_on(day: date) -> dict[str, str]:
    """The tasks of the version that holds on a day; before there was any, those of the first."""
    held = [one for one in shipped() if one.valid_from <= day]
    return (held or list(shipped()))[-1].tasks
