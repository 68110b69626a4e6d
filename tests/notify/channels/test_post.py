"""A POST ends in its time, reads no more than it may, calls no other address, and says what became of it."""

import asyncio
import gzip
import json
import socket
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import msgspec
import pytest

from services.hostile import Allowed
from services.notify.sending.guard import LookUp
from services.notify.sending.limits import limits
from services.notify.sending.outcome import Kind, Outcome
from services.notify.sending.post import Poster
from tests.notify.channels import receiver
from tests.notify.channels.certificates import Authority
from tests.notify.channels.receiver import OK, drips, hangs, pours, receiving, saying

HERE = Allowed.read("127.0.0.0/8,http")
SOON = msgspec.structs.replace(limits().post, total=1.0, connect=0.5, read=0.8)
BODY = b'{"type":"ping"}'


def post(url: str, allow: Allowed = HERE, **how: object) -> Outcome:
    async def once() -> Outcome:
        async with Poster(allow, **{"bounds": SOON, **how}) as poster:  # type: ignore[arg-type]  # what a test gives
            return await poster.post(url, BODY, {"webhook-id": "msg_1"})

    return asyncio.run(asyncio.wait_for(once(), 30))


def names(*answers: Sequence[str]) -> tuple[LookUp, list[str]]:
    """Who knows the addresses of a name, other ones each time; and for what it was asked."""
    asked: list[str] = []

    async def look_up(host: str, port: int) -> Sequence[str]:
        asked.append(host)
        return answers[min(len(asked), len(answers)) - 1]

    return look_up, asked


def test_a_body_arrives_as_it_is_with_its_headers_and_nothing_of_ours() -> None:
    with receiving(saying(OK)) as there:
        outcome = post(there.url)
    assert (outcome.status, outcome.kind, outcome.answer, outcome.error) == (200, Kind.OK, b"ok", "")
    assert outcome.taken
    head, _, body = there.met[0].partition(b"\r\n\r\n")
    assert body == BODY
    lines = head.decode().lower().split("\r\n")
    assert lines[0] == "post /hook http/1.1"
    assert {"webhook-id: msg_1", "content-type: application/json", "user-agent: caunoi"} <= set(lines)
    assert not [line for line in lines if line.startswith(("cookie", "authorization", "referer", "x-forwarded"))]


@pytest.mark.parametrize(
    ("status", "kind", "ended"),
    [
        (204, Kind.OK, False),
        (400, Kind.REFUSED, False),
        (404, Kind.REFUSED, False),
        (410, Kind.GONE, True),
        (429, Kind.REFUSED, False),
        (500, Kind.BROKEN, False),
        (503, Kind.BROKEN, False),
        (304, Kind.REDIRECTED, False),
    ],
)
def test_a_status_is_what_counts(status: int, kind: Kind, ended: bool) -> None:
    with receiving(saying(f"HTTP/1.1 {status} x\r\ncontent-length: 0\r\n\r\n".encode())) as there:
        outcome = post(there.url)
    assert (outcome.status, outcome.kind, outcome.ended) == (status, kind, ended)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_a_failure_and_nobody_goes_there(status: int) -> None:
    with receiving(saying(OK)) as inside:
        head = f"HTTP/1.1 {status} x\r\nlocation: {inside.url}\r\ncontent-length: 0\r\n\r\n"
        with receiving(saying(head.encode())) as there:
            outcome = post(there.url)
    assert (outcome.status, outcome.kind, outcome.taken) == (status, Kind.REDIRECTED, False)
    assert inside.connections == 0


def test_a_receiver_that_hangs_is_left_in_time() -> None:
    with receiving(hangs) as there:
        outcome = post(there.url)
    assert (outcome.status, outcome.kind) == (None, Kind.TIMEOUT)
    assert outcome.ms < 10_000


def test_a_receiver_that_drips_its_answer_is_left_in_time() -> None:
    with receiving(drips(b"HTTP/1.1 200 OK\r\nx-long: " + b"x" * 400)) as there:
        outcome = post(there.url)
    assert (outcome.status, outcome.kind, outcome.error) == (None, Kind.TIMEOUT, "no answer in time")


def test_an_answer_whose_body_drips_counts_by_its_status_and_is_left_in_time() -> None:
    def conduct(connection: socket.socket, over: object) -> None:
        connection.sendall(b"HTTP/1.1 500 no\r\ncontent-length: 9999\r\n\r\n")
        drips(b"y" * 400)(connection, over)  # type: ignore[arg-type]  # the event of the receiver

    with receiving(conduct) as there:
        outcome = post(there.url)
    assert (outcome.status, outcome.kind, outcome.error) == (500, Kind.BROKEN, "the answer did not end in time")
    assert outcome.answer.startswith(b"y")
    assert outcome.ms < 10_000


