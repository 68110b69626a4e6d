"""Text messages: posted as JSON to the operator's gateway, which knows a telephone company."""

import re
from typing import NamedTuple, Protocol
from urllib.parse import unquote, urlsplit, urlunsplit

import msgspec

from services.hostile import Allowed
from services.notify.sending.limits import limits
from services.notify.sending.outcome import Kind, Outcome
from services.notify.sending.post import Poster
from services.notify.sending.saying import said

NUMBER = re.compile(r"\+[1-9][0-9]{6,14}")
"""E.164: a plus, the country and the number, without spaces."""
FOR_GOOD = (400, 422)
"""What a gateway answers to a number that there is not."""


class Gateway(Protocol):
    """Whoever carries text messages."""

    async def send(self, ident: str, to: str, body: bytes) -> Outcome:
        """One try to tell a number of a message with this body; `ident` is the same at each try."""


class Address(NamedTuple):
    """The operator's gateway (`CAUNOI_TEXT_GATEWAY`): where to post, and the token that says who does."""

    url: str
    token: str | None

    @classmethod
    def read(cls, said: str) -> "Address":
        """From `https://TOKEN@HOST/PATH`."""
        parts = urlsplit(said)
        host = parts.netloc.rpartition("@")[2]
        url = urlunsplit((parts.scheme, host, parts.path or "/", parts.query, ""))
        return cls(url, unquote(parts.username) if parts.username else None)


ANYWHERE = Allowed.read("0.0.0.0/0,::/0,http")
"""The gateway is the operator's own choice, and may well stand in his own network."""


class JsonGateway:
    """Posts `{"id", "to", "text"}` with a bearer's token; the id is the same at each try, in `Idempotency-Key` too.

    2xx: it was taken; 400 and 422: this number never will be; all else is tried again. `poster` goes `ANYWHERE`.
    """

    def __init__(self, poster: Poster, address: Address) -> None:
        self._poster = poster
        self._address = address

    async def send(self, ident: str, to: str, body: bytes) -> Outcome:
        """One try; what goes wrong is an outcome."""
        if NUMBER.fullmatch(to) is None:
            return Outcome(None, Kind.FINAL, 0, error="this is no telephone number; one is +84…")
        headers = {"idempotency-key": ident}
        if self._address.token is not None:
            headers["authorization"] = f"Bearer {self._address.token}"
        message = msgspec.json.encode({"id": ident, "to": to, "text": said(body).short})
        outcome = await self._poster.post(self._address.url, message, headers)
        # A gateway may say again whom it was to tell.
        answer = outcome.answer.replace(to.encode(), b"...").replace(to[1:].encode(), b"...")
        kind = Kind.FINAL if outcome.status in FOR_GOOD else outcome.kind
        return outcome._replace(kind=kind, answer=answer[: limits().post.most_kept])
