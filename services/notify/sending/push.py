"""Web push: an encrypted count and link to a browser that asked for it, through the service that its maker runs."""

import time
from urllib.parse import urlsplit

import msgspec
from http_ece import ECEException  # type: ignore[import-untyped]  # these three say no types
from py_vapid import Vapid02  # type: ignore[import-untyped]
from pywebpush import WebPusher, WebPushException  # type: ignore[import-untyped]

from services.notify.sending.limits import limits
from services.notify.sending.outcome import Kind, Outcome
from services.notify.sending.post import Poster
from services.notify.sending.saying import said

UNSUBSCRIBED = (404, 410)
"""RFC 8030: what a push service answers for a browser that has gone."""
TOKEN_LIVES = 12 * 3600
"""Seconds; RFC 8292 lets a token live for a day at most."""


class Pusher:
    """Pushes to browsers with an operator's VAPID key (`CAUNOI_PUSH_KEY`), in the name of an address.

    `poster` keeps to addresses that may be called: a browser's subscription is whatever its owner says.
    """

    def __init__(self, poster: Poster, key: str, sender: str) -> None:
        self._poster = poster
        self._vapid = Vapid02.from_raw(key.encode())
        self._sender = sender

    async def send(self, ident: str, to: str, body: bytes) -> Outcome:
        """One try. `to` is a browser's `PushSubscription` as JSON: `{"endpoint", "keys": {"p256dh", "auth"}}`."""
        try:
            browser = msgspec.json.decode(to, type=Browser)
            saying = msgspec.json.encode({"title": said(body).subject, "link": said(body).link})
            encoded = WebPusher(msgspec.to_builtins(browser)).encode(saying)["body"]
        except (msgspec.MsgspecError, WebPushException, ECEException, ValueError):
            return Outcome(None, Kind.FINAL, 0, error="this is no subscription of a browser")
        outcome = await self._poster.post(browser.endpoint, encoded, self._headers(ident, browser.endpoint))
        if outcome.status in UNSUBSCRIBED:
            return outcome._replace(kind=Kind.FINAL, error="the browser has unsubscribed")
        return outcome

    def _headers(self, ident: str, endpoint: str) -> dict[str, str]:
        where = urlsplit(endpoint)
        claims = {
            "sub": f"mailto:{self._sender}",
            "aud": f"{where.scheme}://{where.netloc}",
            "exp": int(time.time()) + TOKEN_LIVES,
        }
        return {
            **self._vapid.sign(claims),
            "content-type": "application/octet-stream",
            "content-encoding": "aes128gcm",
            "ttl": str(limits().push.keeps),
            # A retry takes the place of what a browser has not fetched yet. 32 letters, as RFC 8030 has it.
            "topic": ident.replace("-", "")[:32],
        }


class Keys(msgspec.Struct, frozen=True):
    """A browser's own."""

    p256dh: str
    auth: str


class Browser(msgspec.Struct, frozen=True):
    """Where a browser is reached, and what only it can read."""

    endpoint: str
    keys: Keys