def test_an_answer_of_two_hundred_megabytes_is_cut() -> None:
    receiver.poured.clear()
    with receiving(pours) as there:
        outcome = post(there.url)
    assert (outcome.status, outcome.kind) == (200, Kind.OK)
    assert outcome.answer == b"x" * 1024
    assert outcome.error == "the answer was cut after 65536 bytes"
    assert sum(receiver.poured) < 100 * 2**20


def test_a_bomb_stays_packed() -> None:
    bomb = gzip.compress(b"0" * 20_000_000)
    head = f"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: {len(bomb)}\r\nconnection: close\r\n\r\n"
    with receiving(saying(head.encode() + bomb)) as there:
        outcome = post(there.url)
    assert (outcome.kind, outcome.answer) == (Kind.OK, bomb[:1024])
    assert b"accept-encoding: identity" in there.met[0].lower()


def test_a_cookie_is_not_kept() -> None:
    with receiving(saying(OK.replace(b"connection", b"set-cookie: a=b; path=/\r\nconnection"))) as there:

        async def twice() -> None:
            async with Poster(HERE, bounds=SOON) as poster:
                for _ in range(2):
                    await poster.post(there.url, BODY, {})

        asyncio.run(twice())
    assert len(there.met) == 2
    assert all(b"cookie" not in met.lower() for met in there.met)


def test_a_proxy_of_the_environment_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    with receiving(saying(OK)) as proxy, receiving(saying(OK)) as there:
        for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        assert post(there.url).taken
    assert proxy.connections == 0


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"SSH-2.0-OpenSSH_9.2\r\n\r\n",
        b"HTTP/1.1 abc OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"x-a: " + b"b" * 100_000 + b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"".join(b"x-%d: b\r\n" % at for at in range(100_000)) + b"\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n",
    ],
)
def test_what_is_no_answer_is_none(answer: bytes) -> None:
    with receiving(saying(answer)) as there:
        outcome = post(there.url)
    assert outcome.kind in {Kind.GARBLED, Kind.UNREACHABLE}, outcome
    assert (outcome.taken, outcome.status) == (False, None)


