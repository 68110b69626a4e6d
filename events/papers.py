"""The papers that facts refer to: a decision by its number, day and issuer."""

from datetime import date
from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct

from events.fact import PERSONAL, Id

ID_OR_NAME = "id_or_name"
IdOrName = Annotated[str, Meta(extra={ID_OR_NAME: True})]
"""The id of somebody who is here, or the name of somebody who is not."""

PersonalDate = Annotated[date, Meta(extra={PERSONAL: True})]
"""A date about a person, to be kept as a text about a person is."""


class Decision(Struct, frozen=True):
    """The paper behind a fact. Numbers repeat: a decision is known by its number, its day and its issuer together."""

    number: str
    on: date
    by: IdOrName


def as_id(said: str) -> Id | None:
    """The id that an `IdOrName` is; None where it is a name."""
    try:
        return Id(said) if str(UUID(said)) == said else None
    except ValueError:
        return None
