"""What we sign is believed by the libraries of Standard Webhooks and of Svix, and by anybody who has the public key."""

from base64 import b64decode
from datetime import UTC, datetime, timedelta, timezone

import pytest
import standardwebhooks
import svix
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from hypothesis import given, settings
from hypothesis import strategies as st
from svix.webhooks import WebhookVerificationError as SvixRefused

from services.notify.sending.signing import headers
from services.webhook_keys import Keys

ID = "msg_0197c2a5f3b87c6e9d40a1b2c3d4e5f6"
BODY = '{"type":"member.transferred","data":{"subject":"0197","note":"cầu nối"}}'.encode()
FIRST, SECOND = Keys.derived(b"k" * 32, 1), Keys.derived(b"k" * 32, 2)


def ed25519_holds(keys: Keys, body: bytes, said: dict[str, str]) -> bool:
    """As a stranger checks it, who has nothing but the standard, the public key and what arrived."""
    public = Ed25519PublicKey.from_public_bytes(b64decode(keys.shown_public_key.removeprefix("whpk_")))
    signed = f"{said['webhook-id']}.{said['webhook-timestamp']}.".encode() + body
    for signature in said["webhook-signature"].split(" "):
        scheme, _, value = signature.partition(",")
        if scheme == "v1a":
            try:
                public.verify(b64decode(value), signed)
            except InvalidSignature:
                continue
            return True
    return False


@pytest.mark.parametrize("keys", [FIRST, SECOND])
def test_every_library_believes_both_generations_while_two_live(keys: Keys) -> None:
    said = headers(ID, datetime.now(UTC), BODY, [SECOND, FIRST])
    assert standardwebhooks.Webhook(keys.shown_secret).verify(BODY, said)["type"] == "member.transferred"
    assert svix.Webhook(keys.shown_secret).verify(BODY, said)["type"] == "member.transferred"
    assert ed25519_holds(keys, BODY, said)


def test_each_delivery_has_both_schemes_and_one_more_pair_a_generation() -> None:
    one, two = (headers(ID, datetime.now(UTC), BODY, keys)["webhook-signature"] for keys in ([FIRST], [SECOND, FIRST]))
    assert [signature.partition(",")[0] for signature in one.split(" ")] == ["v1a", "v1"]
    assert [signature.partition(",")[0] for signature in two.split(" ")] == ["v1a", "v1", "v1a", "v1"]


def test_a_generation_that_has_ended_is_believed_by_nobody() -> None:
    said = headers(ID, datetime.now(UTC), BODY, [SECOND])
    with pytest.raises(standardwebhooks.WebhookVerificationError):
        standardwebhooks.Webhook(FIRST.shown_secret).verify(BODY, said)
    with pytest.raises(SvixRefused):
        svix.Webhook(FIRST.shown_secret).verify(BODY, said)
    assert not ed25519_holds(FIRST, BODY, said)


@given(body=st.binary(max_size=200), other=st.binary(max_size=200), at=st.integers(0, 2**33))
@settings(max_examples=40)
def test_a_signature_is_of_one_body_one_id_and_one_second(body: bytes, other: bytes, at: int) -> None:
    said = headers(ID, datetime.fromtimestamp(at, UTC), body, [FIRST])
    assert ed25519_holds(FIRST, body, said)
    assert ed25519_holds(FIRST, other, said) == (body == other)
    assert not ed25519_holds(FIRST, body, {**said, "webhook-id": ID + "0"})
    assert not ed25519_holds(FIRST, body, {**said, "webhook-timestamp": str(int(said["webhook-timestamp"]) + 1)})


def test_the_instant_is_the_same_in_every_zone() -> None:
    at = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
    there = at.astimezone(timezone(timedelta(hours=7)))
    assert headers(ID, there, BODY, [FIRST]) == headers(ID, at, BODY, [FIRST])
    assert headers(ID, at, BODY, [FIRST])["webhook-timestamp"] == "1795406400"


def test_the_same_key_and_generation_are_the_same_secret_and_no_two_of_them_are_alike() -> None:
    again = Keys.derived(b"k" * 32, 1)
    assert (again.shown_secret, again.shown_public_key) == (FIRST.shown_secret, FIRST.shown_public_key)
    others = [SECOND, Keys.derived(b"l" * 32, 1)]
    secrets = {keys.shown_secret for keys in [FIRST, *others]} | {keys.shown_public_key for keys in [FIRST, *others]}
    assert len(secrets) == 6
    assert FIRST.shown_secret.startswith("whsec_")
    assert len(b64decode(FIRST.shown_secret.removeprefix("whsec_"))) == 32


@pytest.mark.parametrize(
    ("id", "at", "keys"),
    [
        ("msg.0197", datetime.now(UTC), [FIRST]),
        (ID, datetime.now(UTC).replace(tzinfo=None), [FIRST]),
        (ID, datetime.now(UTC), []),
    ],
)
def test_what_would_prove_nothing_is_not_signed(id: str, at: datetime, keys: list[Keys]) -> None:  # noqa: A002
    with pytest.raises(ValueError, match="without full stops"):
        headers(id, at, BODY, keys)