def test_an_answer_that_breaks_off_counts_by_its_status() -> None:
    with receiving(saying(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf")) as there:
        outcome = post(there.url)
    assert (outcome.status, outcome.kind, outcome.answer) == (200, Kind.OK, b"half")
    assert outcome.error.startswith("the answer broke off")


def test_where_nobody_listens_nobody_is_reached() -> None:
    with receiving(saying(OK)) as there:
        url = there.url
    outcome = post(url)
    assert (outcome.status, outcome.kind) == (None, Kind.UNREACHABLE)
    assert "refused" in outcome.error.lower()


@pytest.mark.parametrize(
    ("said", "seconds"),
    [("120", 120.0), ("0", 0.0), ("soon", None), ("-5", None), ("9" * 40, 999_999_999.0)],
)
def test_a_receiver_says_when_to_come_again(said: str, seconds: float | None) -> None:
    head = f"HTTP/1.1 503 busy\r\nretry-after: {said}\r\ncontent-length: 0\r\n\r\n"
    with receiving(saying(head.encode())) as there:
        assert post(there.url).retry_after == seconds


def test_a_receiver_says_at_what_instant_to_come_again() -> None:
    at = format_datetime(datetime.now(UTC) + timedelta(hours=1), usegmt=True)
    with receiving(saying(f"HTTP/1.1 429 busy\r\nretry-after: {at}\r\ncontent-length: 0\r\n\r\n".encode())) as there:
        found = post(there.url).retry_after
    assert found is not None
    assert 3000 < found <= 3600


def test_a_certificate_of_an_authority_that_is_believed_is_enough(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    with receiving(saying(OK), tls=authority.server("127.0.0.1")) as there:
        assert post(there.url, Allowed.read("127.0.0.0/8"), tls=authority.believed).taken


def test_a_certificate_that_is_not_to_be_believed_is_said_so_and_nothing_is_sent(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    yesterday = datetime.now(UTC) - timedelta(days=1)
    spoilt = {
        "self-signed": (authority.server("127.0.0.1"), None),
        "other name": (authority.server("hooks.example.vn"), authority.believed),
        "expired": (authority.server("127.0.0.1", until=yesterday), authority.believed),
    }
    for what, (certificate, believed) in spoilt.items():
        with receiving(saying(OK), tls=certificate) as there:
            outcome = post(there.url, tls=believed)
        assert (outcome.kind, outcome.status) == (Kind.CERTIFICATE, None), what
        assert "certificate is not to be believed" in outcome.error, what
        assert BODY not in b"".join(there.met), what


def test_a_server_without_tls_is_said_so() -> None:
    with receiving(saying(b"220 mail.example.vn ESMTP\r\n"), listens=False) as there:
        outcome = post(there.url.replace("http://", "https://"))
    assert (outcome.kind, outcome.status) == (Kind.CERTIFICATE, None)
    assert "no TLS" in outcome.error


def test_a_name_whose_addresses_may_not_be_called_is_not_called() -> None:
    with receiving(saying(OK)) as inside:
        look_up, _ = names(["127.0.0.1", "169.254.169.254", "::1"])
        outcome = post(f"https://hooks.example.vn:{8443}/", Allowed(), look_up=look_up)
        elsewhere = post(f"http://hooks.example.vn:{inside.port}/", Allowed.read("127.9.0.0/16,http"), look_up=look_up)
    assert (outcome.kind, outcome.status) == (Kind.FORBIDDEN, None)
    assert "loopback" in outcome.error
    assert elsewhere.kind == Kind.FORBIDDEN
    assert inside.connections == 0


def test_a_name_that_changes_its_address_is_judged_at_each_sending_and_called_where_it_was_judged() -> None:
    """The first answer may be called and the second may not, as whoever re-binds his name would have it."""
    with receiving(saying(OK)) as inside, receiving(saying(OK), host="127.0.0.2") as there:
        look_up, asked = names(["127.0.0.2"], ["127.0.0.1"])
        allow = Allowed.read("127.0.0.2/32,http")

        async def twice() -> list[Outcome]:
            async with Poster(allow, bounds=SOON, look_up=look_up) as poster:
                url = f"http://rebinding.test:{there.port}/"
                return [await poster.post(url, BODY, {}) for _ in range(2)]

        first, second = asyncio.run(twice())
        assert (first.kind, len(there.met)) == (Kind.OK, 1)
        assert (second.kind, second.status) == (Kind.FORBIDDEN, None)
        assert asked == ["rebinding.test"] * 2
        assert inside.connections == 0


def test_an_address_in_the_url_itself_is_judged_at_the_socket_too() -> None:
    """Whatever reads the URL: nothing is called that was not judged in the very form in which it is called."""
    from services.notify.sending.guard import Forbidden, Guard

    guard = Guard(Allowed())
    for address in ("127.0.0.1", "10.0.0.1", "169.254.169.254"):
        with pytest.raises(Forbidden):
            guard.open_socket((socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", (address, 443)))
    asyncio.run(guard.close())


@pytest.mark.parametrize("conduct", [hangs, saying(b"nonsense"), saying(b"")])
def test_no_error_names_the_address_that_was_called(conduct: receiver.Conduct) -> None:
    with receiving(conduct) as there:
        outcomes = [post(there.url + "/its-secret"), post(there.url.replace("http:", "https:") + "/its-secret")]
    outcomes.append(post(there.url + "/its-secret"))
    for outcome in outcomes:
        assert outcome.error
        assert "secret" not in outcome.error
        assert str(there.port) not in outcome.error


def test_a_name_that_nobody_knows_is_said_so() -> None:
    async def nobody(host: str, port: int) -> Sequence[str]:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    assert post("https://hooks.example.vn/", look_up=nobody).kind == Kind.UNKNOWN_HOST


def test_names_that_hang_are_left_in_time_and_delay_nobody_else() -> None:
    async def hanging(host: str, port: int) -> Sequence[str]:
        if host.startswith("slow"):
            await asyncio.sleep(60)
        return ["127.0.0.1"]

    with receiving(saying(OK)) as there:

        async def all_at_once() -> list[Outcome]:
            async with Poster(HERE, bounds=SOON, look_up=hanging) as poster:
                hosts = [*(f"slow{at}.test" for at in range(50)), *(f"fast{at}.test" for at in range(50))]
                return await asyncio.gather(*(poster.post(f"http://{host}:{there.port}/", BODY, {}) for host in hosts))

        outcomes = asyncio.run(asyncio.wait_for(all_at_once(), 60))
    assert {outcome.kind for outcome in outcomes[:50]} == {Kind.TIMEOUT}
    assert {outcome.kind for outcome in outcomes[50:]} == {Kind.OK}


def test_one_connection_carries_several_messages() -> None:
    def keeps(connection: socket.socket, over: object) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok")
        there.met.append(receiver.request(connection))
        connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok")

    with receiving(keeps) as there:

        async def twice() -> list[Outcome]:
            async with Poster(HERE, bounds=SOON) as poster:
                return [await poster.post(there.url, BODY, {}) for _ in range(2)]

        assert [outcome.kind for outcome in asyncio.run(twice())] == [Kind.OK, Kind.OK]
        assert there.connections == 1


def test_an_address_that_may_not_be_called_is_an_outcome_too() -> None:
    outcome = post("http://127.0.0.1/", Allowed())
    assert (outcome.kind, outcome.status, outcome.answer) == (Kind.FORBIDDEN, None, b"")
    assert json.dumps(outcome.error)
