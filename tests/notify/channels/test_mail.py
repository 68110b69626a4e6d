"""E-mail goes over TLS to one person at a time, says a count and a link, and tells a refusal from a delay."""

import asyncio
import socket
import ssl
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

import msgspec
import pytest

from services.notify.sending.limits import Mail, limits
from services.notify.sending.mail import Mailer, Server
from services.notify.sending.outcome import Kind, Outcome
from tests.notify.channels.certificates import Authority
from tests.notify.channels.mailbox import PASSWORD, USER, Mailbox, serving_mail
from tests.notify.channels.receiver import hangs, receiving

FROM = "cau-noi@tinh.example.vn"
LAN = "lan@phuong.example.vn"
AT = datetime(2026, 11, 23, 4, 5, 6, tzinfo=UTC)
ID = "0197c2a5-f3b8-7c6e-9d40-a1b2c3d4e5f6"
LINK = "https://caunoi.example.vn/notices/0197"
BODY = (
    b'{"type":"member.disciplined","timestamp":"2026-11-23T04:05:06Z","data":'
    b'{"notice":"0197","subject":"0198","organisation":"0199","link":"https://caunoi.example.vn/notices/0197"}}'
)
DIGEST = b'{"type":"caunoi.digest","data":{"count":12,"notices":[],"link":"https://caunoi.example.vn/inbox"}}'
SOON = msgspec.structs.replace(limits().mail, command=1.0, total=2.0)


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


@pytest.fixture
def mailbox() -> Mailbox:
    return Mailbox()


def mail(
    url: str, *to: str, body: bytes = BODY, tls: ssl.SSLContext | None = None, bounds: Mail | None = None
) -> list[Outcome]:
    async def each() -> list[Outcome]:
        mailer = Mailer(Server.read(url), FROM, bounds=bounds, tls=tls)
        return await asyncio.gather(*(mailer.send(ID, AT, one, body) for one in to))

    return asyncio.run(asyncio.wait_for(each(), 100))


def test_a_message_goes_over_starttls_and_says_a_count_and_a_link(authority: Authority, mailbox: Mailbox) -> None:
    with serving_mail(mailbox, starttls=authority.server("localhost")) as port:
        outcome = mail(f"smtp://localhost:{port}", LAN, tls=authority.believed)[0]
    assert (outcome.status, outcome.kind, outcome.answer) == (250, Kind.OK, b"queued as 4711"), outcome
    assert mailbox.over_tls == [True]
    to, message = mailbox.taken[0]
    assert to == [LAN]
    assert (message["From"], message["To"]) == (FROM, LAN)
    assert message["Message-ID"] == f"<{ID}@tinh.example.vn>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Date"].datetime == AT
    assert message.get_content_type() == "text/plain"
    assert LINK in message.get_content()
    assert "1 thông báo" in message["Subject"]
    for id_of_somebody in ("0198", "0199", "disciplined"):
        assert id_of_somebody not in message.as_string()


def test_a_digest_says_how_many(authority: Authority, mailbox: Mailbox) -> None:
    with serving_mail(mailbox, starttls=authority.server("localhost")) as port:
        assert mail(f"smtp://localhost:{port}", LAN, body=DIGEST, tls=authority.believed)[0].taken
    assert "12 thông báo" in mailbox.taken[0][1]["Subject"]
    assert "12 thông báo" in mailbox.taken[0][1].get_content()


def test_a_message_goes_over_tls_from_the_first_byte(authority: Authority, mailbox: Mailbox) -> None:
    with serving_mail(mailbox, tls=authority.server("localhost")) as port:
        assert mail(f"smtps://localhost:{port}", LAN, tls=authority.believed)[0].kind == Kind.OK
    assert mailbox.over_tls == [True]


def test_a_password_is_used_and_one_that_is_refused_loses_no_message(authority: Authority, mailbox: Mailbox) -> None:
    with serving_mail(mailbox, starttls=authority.server("localhost"), users=True) as port:
        right = f"smtp://{USER}:{quote(PASSWORD, safe='')}@localhost:{port}"
        assert mail(right, LAN, tls=authority.believed)[0].kind == Kind.OK
        wrong = mail(f"smtp://{USER}:guess@localhost:{port}", LAN, tls=authority.believed)[0]
    assert (wrong.status, wrong.kind, wrong.ended) == (535, Kind.REFUSED, False)
    assert "guess" not in repr(wrong)
    assert len(mailbox.taken) == 1


