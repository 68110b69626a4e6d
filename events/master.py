"""The master key: what every person's key is wrapped in, and what makes hashes that nobody else can guess."""

import hmac
from base64 import b64decode, b64encode, urlsafe_b64encode
from functools import lru_cache
from hashlib import sha256
from os import urandom
from pathlib import Path
from typing import Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from events.fact import Id

SIZE = 32
GUESSABLE = frozenset({"card", "citizen"})
"""Families of claims over numbers that somebody could try one after the other."""

NONCE = 12
REMEMBERED = 4_096
"""Hashes of claims that are not made a second time."""
_PROOF = b"caunoi master key"


class NoMasterKey(Exception):
    """The file is not there, cannot be read, or holds something else; the text says which."""


class WrongMasterKey(Exception):
    """It is a key, but not the one under which this was wrapped."""


class Master:
    """One master key. What is derived from it differs by purpose (HKDF-SHA256, RFC 5869)."""

    def __init__(self, key: bytes) -> None:
        if len(key) != SIZE:
            raise NoMasterKey(f"a master key has {SIZE} bytes, not {len(key)}")
        self._wrapping = AESGCM(_derived(key, b"wrapping"))
        # Begun once: with the key each time anew it takes three times as long.
        self._claims = hmac.new(_derived(key, b"claims"), digestmod=sha256)
        # Who is looked for by a number and then found to be new takes it in the next moment.
        self._hashed = lru_cache(REMEMBERED)(self._hash)
        self.digests = _derived(key, b"digests")
        """The key of the hashes by which one body is told from another."""

    @classmethod
    def read(cls, path: Path) -> Self:
        """The key in a file, as `new` wrote it.

        Raises:
            NoMasterKey: there is none.
        """
        try:
            key = b64decode(path.read_text(encoding="ascii").strip(), validate=True)
        except FileNotFoundError:
            raise NoMasterKey(f"there is no master key at {path}") from None
        except OSError as error:
            raise NoMasterKey(f"the master key at {path} cannot be read: {error.strerror}") from None
        except ValueError:
            key = b""
        if len(key) != SIZE:
            raise NoMasterKey(f"what is in {path} is no master key ({SIZE} bytes in base64)")
        return cls(key)

    @staticmethod
    def new() -> str:
        """A new key, as text for a file."""
        return b64encode(urandom(SIZE)).decode()

    def proof(self) -> bytes:
        """What tells this master key from another one without saying what it is."""
        return self.wrap(Id("master"), _PROOF)

    def proves(self, proof: bytes) -> bool:
        """Whether a proof was made with this key."""
        try:
            return self.unwrap(Id("master"), proof) == _PROOF
        except WrongMasterKey:
            return False

    def wrap(self, person: Id, key: bytes) -> bytes:
        """A person's key, to be kept."""
        return self.wrap_with(urandom(NONCE), person, key)

    def wrap_with(self, nonce: bytes, person: Id, key: bytes) -> bytes:
        """The same of one among many, whose nonces (12 bytes of chance, used once) are drawn together."""
        return nonce + self._wrapping.encrypt(nonce, key, person.encode())

    def unwrap(self, person: Id, wrapped: bytes) -> bytes:
        """The person's key that was kept.

        Raises:
            WrongMasterKey: it was not wrapped with this master key, or for somebody else.
        """
        try:
            return self._wrapping.decrypt(wrapped[:NONCE], wrapped[NONCE:], person.encode())
        except (InvalidTag, ValueError):
            raise WrongMasterKey(f"the key of {person} was not wrapped with this master key") from None

    def blind(self, claim: str) -> str:
        """The claim as it is kept: an HMAC-SHA256 (128 bits of it) in place of a number that could be guessed."""
        family = claim.partition(":")[0]
        if family not in GUESSABLE:
            return claim
        return f"{family}:{self._hashed(claim)}"

    def _hash(self, claim: str) -> str:
        made = self._claims.copy()
        made.update(claim.encode())
        return urlsafe_b64encode(made.digest()[:16]).decode()[:22]


def _derived(key: bytes, purpose: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=SIZE, salt=None, info=b"caunoi " + purpose).derive(key)
