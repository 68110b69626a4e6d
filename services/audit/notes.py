"""Signed notes and checkpoints, as C2SP's signed-note and tlog-checkpoint (v1) describe them, with Ed25519."""

import base64
import binascii
import re
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

ED25519 = b"\1"
PRIVATE = "PRIVATE+KEY+"
LONGEST = 65_536
"""Bytes of a note that is looked at."""
ID, KEY, SIGNATURE, ROOT = 4, 32, 64, 32
NAME = r"[^\s+]+"
SIGNED = re.compile(rf"— ({NAME}) ([A-Za-z0-9+/]+=*)")
VKEY = re.compile(rf"({NAME})\+([0-9a-f]{{8}})\+([A-Za-z0-9+/]+=*)")
SIZE = re.compile(r"0|[1-9][0-9]{0,18}", re.ASCII)
CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")


class Untrusted(Exception):
    """The note is none, or nobody whom we know has signed it; the text says why."""


class Checkpoint(NamedTuple):
    """What a log says of itself: the tree of its first `size` records has this root."""

    origin: str
    size: int
    root: bytes

    def text(self) -> str:
        """As it is signed."""
        return f"{self.origin}\n{self.size}\n{_encode(self.root)}\n"


@dataclass(frozen=True)
class VerifierKey:
    """Who may be believed: the name, and the 32 bytes of the public key."""

    name: str
    public: bytes

    @classmethod
    def parse(cls, text: str) -> "VerifierKey":
        """`NAME+HASH+BASE64`, as `GET /checkpoints/key` has it.

        Raises:
            ValueError: it is none, or its hash is another key's.
        """
        name, public = _parse_key(text.strip())
        return cls(name, public)

    @property
    def id(self) -> bytes:
        """Four bytes that tell it from others of the same name."""
        return sha256(self.name.encode() + b"\n" + ED25519 + self.public).digest()[:ID]

    def text(self) -> str:
        """As it is handed out."""
        return f"{self.name}+{self.id.hex()}+{_encode(ED25519 + self.public)}"


@dataclass(frozen=True)
class SignerKey:
    """Who signs: the name, and the 32 bytes that are to be kept secret."""

    name: str
    secret: bytes

    def __repr__(self) -> str:
        return f"SignerKey({self.name})"

    @classmethod
    def new(cls, name: str) -> "SignerKey":
        """A key that nobody has."""
        return cls(name, Ed25519PrivateKey.generate().private_bytes_raw())

    @classmethod
    def parse(cls, text: str) -> "SignerKey":
        """`PRIVATE+KEY+NAME+HASH+BASE64`, as its file has it.

        Raises:
            ValueError: it is none, or its hash is another key's. The text repeats nothing of it.
        """
        text = text.strip()
        if not text.startswith(PRIVATE):
            raise ValueError(f"it does not begin with {PRIVATE}")
        name, secret = _parse_key(text.removeprefix(PRIVATE), secret=True)
        return cls(name, secret)

    @property
    def verifier(self) -> VerifierKey:
        """What others need to believe it."""
        return VerifierKey(self.name, _private(self.secret).public_key().public_bytes_raw())

    def text(self) -> str:
        """As its file has it."""
        return f"{PRIVATE}{self.name}+{self.verifier.id.hex()}+{_encode(ED25519 + self.secret)}"

    def sign(self, text: str) -> str:
        """The note: the text, an empty line, and one signature."""
        signature = _private(self.secret).sign(text.encode())
        return f"{text}\n— {self.name} {_encode(self.verifier.id + signature)}\n"


def opened(note: str | bytes, keys: Sequence[VerifierKey]) -> str:
    """The text of a note that at least one of the keys has signed; signatures of others are passed over.

    Raises:
        Untrusted: it is no note, none of the keys has signed it, or a signature of one of them is wrong.
    """
    text, signatures = _split(_decoded(note))
    known = {(key.name, key.id): key for key in keys}
    believed = False
    for name, packed in signatures:
        key = known.get((name, packed[:ID]))
        if key is None:
            continue
        try:
            Ed25519PublicKey.from_public_bytes(key.public).verify(packed[ID:], text.encode())
        except (InvalidSignature, ValueError):
            raise Untrusted(f"the signature of {name}+{key.id.hex()} is wrong") from None
        believed = True
    if not believed:
        raise Untrusted("none of the known keys has signed it")
    return text


def read(note: str | bytes, keys: Sequence[VerifierKey], origin: str) -> Checkpoint:
    """The checkpoint of a note, signed by one of the keys, of the log of that origin.

    Raises:
        Untrusted: as `opened`; or it is no checkpoint, or one of another log.
    """
    lines = opened(note, keys).removesuffix("\n").split("\n")
    if len(lines) < 3 or "" in lines or not SIZE.fullmatch(lines[1]):
        raise Untrusted("it is no checkpoint: origin, size and root are to be on a line each")
    if lines[0] != origin:
        raise Untrusted(f"it is not of this log: its origin is not {origin}")
    root = _bytes(lines[2])
    if root is None or len(root) != ROOT:
        raise Untrusted("its root is not the base64 of 32 bytes")
    return Checkpoint(lines[0], int(lines[1]), root)


def _decoded(note: str | bytes) -> str:
    if len(note) > LONGEST:
        raise Untrusted(f"it is longer than {LONGEST} bytes")
    try:
        said = note.decode() if isinstance(note, bytes) else note
        said.encode()
    except UnicodeError:
        raise Untrusted("it is not UTF-8") from None
    if CONTROL.search(said):
        raise Untrusted("it has control characters")
    return said


def _split(said: str) -> tuple[str, list[tuple[str, bytes]]]:
    """The text, and the signatures: name, and the four bytes of the key's id with what follows them."""
    at = said.rfind("\n\n")
    if at < 0 or not said.endswith("\n") or at + 2 == len(said):
        raise Untrusted("it has no text and signatures with an empty line between them")
    signatures = []
    for line in said[at + 2 : -1].split("\n"):
        found = SIGNED.fullmatch(line)
        packed = _bytes(found[2]) if found else None
        if found is None or packed is None or len(packed) <= ID:
            raise Untrusted("a line below the empty one is no signature")
        signatures.append((found[1], packed))
    return said[: at + 1], signatures


def _parse_key(text: str, *, secret: bool = False) -> tuple[str, bytes]:
    found = VKEY.fullmatch(text)
    packed = _bytes(found[3]) if found else None
    if found is None or packed is None or len(packed) != 1 + KEY or packed[:1] != ED25519:
        raise ValueError("it is not NAME+HASH+BASE64 of an Ed25519 key")
    name, key = found[1], packed[1:]
    public = SignerKey(name, key).verifier if secret else VerifierKey(name, key)
    if public.id.hex() != found[2]:
        raise ValueError("its hash is not that of its name and key")
    return name, key


def _private(secret: bytes) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(secret)


def _encode(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _bytes(text: str) -> bytes | None:
    """What base64 stands for; None of what is none, or is written in another way than the one."""
    try:
        data = base64.b64decode(text, validate=True)
    except binascii.Error:
        return None
    return data if _encode(data) == text else None
