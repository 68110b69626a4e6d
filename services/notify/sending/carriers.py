"""All ways that an operator has set up: webhooks always; e-mail, text messages and pushes where settings say how."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime

from events.subscription import Way as Channel
from services.hostile import Allowed
from services.notify.sending.claims import Claimed
from services.notify.sending.mail import Mailer
from services.notify.sending.outcome import Outcome
from services.notify.sending.post import Poster
from services.notify.sending.targets import Target
from services.notify.sending.text import ANYWHERE, Address, Gateway, JsonGateway
from services.notify.sending.ways import Way, Ways, webhook
from services.settings import Settings


@asynccontextmanager
async def carriers(settings: Settings) -> AsyncIterator[Ways]:
    """The ways, by channel; what is not among them is not set up. For one event loop.

    Raises:
        ValueError: a setting says what may not be.
    """
    async with AsyncExitStack() as opened:
        poster = await opened.enter_async_context(Poster(Allowed.read(settings.webhook_allow)))
        ways: dict[str, Way] = {Channel.WEBHOOK: webhook(poster)}
        mailer = Mailer.of(settings.smtp, settings.mail_from)
        if mailer is not None:
            ways[Channel.EMAIL] = _mail(mailer)
        if settings.text_gateway is not None:
            own = await opened.enter_async_context(Poster(ANYWHERE))
            ways[Channel.TEXT] = _told(JsonGateway(own, Address.read(settings.text_gateway)))
        if settings.push_key is not None and settings.mail_from is not None:
            # What it stands on is large, and most systems push to nobody.
            from services.notify.sending.push import Pusher

            ways[Channel.PUSH] = _told(Pusher(poster, settings.push_key, settings.mail_from))
        yield ways


def _mail(mailer: Mailer) -> Way:
    async def send(message: Claimed, target: Target, at: datetime) -> Outcome:
        return await mailer.send(message.id, at, target.addresses[message.address], message.body)

    return send


def _told(gateway: Gateway) -> Way:
    """A push service is asked as a gateway for text messages is."""

    async def send(message: Claimed, target: Target, _at: datetime) -> Outcome:
        return await gateway.send(message.id, target.addresses[message.address], message.body)

    return send
