"""By which way a message goes: its channel's, from the claimed row and the receiver's address to an outcome."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from uuid import UUID

from services.notify.sending import signing
from services.notify.sending.claims import Claimed
from services.notify.sending.outcome import Kind, Outcome
from services.notify.sending.post import Poster
from services.notify.sending.targets import Target

Way = Callable[[Claimed, Target, datetime], Awaitable[Outcome]]
"""Sends one message at an instant; what goes wrong is an outcome."""
Ways = Mapping[str, Way]
"""By channel."""


def webhook_id(delivery: str) -> str:
    """What a receiver knows a message by: the same at every attempt."""
    return f"msg_{UUID(delivery).hex}"


def webhook(poster: Poster) -> Way:
    """Posted to the endpoint's address, signed with its keys."""

    async def post(message: Claimed, target: Target, at: datetime) -> Outcome:
        headers = signing.headers(webhook_id(message.id), at, message.body, target.signing(at))
        return await poster.post(target.addresses[0], message.body, headers)

    return post


async def not_set_up(message: Claimed, _target: Target, _at: datetime) -> Outcome:
    """The way of a channel that this process has none for."""
    return Outcome(None, Kind.NOT_SET_UP, 0, error=f"nothing is set up for {message.channel}")
