"""The bodies of subscriptions and silences: which facts, about whom, by which channels, and when."""

import re
from datetime import time
from decimal import Decimal
from typing import Annotated
from unicodedata import category

from pydantic import AfterValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from events.subscription import Digest
from services.ingest.bodies import NUMBER, Body, Form, Ident, Instant, Text

EMAIL = re.compile(r"[^@\s,;<>\"]{1,64}@[^@\s,;<>\"]+\.[^@\s,;<>\".]+")
CLOCK = r"^([01][0-9]|2[0-3]):[0-5][0-9]$"


def _plain(value: str) -> str:
    if any(category(sign).startswith("C") for sign in value):
        raise PydanticCustomError("control_character", "an address has no control characters")
    return value


def _email(value: str) -> str:
    if EMAIL.fullmatch(value) is None:
        raise PydanticCustomError("email", "this is no e-mail address")
    return _plain(value)


Pattern = Annotated[str, Field(max_length=100, pattern=r"^[a-z_*]+(\.[a-z0-9_*-]+)?$")]
"""A fact's name, with `*` for any letters."""
Patterns = Annotated[tuple[Pattern, ...], Field(min_length=1, max_length=50)]
Clock = Annotated[str, Field(pattern=CLOCK)]
Email = Annotated[str, Field(max_length=254), AfterValidator(_email)]
Number = Annotated[str, Field(pattern=r"^\+[1-9][0-9]{6,14}$")]
Browser = Annotated[str, Field(min_length=2, max_length=2000), AfterValidator(_plain)]
Zone = Annotated[str, Field(min_length=1, max_length=64)]


Value = Annotated[Decimal, Field(strict=False, ge=-1_000_000, le=1_000_000, max_digits=12), NUMBER]


class IndicatorForm(Form):
    """An indicator by its id, and the line below or above which it shall not stand."""

    id: Annotated[str, Field(min_length=1, max_length=60)]
    below: Value | None = None
    above: Value | None = None

    @model_validator(mode="after")
    def _one_side(self) -> "IndicatorForm":
        if (self.below is None) == (self.above is None):
            raise PydanticCustomError("one_of", "say either below or above which value")
        return self


class AboutForm(Form):
    """An organisation and all below it, or a member, or a committee's residents, or an indicator of an organisation."""

    organisation: Ident | None = None
    member: Ident | None = None
    residents_of: Ident | None = None
    indicator: IndicatorForm | None = None

    @model_validator(mode="after")
    def _one_thing(self) -> "AboutForm":
        said = [one for one in (self.organisation, self.member, self.residents_of) if one is not None]
        if len(said) > 1 or (self.indicator is not None and (self.member or self.residents_of)):
            raise PydanticCustomError("one_of", "it is about one thing: make a subscription for each")
        return self


class ChannelForm(Form):
    """One way of being told: `inbox`, a `webhook` by the id of an endpoint, `email`, `text` or `push` by an address."""

    inbox: bool | None = None
    webhook: Ident | None = None
    email: Email | None = None
    text: Number | None = None
    push: Browser | None = None

    @model_validator(mode="after")
    def _one_way(self) -> "ChannelForm":
        if self.inbox is False or len(self.model_fields_set - self._unsaid()) != 1:
            raise PydanticCustomError("one_of", "a channel is one of inbox (true), webhook, email, text, push")
        return self

    def _unsaid(self) -> set[str]:
        return {name for name in self.model_fields_set if getattr(self, name) is None}


class QuietForm(Form):
    """Hours of the day in which nothing is sent; over midnight where `to` is the earlier."""

    since: Annotated[Clock, Field(alias="from")]
    until: Annotated[Clock, Field(alias="to")]
    timezone: Zone | None = None

    @model_validator(mode="after")
    def _some_hours(self) -> "QuietForm":
        if time.fromisoformat(self.since) == time.fromisoformat(self.until):
            raise PydanticCustomError("empty", "the quiet hours end where they begin: pause the subscription instead")
        return self


class SubscriptionBody(Body):
    """Facts by their names, `*` for any letters; about the organisation and all below it, unless it says otherwise.

    `timezone` is that of the digest, and of quiet hours that name none; without it that of the system.
    """

    organisation: Ident | None = None
    facts: Patterns | None = None
    about: AboutForm | None = None
    channels: Annotated[tuple[ChannelForm, ...], Field(min_length=1, max_length=20)]
    digest: Digest = Field(Digest.NONE, strict=False)
    quiet: QuietForm | None = None
    timezone: Zone | None = None
    group_minutes: Annotated[int, Field(ge=0, le=1440)] = 0

    @model_validator(mode="after")
    def _says_which_facts(self) -> "SubscriptionBody":
        watches = self.about is not None and self.about.indicator is not None
        if self.facts is None and not watches:
            raise PydanticCustomError("missing", "say which facts, such as member.*, or an indicator")
        return self


class PauseBody(Body):
    """It tells nothing until it is resumed."""


class ResumptionBody(Body):
    """It tells again, of what happens from now on."""


class SubscriptionEndingBody(Body):
    """It tells nothing any more."""


class SilenceBody(Body):
    """What the organisation is told about something is not sent until an instant; it stands in the inbox."""

    organisation: Ident | None = None
    about: AboutForm
    facts: Patterns | None = None
    until: Instant
    reason: Text


class SilenceEndingBody(Body):
    """What is told from now on is sent."""