def test_one_recipient_who_is_refused_does_not_lose_the_others(authority: Authority, mailbox: Mailbox) -> None:
    mailbox.refuses["gone@phuong.example.vn"] = "550 5.1.1 <Gone@phuong.example.vn>: user unknown"
    mailbox.refuses["full@phuong.example.vn"] = "452 4.2.2 mailbox full, try later"
    with serving_mail(mailbox, starttls=authority.server("localhost")) as port:
        url, names = f"smtp://localhost:{port}", ["gone", "lan", "full", "nam"]
        gone, lan, full, nam = mail(url, *(f"{name}@phuong.example.vn" for name in names), tls=authority.believed)
    assert (lan.kind, nam.kind) == (Kind.OK, Kind.OK)
    assert sorted(to[0] for to, _ in mailbox.taken) == ["lan@phuong.example.vn", "nam@phuong.example.vn"]
    assert (gone.status, gone.kind, gone.ended) == (550, Kind.FINAL, True)
    assert (full.status, full.kind, full.ended) == (452, Kind.REFUSED, False)
    assert b"user unknown" in gone.answer
    assert b"gone@phuong" not in gone.answer.lower()


@pytest.mark.parametrize(("answer", "ended"), [("554 5.7.1 no spam", True), ("451 4.3.0 later", False)])
def test_a_message_that_is_refused_is_given_up_or_tried_again(
    authority: Authority, mailbox: Mailbox, answer: str, ended: bool
) -> None:
    mailbox.refuses_data = answer
    with serving_mail(mailbox, starttls=authority.server("localhost")) as port:
        outcome = mail(f"smtp://localhost:{port}", LAN, tls=authority.believed)[0]
    assert (outcome.status, outcome.ended, outcome.taken) == (int(answer[:3]), ended, False)


def test_a_server_that_is_not_to_be_believed_or_does_no_tls_is_told_nothing(
    authority: Authority, mailbox: Mailbox
) -> None:
    with serving_mail(mailbox, starttls=authority.server("localhost")) as port:
        stranger = mail(f"smtp://localhost:{port}", LAN)[0]
    with serving_mail(mailbox, starttls=authority.server("mail.example.vn")) as port:
        other = mail(f"smtp://localhost:{port}", LAN, tls=authority.believed)[0]
    with serving_mail(mailbox) as port:
        plain = mail(f"smtp://localhost:{port}", LAN)[0]
        assert mail(f"smtp://localhost:{port}?starttls=0", LAN)[0].kind == Kind.OK
    assert [outcome.kind for outcome in (stranger, other, plain)] == [Kind.CERTIFICATE] * 3, (stranger, other, plain)
    assert "STARTTLS" in plain.error
    assert len(mailbox.taken) == 1


def test_a_server_that_hangs_or_is_not_there_is_left_in_time() -> None:
    with receiving(hangs, listens=False) as there:
        assert mail(f"smtp://localhost:{there.port}", LAN, bounds=SOON)[0].kind == Kind.TIMEOUT
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        assert mail(f"smtp://localhost:{nobody.getsockname()[1]}", LAN)[0].kind == Kind.UNREACHABLE


@pytest.mark.parametrize(
    "to", ["lan", "a@b\r\nBcc: c@d", "a@b, c@d", "Lan <lan@phuong.example.vn>", "lan@phường.vn", ""]
)
def test_what_is_no_address_is_written_to_by_nobody(to: str) -> None:
    outcome = mail("smtp://localhost:1", to)[0]
    assert (outcome.kind, outcome.ms) == (Kind.FINAL, 0)


def test_no_password_goes_over_a_network_in_the_open() -> None:
    with pytest.raises(ValueError, match="CAUNOI_SMTP"):
        Server.read("smtp://a:b@mail.example.vn?starttls=0")
    assert Server.read("smtp://a:b@mail.example.vn").starttls
    assert Server.read("smtp://a:b@mail.example.vn").port == 587
    assert Server.read("smtps://mail.example.vn") == Server("mail.example.vn", 465, None, None, True, False)


def test_where_nothing_is_set_up_there_is_no_mailer() -> None:
    assert Mailer.of(None, FROM) is None
    assert Mailer.of("smtps://mail.example.vn", None) is None
