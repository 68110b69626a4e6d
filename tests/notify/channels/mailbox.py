"""A real mail server for a test, with TLS from the first byte or by STARTTLS, that refuses whom it shall refuse."""

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

USER, PASSWORD = "caunoi", "a secret/with:signs"


class Mailbox:
    """What was taken. `refuses` says to whom nothing goes, and how that is said."""

    def __init__(self) -> None:
        self.taken: list[tuple[list[str], EmailMessage]] = []
        self.refuses: dict[str, str] = {}
        self.refuses_data = ""
        self.over_tls: list[bool] = []

    async def handle_RCPT(  # noqa: N802  # as the library calls it
        self,
        server: SMTP,  # noqa: ARG002  # the library gives all of these
        session: Session,  # noqa: ARG002
        envelope: Envelope,
        address: str,
        options: list[str],  # noqa: ARG002
    ) -> str:
        if address in self.refuses:
            return self.refuses[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802  # the same
        self,
        server: SMTP,
        session: Session,  # noqa: ARG002
        envelope: Envelope,
    ) -> str:
        if self.refuses_data:
            return self.refuses_data
        assert isinstance(envelope.content, bytes)
        message = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(message, EmailMessage)
        self.taken.append((list(envelope.rcpt_tos), message))
        assert server.transport is not None
        self.over_tls.append(server.transport.get_extra_info("ssl_object") is not None)
        return "250 queued as 4711"


class _Immediate(Controller):
    """TLS from the first byte: the library asks itself by connecting whether it is up, and would need a certificate."""

    def _trigger_server(self) -> None:
        with socket.create_connection((self.hostname, self.server.sockets[0].getsockname()[1]), 5):  # type: ignore[union-attr]  # it runs
            pass


@contextmanager
def serving_mail(
    mailbox: Mailbox,
    *,
    tls: ssl.SSLContext | None = None,
    starttls: ssl.SSLContext | None = None,
    users: bool = False,
) -> Iterator[int]:
    """The port of a server on this machine."""

    def knows(server: SMTP, session: Session, envelope: Envelope, mechanism: str, said: object) -> AuthResult:
        right = isinstance(said, LoginPassword) and (said.login, said.password) == (USER.encode(), PASSWORD.encode())
        return AuthResult(success=right, handled=False)

    options: dict[str, Any] = {"authenticator": knows, "auth_required": True} if users else {}
    controller = _Immediate(
        mailbox,
        hostname="127.0.0.1",
        port=_free(),
        ssl_context=tls,
        tls_context=starttls,
        require_starttls=starttls is not None,
        **options,
    )
    controller.start()
    try:
        yield controller.port
    finally:
        controller.stop()


def _free() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
