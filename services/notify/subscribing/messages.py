"""The messages that carry notices: one each, or one for many, to each of a subscriber's channels; ids, never a name."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID, uuid5

from events.fact import Id
from events.patterns import ALERT
from events.subscription import SubscriptionMade, Way
from projections.deliveries import Send
from services.notify.subscribing.links import LINKS

DIGEST = "digest"
TYPE_OF_DIGEST = "caunoi.digest"
MOST = 500
"""Notices in one message: what waits beyond that goes in further ones."""


class Said(NamedTuple):
    """What of a notice stands in a message; `fact` is '' and the day is there of what did not happen."""

    id: Id
    fact: str
    rule: str
    position: int
    subject: Id
    organisation: Id
    due_at: datetime
    alert: bool = False

    @property
    def type(self) -> str:
        """What a message calls it."""
        return f"{ALERT}{self.rule}" if self.alert else self.fact


class Line(NamedTuple):
    """One channel of a subscription, and the chain in which its messages are numbered: each channel has its own."""

    way: Way
    target: Id
    address: int
    chain: Id


def lines(ident: Id, made: SubscriptionMade, fifo: Mapping[Id, bool]) -> list[Line]:
    """The channels by which something is sent; a webhook's only where its endpoint is in `fifo`, and so still there.

    The first one's chain has the subscription's id.
    """
    found: list[Line] = []
    sending = [channel for channel in made.channels if channel.way is not Way.INBOX]
    for number, channel in enumerate(sending):
        chain = ident if number == 0 else Id(str(uuid5(UUID(ident), str(number))))
        if channel.way is not Way.WEBHOOK:
            found.append(Line(channel.way, ident, channel.address or 0, chain))
        elif channel.endpoint is not None and channel.endpoint in fifo:
            found.append(Line(channel.way, channel.endpoint, 0, chain))
    return found


def to_endpoint(notice: Said, endpoint: Id, at: datetime, *, fifo: bool) -> Send:
    """A notice to an endpoint that is told all that its organisation is told by policy."""
    return Send(
        endpoint, Way.WEBHOOK, 0, endpoint, (notice.id,), notice.type, notice.due_at, _data(notice), notice.position,
        at, fifo=fifo,
    )  # fmt: skip


def to_subscriber(notice: Said, subscription: Id, line: Line, at: datetime, *, fifo: bool) -> Send:
    """A notice by one channel of a subscription."""
    data = _data(notice) | {"subscription": subscription}
    return Send(
        line.target, line.way, line.address, line.chain, (notice.id,), notice.type, notice.due_at, data,
        notice.position, at, fifo=fifo,
    )  # fmt: skip


def of_many(notices: Sequence[Said], subscription: Id, line: Line, at: datetime, *, fifo: bool) -> list[Send]:
    """All that has gathered, in one message, or a few where it is very much."""
    return [
        Send(
            line.target, line.way, line.address, line.chain, tuple(one.id for one in part), TYPE_OF_DIGEST, at,
            {
                "notices": [one.id for one in part], "count": len(part), "organisation": part[-1].organisation,
                "subscription": subscription, "link": LINKS.inbox(part[-1].organisation),
            },
            max(one.position for one in part), at, DIGEST, fifo,
        )
        for part in (notices[first : first + MOST] for first in range(0, len(notices), MOST))
    ]  # fmt: skip


def _data(notice: Said) -> dict[str, Any]:
    return {
        "notice": notice.id,
        "position": None if notice.alert else notice.position,
        "subject": notice.subject,
        "organisation": notice.organisation,
        "link": LINKS.notice(notice.id),
    }
