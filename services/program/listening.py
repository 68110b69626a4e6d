"""A receiver of webhooks for a terminal: each message is verified, and what is missing between them is said."""

import hmac
import time
from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import SimpleQueue
from threading import Thread
from types import TracebackType
from typing import Any, NamedTuple, Self

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

LONGEST = 1 << 20
TOLERANCE = 300
"""Seconds that an attempt may be old: what was overheard is not believed for longer."""
UNNUMBERED = ("caunoi.heartbeat", "caunoi.ping")


class Arrived(NamedTuple):
    """A request as it came."""

    headers: Mapping[str, str]
    body: bytes


class Listener:
    """Listens on a port of this machine (0: any free one) from `with` to its end; what arrives is in `arrived`."""

    def __init__(self, port: int) -> None:
        self.arrived: SimpleQueue[Arrived] = SimpleQueue()
        arrived = self.arrived

        class Receiver(BaseHTTPRequestHandler):
            timeout = 30

            def do_POST(self) -> None:
                length = int(self.headers.get("content-length") or 0)
                if length > LONGEST:
                    self.send_error(413)
                    return
                headers = {name.lower(): value for name, value in self.headers.items()}
                arrived.put(Arrived(headers, self.rfile.read(length)))
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """What arrives is printed as it is verified."""

        self._server = ThreadingHTTPServer(("127.0.0.1", port), Receiver)
        self._thread = Thread(target=self._server.serve_forever, name="listener")

    @property
    def url(self) -> str:
        """Where messages are to be sent."""
        return f"http://127.0.0.1:{self._server.server_port}/"

    def __enter__(self) -> Self:
        """Messages are taken from now on."""
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """They are taken no more."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class Heard(NamedTuple):
    """One message, verified: which signatures hold, and what is wrong, where something is."""

    id: str
    type: str
    data: dict[str, Any]
    signatures: list[str]
    again: bool
    wrong: list[str]


@dataclass
class _Chain:
    """The hashes of the messages that came, by number. The one before the first has none."""

    hashes: dict[int, str] = field(default_factory=lambda: {0: ""})

    def missing(self, upto: int) -> list[int]:
        return [number for number in range(1, upto + 1) if number not in self.hashes]


class Verifier:
    """Knows an endpoint's keys and what has come so far. For one thread."""

    def __init__(self, secret: str, public_key: str) -> None:
        self._secret = b64decode(secret.removeprefix("whsec_"))
        self._public = Ed25519PublicKey.from_public_bytes(b64decode(public_key.removeprefix("whpk_")))
        self._seen: set[str] = set()
        self._chains: dict[str | None, _Chain] = {}

    def hear(self, arrived: Arrived) -> Heard | None:
        """What it is; None where it is not the endpoint's, or is too old."""
        ident, signatures = arrived.headers.get("webhook-id", ""), self._signatures(arrived)
        if not signatures:
            return None
        message = msgspec.json.decode(arrived.body)
        type_, data = str(message["type"]), dict(message["data"])
        again = ident in self._seen
        self._seen.add(ident)
        wrong = [] if again else self._follow(type_, data, sha256(arrived.body).hexdigest())
        return Heard(ident, type_, data, signatures, again, wrong)

    def missing(self) -> list[str]:
        """What has not come of all that is known to have been sent."""
        return [
            f"missing of {name or 'the endpoint'}: {', '.join(map(str, numbers))}"
            for name, chain in self._chains.items()
            if (numbers := chain.missing(max(chain.hashes)))
        ]

    def _signatures(self, arrived: Arrived) -> list[str]:
        ident, at = arrived.headers.get("webhook-id", ""), arrived.headers.get("webhook-timestamp", "")
        if not at.isdecimal() or abs(time.time() - int(at)) > TOLERANCE:
            return []
        signed = f"{ident}.{at}.".encode() + arrived.body
        found = []
        for one in arrived.headers.get("webhook-signature", "").split(" "):
            scheme, _, said = one.partition(",")
            if self._holds(scheme, said, signed) and scheme not in found:
                found.append(scheme)
        return found

    def _holds(self, scheme: str, said: str, signed: bytes) -> bool:
        try:
            signature = b64decode(said, validate=True)
            if scheme == "v1a":
                self._public.verify(signature, signed)
                return True
        except (ValueError, InvalidSignature):
            return False
        return scheme == "v1" and hmac.compare_digest(signature, hmac.digest(self._secret, signed, "sha256"))

    def _follow(self, type_: str, data: dict[str, Any], digest: str) -> list[str]:
        """Whether it joins on to what came before. Messages may overtake each other: a gap is one at a heartbeat."""
        chain = self._chains.setdefault(data.get("subscription"), _Chain())
        number, previous = int(data["number"]), str(data["previous"])
        if type_ in UNNUMBERED:
            before, missing = chain.hashes.get(number), chain.missing(number)
            wrong = [f"missing: {', '.join(map(str, missing))}"] if missing else []
        else:
            chain.hashes[number] = digest
            before, wrong = chain.hashes.get(number - 1), []
        return wrong if before in {None, previous} else [*wrong, "it does not follow on the message before it"]
