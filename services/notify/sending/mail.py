"""E-mail: one message to one person, over TLS, with a count and a link and never a name."""

import asyncio
import re
import ssl
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime
from time import perf_counter
from typing import NamedTuple, Self
from urllib.parse import parse_qs, unquote, urlsplit

import aiosmtplib

from services.notify.sending.limits import Mail, limits
from services.notify.sending.outcome import Kind, Outcome
from services.notify.sending.saying import said

ADDRESS = re.compile(r"[^\s@<>,;:\"()\[\]\\]+@[^\s@<>,;:\"()\[\]\\]+")
IMPLICIT, SUBMISSION = 465, 587
LOCAL = {"localhost", "127.0.0.1", "::1"}


class Server(NamedTuple):
    """The operator's mail server (`CAUNOI_SMTP`): TLS from the first byte, by STARTTLS or, on this machine, none."""

    host: str
    port: int
    user: str | None
    password: str | None
    tls: bool
    starttls: bool

    @classmethod
    def read(cls, url: str) -> "Server":
        """From `smtps://USER:PASSWORD@HOST:465`, `smtp://…:587`, or `smtp://localhost:25?starttls=0`.

        Raises:
            ValueError: the password would go over a network in the open.
        """
        parts = urlsplit(url)
        tls, host = parts.scheme == "smtps", parts.hostname or ""
        starttls = not tls and parse_qs(parts.query).get("starttls") != ["0"]
        if not tls and not starttls and host not in LOCAL:
            raise ValueError("CAUNOI_SMTP: without TLS only to this machine itself")
        user, password = (unquote(part) if part is not None else None for part in (parts.username, parts.password))
        return cls(host, parts.port or (IMPLICIT if tls else SUBMISSION), user, password, tls, starttls)


class Mailer:
    """Sends e-mail, a connection a message and some at a time. For one event loop; `tls` is how servers are judged."""

    def __init__(
        self, server: Server, sender: str, *, bounds: Mail | None = None, tls: ssl.SSLContext | None = None
    ) -> None:
        self._server = server
        self._sender = sender
        self._bounds = bounds if bounds is not None else limits().mail
        self._tls = tls
        self._room = asyncio.Semaphore(self._bounds.at_a_time)

    @classmethod
    def of(cls, smtp: str | None, sender: str | None) -> Self | None:
        """By what an operator has set up; None: nothing. Raises ValueError where it may not be so."""
        return cls(Server.read(smtp), sender) if smtp is not None and sender is not None else None

    async def send(self, ident: str, at: datetime, to: str, body: bytes) -> Outcome:
        """One try. `ident` is the delivery's, the same at each: whoever gets it twice can tell by its Message-ID."""
        if ADDRESS.fullmatch(to) is None or not to.isascii():
            return Outcome(None, Kind.FINAL, 0, error="this is no e-mail address")
        message = self._written(ident, at, to, body)
        async with self._room:
            begun = perf_counter()
            status, kind, answer, error = await self._sent(message, to)
        # What the server says may name him, and whoever reads attempts need not know where he is written to.
        return Outcome(status, kind, round((perf_counter() - begun) * 1000), _without(answer, to), error)

    def _written(self, ident: str, at: datetime, to: str, body: bytes) -> EmailMessage:
        saying, message = said(body), EmailMessage()
        message["From"], message["To"], message["Subject"] = self._sender, to, saying.subject
        message["Date"] = format_datetime(at)
        message["Message-ID"] = f"<{ident}@{self._sender.rpartition('@')[2]}>"
        # Nobody's holiday answers this (RFC 3834).
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(saying.text)
        return message

    async def _sent(self, message: EmailMessage, to: str) -> tuple[int | None, Kind, str, str]:
        try:
            async with asyncio.timeout(self._bounds.total):
                async with self._connected() as smtp:
                    refused, answer = await smtp.send_message(message, sender=self._sender, recipients=[to])
                assert not refused, "one recipient who is refused is an error"
                return 250, Kind.OK, answer, ""
        except (aiosmtplib.SMTPException, OSError) as error:
            return _explained(error)

    def _connected(self) -> aiosmtplib.SMTP:
        server = self._server
        return aiosmtplib.SMTP(
            hostname=server.host,
            port=server.port,
            username=server.user,
            password=server.password,
            use_tls=server.tls,
            start_tls=server.starttls,
            tls_context=self._tls if self._tls is not None else ssl.create_default_context(),
            timeout=self._bounds.command,
        )


def _explained(error: Exception) -> tuple[int | None, Kind, str, str]:
    """What a refusal comes to. Only what is said of this recipient or of this message is for good, and only a 5xx."""
    found: tuple[int | None, Kind, str, str]
    match error:
        case aiosmtplib.SMTPRecipientsRefused():
            first = error.recipients[0]
            found = first.code, _lasting(first.code), first.message, "the recipient was refused"
        case aiosmtplib.SMTPDataError():
            found = error.code, _lasting(error.code), error.message, "the message was refused"
        case aiosmtplib.SMTPAuthenticationError():
            found = error.code, Kind.REFUSED, error.message, "CAUNOI_SMTP: the user or the password is refused"
        case aiosmtplib.SMTPTimeoutError() | TimeoutError():
            found = None, Kind.TIMEOUT, "", "no answer in time"
        case aiosmtplib.SMTPResponseException():
            found = error.code, Kind.REFUSED, error.message, f"the server refused: {type(error).__name__}"
        case _ if isinstance(error, ssl.SSLError) or isinstance(error.__cause__, ssl.SSLError):
            found = None, Kind.CERTIFICATE, "", "the mail server's certificate is not to be believed"
        case aiosmtplib.SMTPConnectError() | aiosmtplib.SMTPServerDisconnected() | OSError():
            found = None, Kind.UNREACHABLE, "", f"the mail server cannot be reached: {type(error).__name__}"
        case _:
            found = None, Kind.CERTIFICATE, "", "the mail server does no STARTTLS"
    return found


def _lasting(code: int) -> Kind:
    """5xx is the end of it, 4xx may be otherwise later."""
    return Kind.FINAL if code // 100 == 5 else Kind.REFUSED


def _without(answer: str, address: str) -> bytes:
    return re.sub(re.escape(address), "…", answer, flags=re.IGNORECASE).encode()[: limits().post.most_kept]
