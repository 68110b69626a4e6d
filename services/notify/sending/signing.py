"""The headers of Standard Webhooks 1.0: which message, when it was tried, and that it is ours, in two schemes."""

import hmac
from base64 import b64encode
from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256

from services.webhook_keys import Keys

ID, TIMESTAMP, SIGNATURE = "webhook-id", "webhook-timestamp", "webhook-signature"


def headers(id: str, at: datetime, body: bytes, keys: Sequence[Keys]) -> dict[str, str]:  # noqa: A002  # as the standard
    """The three headers of one attempt: `id` is the same on every attempt, `at` (aware) is the attempt's instant.

    Signed is ID.SECONDS.BODY, by each generation of keys that lives, the newest first: `v1a` (Ed25519), which is proof
    for strangers too, and `v1` (HMAC-SHA256), which every library knows.

    Raises:
        ValueError: the id has a full stop, the instant no zone, or there are no keys: that would prove nothing.
    """
    if "." in id or at.tzinfo is None or not keys:
        raise ValueError("a message is signed by its id without full stops, an instant with its zone, and some keys")
    seconds = str(int(at.timestamp()))
    signed = f"{id}.{seconds}.".encode() + body
    return {ID: id, TIMESTAMP: seconds, SIGNATURE: " ".join(_signature(one, signed) for one in keys)}


def _signature(keys: Keys, signed: bytes) -> str:
    ours = b64encode(keys.private.sign(signed)).decode()
    shared = b64encode(hmac.digest(keys.secret, signed, sha256)).decode()
    return f"v1a,{ours} v1,{shared}"
