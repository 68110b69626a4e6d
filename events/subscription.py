"""A subscription: what an organisation wants to be told beside what the policy tells it, where, and how often."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import ClassVar

from msgspec import Struct

from events.fact import Fact, Id, Personal, Refused


class Way(StrEnum):
    """By which a subscriber is told; `inbox` alone has neither an endpoint nor an address."""

    INBOX = "inbox"
    WEBHOOK = "webhook"
    EMAIL = "email"
    TEXT = "text"
    PUSH = "push"


class Digest(StrEnum):
    """One message for each fact or, at seven o'clock, one for all of the day, or of the week."""

    NONE = "none"
    DAILY = "daily"
    WEEKLY = "weekly"


class Side(StrEnum):
    """On which side of a line an indicator shall not be."""

    BELOW = "below"
    ABOVE = "above"


class Crossing(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """An indicator comes to stand below, or above, a value."""

    indicator: str
    side: Side
    value: Decimal


class About(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One of: an organisation and all below it, a member, the residents whom a committee follows.

    Or an indicator of an organisation, which then may stand beside it.
    """

    organisation: Id | None = None
    member: Id | None = None
    residents_of: Id | None = None
    indicator: Crossing | None = None


class Channel(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One way; `endpoint` of a webhook, `address` of the others but the inbox: which of the fact's addresses."""

    way: Way
    endpoint: Id | None = None
    address: int | None = None


class Quiet(Struct, frozen=True, kw_only=True):
    """Hours of each day, `HH:MM` to `HH:MM`, perhaps over midnight, in which nothing is sent."""

    since: str
    until: str


# Facts


class SubscriptionMade(Fact, frozen=True, tag="subscription.made"):
    """`facts` are names with wildcards; `addresses` a JSON list of texts, sealed with the subscription's own key.

    `timezone` is that of the quiet hours and of the digest; `group_minutes` gathers what comes within that time.
    """

    organisation: Id
    facts: tuple[str, ...]
    channels: tuple[Channel, ...]
    about: About
    timezone: str
    digest: Digest = Digest.NONE
    quiet: Quiet | None = None
    group_minutes: int = 0
    addresses: Personal | None = None


class SubscriptionPaused(Fact, frozen=True, tag="subscription.paused"):
    """Nothing is told by it until it is resumed; what happens meanwhile is not told afterwards."""


class SubscriptionResumed(Fact, frozen=True, tag="subscription.resumed"):
    """It tells again, of what happens from now on."""


class SubscriptionEnded(Fact, frozen=True, tag="subscription.ended"):
    """It tells nothing any more; whoever wants it again makes another."""


FACTS = (SubscriptionMade, SubscriptionPaused, SubscriptionResumed, SubscriptionEnded)

# State


@dataclass
class Subscription:
    """One subscription, as it was made, and whether it tells."""

    KIND: ClassVar[str] = "subscription"

    made: SubscriptionMade | None = None
    paused: bool = False
    ended_on: date | None = None

    def see(self, fact: Fact, on: date, _position: int) -> None:
        """Take in one more fact."""
        match fact:
            case SubscriptionMade():
                self.made = fact
            case SubscriptionPaused():
                self.paused = True
            case SubscriptionResumed():
                self.paused = False
            case SubscriptionEnded():
                self.ended_on = on

    @property
    def tells(self) -> bool:
        """Whether anybody is told by it."""
        return self.made is not None and not self.paused and self.ended_on is None


# Decisions


def subscribe(subscription: Subscription, made: SubscriptionMade, _on: date) -> list[Fact]:
    """A new subscription; the same said again is silence.

    Raises:
        Refused: `subscription.exists`, this id is that of another one.
    """
    if subscription.made is None:
        return [made]
    if subscription.made == made:
        return []
    raise Refused("subscription.exists", "on record already, and otherwise: end it, and make another", "/id")


def pause(subscription: Subscription, _on: date) -> list[Fact]:
    """It tells nothing for a while.

    Raises:
        Refused: `subscription.ended`.
    """
    _must_last(subscription)
    return [] if subscription.paused else [SubscriptionPaused()]


def resume(subscription: Subscription, _on: date) -> list[Fact]:
    """It tells again.

    Raises:
        Refused: `subscription.ended`.
    """
    _must_last(subscription)
    return [SubscriptionResumed()] if subscription.paused else []


def end(subscription: Subscription, _on: date) -> list[Fact]:
    """For good."""
    return [SubscriptionEnded()] if subscription.ended_on is None else []


def _must_last(subscription: Subscription) -> None:
    if subscription.ended_on is not None:
        raise Refused("subscription.ended", f"the subscription ended on {subscription.ended_on}")
