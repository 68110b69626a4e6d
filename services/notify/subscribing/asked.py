"""Subscriptions and silences as they are shown, and what a preview asks."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Annotated, Any
from uuid import UUID

import msgspec
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from events import wire
from events.fact import Record
from events.subscription import About, Crossing, Side, SubscriptionMade, Way
from projections.subscribers import Silenced, Subscribed
from services.web.context import Context

MOST_FACTS = 50


class Asked(BaseModel):
    """A field that is not known would be passed over as if it had not been there, so it is refused."""

    model_config = ConfigDict(extra="forbid")


class ListQuestion(Asked):
    """Whose, which may be left out where the token is of an organisation; `after` is what `next` said."""

    organisation: UUID | None = None
    limit: Annotated[int, Field(ge=1, le=500)] = 50
    after: Annotated[int, Field(ge=0, lt=2**62)] = 0


class PreviewAbout(Asked):
    """As in a subscription; about an indicator there is no preview, for no record is about it."""

    organisation: UUID | None = None
    member: UUID | None = None
    residents_of: UUID | None = None

    @model_validator(mode="after")
    def _one_thing(self) -> "PreviewAbout":
        if sum(one is not None for one in (self.organisation, self.member, self.residents_of)) > 1:
            raise PydanticCustomError("one_of", "it is about one thing: preview each")
        return self

    def about(self) -> About:
        """The same as facts carry it."""
        said = {name: str(value) for name, value in self if value is not None}
        return About(**said)  # type: ignore[arg-type]  # ids are texts in their canonical form


class PreviewBody(BaseModel):
    """A subscription as it would be posted, and from when (`since`) until when, days or instants, it was there.

    Of its channels and hours nothing is asked: what is told does not depend on them.
    """

    model_config = ConfigDict(extra="ignore")

    organisation: UUID | None = None
    facts: Annotated[tuple[Annotated[str, Field(max_length=100)], ...], Field(min_length=1, max_length=MOST_FACTS)]
    about: PreviewAbout = PreviewAbout()
    since: date | AwareDatetime
    until: date | AwareDatetime

    def instants(self, zone: tzinfo) -> tuple[datetime, datetime]:
        """From the one, and before the other: a day is meant whole."""
        until = self.until if isinstance(self.until, datetime) else _midnight(self.until + timedelta(days=1), zone)
        return self.since if isinstance(self.since, datetime) else _midnight(self.since, zone), until


class Example(BaseModel):
    """A record of which it would have told; `subject` is whom that is about."""

    position: int
    fact: str
    subject: UUID
    effective_on: date
    recorded_at: datetime


class Preview(BaseModel):
    """How many notices it would have been (`at_least`: counting stopped there), and the last ones of them."""

    count: int
    at_least: bool = False
    examples: list[Example]


class SubscriptionLine(BaseModel):
    """A subscription as it was asked for, and whether it tells: `active`, `paused` or `ended`."""

    id: UUID
    organisation: UUID
    facts: list[str]
    about: dict[str, Any]
    channels: list[dict[str, Any]]
    digest: str
    quiet: dict[str, str] | None
    timezone: str
    group_minutes: int
    state: str
    made_at: datetime
    by: str


class SubscriptionPage(BaseModel):
    """In the order in which they were made; `next` is the cursor of the next page, none on the last."""

    items: list[SubscriptionLine]
    next: int | None


class SilenceLine(BaseModel):
    """A silence, who wants it and why; `active`, `over` or `ended`."""

    id: UUID
    organisation: UUID
    about: dict[str, Any]
    facts: list[str]
    until: datetime
    state: str
    begun_at: datetime
    by: str
    reason: str


class SilencePage(BaseModel):
    """In the order in which they were begun; `next` is the cursor of the next page, none on the last."""

    items: list[SilenceLine]
    next: int | None


def _midnight(day: date, zone: tzinfo) -> datetime:
    return datetime.combine(day, time(), zone)


def subscription_lines(here: Context, kept: Sequence[Subscribed]) -> list[SubscriptionLine]:
    """With the addresses of people, for those who may see them."""
    opened = _opened(here, [one.made_in for one in kept])
    return [_subscription(one, record) for one, record in zip(kept, opened, strict=True)]


def silence_lines(here: Context, kept: Sequence[Silenced]) -> list[SilenceLine]:
    """With their reasons."""
    opened = _opened(here, [one.made_in for one in kept])
    now = here.now()
    return [_silence(one, record, now) for one, record in zip(kept, opened, strict=True)]


def _subscription(one: Subscribed, record: Record) -> SubscriptionLine:
    made = wire.decode(record.name, record.data)
    assert isinstance(made, SubscriptionMade), "stored under its name"
    state = "ended" if one.ended_in is not None else "paused" if one.paused else "active"
    return SubscriptionLine(
        id=UUID(one.id), organisation=UUID(made.organisation), facts=list(made.facts), about=_about(made.about),
        channels=_channels(made), digest=made.digest,
        quiet=None if made.quiet is None else {"from": made.quiet.since, "to": made.quiet.until},
        timezone=made.timezone, group_minutes=made.group_minutes, state=state, made_at=one.made_at, by=one.by,
    )  # fmt: skip


def _silence(one: Silenced, record: Record, now: datetime) -> SilenceLine:
    begun = one.begun
    state = "ended" if one.ended_in is not None else "over" if one.until <= now else "active"
    return SilenceLine(
        id=UUID(one.id), organisation=UUID(one.organisation), about=_about(begun.about), facts=list(begun.facts),
        until=one.until, state=state, begun_at=one.made_at, by=one.by, reason=record.reason,
    )  # fmt: skip


def _channels(made: SubscriptionMade) -> list[dict[str, Any]]:
    addresses: list[str] = msgspec.json.decode(made.addresses) if made.addresses else []
    found: list[dict[str, Any]] = []
    for channel in made.channels:
        if channel.way is Way.INBOX:
            found.append({"inbox": True})
        elif channel.way is Way.WEBHOOK:
            found.append({"webhook": channel.endpoint})
        else:
            at = channel.address or 0
            found.append({channel.way.value: addresses[at] if at < len(addresses) else None})
    return found


def _about(about: About) -> dict[str, Any]:
    said: dict[str, Any] = {
        name: value
        for name in ("organisation", "member", "residents_of")
        if (value := getattr(about, name)) is not None
    }
    return said if about.indicator is None else {**said, "indicator": _crossing(about.indicator)}


def _crossing(crossing: Crossing) -> dict[str, Any]:
    side = "below" if crossing.side is Side.BELOW else "above"
    return {"id": crossing.indicator, side: float(crossing.value)}


def _opened(here: Context, positions: Sequence[int]) -> list[Record]:
    """The first records, with what was sealed in them."""
    found = {record.position: record for record in here.opened(here.ledger.at(positions))} if positions else {}
    return [found[position] for position in positions]
