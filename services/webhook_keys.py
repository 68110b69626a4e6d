"""What an endpoint's messages are signed with: a secret for HMAC and a pair for Ed25519, both made from its one key."""

from base64 import b64encode
from functools import cached_property
from typing import Any

import psycopg
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from events.fact import Id
from events.master import Master

KEPT = "SELECT wrapped FROM keys.persons WHERE person = %s::uuid AND wrapped IS NOT NULL"
SECRET, PUBLIC = "whsec_", "whpk_"
"""How Standard Webhooks 1.0 begins the texts that are shown to people."""
BYTES = 32


class Keys:
    """The keys of one generation. `secret` is HMAC's (32 bytes), `seed` is Ed25519's (32 bytes)."""

    def __init__(self, secret: bytes, seed: bytes) -> None:
        self.secret = secret
        self.private = Ed25519PrivateKey.from_private_bytes(seed)

    @classmethod
    def derived(cls, key: bytes, generation: int) -> "Keys":
        """Those of a generation, from 1 on, of the endpoint whose key this is: asked again, they are the same."""
        return cls(*(_derived(key, f"caunoi webhook {generation} {use}") for use in ("hmac", "ed25519")))

    @cached_property
    def shown_secret(self) -> str:
        """As receivers that check HMAC want it: `whsec_` and base64."""
        return SECRET + b64encode(self.secret).decode()

    @cached_property
    def shown_public_key(self) -> str:
        """As receivers that check Ed25519 want it: `whpk_` and base64."""
        return PUBLIC + b64encode(self.private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)).decode()


def kept_key(connection: psycopg.Connection[Any], master: Master, endpoint: Id) -> bytes | None:
    """The key of an endpoint, from which those of its generations follow; None where it has none any more.

    Raises:
        WrongMasterKey: it was not wrapped with this master key.
    """
    row = connection.execute(KEPT, [endpoint]).fetchone()
    return None if row is None else master.unwrap(endpoint, row[0])


def _derived(key: bytes, info: str) -> bytes:
    return HKDF(SHA256(), BYTES, salt=None, info=info.encode()).derive(key)
