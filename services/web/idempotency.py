"""A key that a caller chooses makes a change happen once: the same caller and key are the same command, for ever."""

from functools import lru_cache
from hashlib import sha1
from uuid import UUID

from events.fact import Id
from services.access import Caller
from services.web.problem import Problem

HEADER = "Idempotency-Key"
LONGEST = 255

_HIGH, _VERSION, _VARIANT = 0xFFFFFFFF_FFFF_0FFF_3FFF_FFFFFFFFFFFF, 5 << 76, 2 << 62


def command(caller: Caller, key: str) -> Id:
    """The command of a caller's key.

    Raises:
        Problem: 422, the key is empty or too long.
    """
    if not 0 < len(key) <= LONGEST:
        raise Problem(422, "invalid", f"an {HEADER} has 1 to {LONGEST} characters")
    # The UUIDv5 (RFC 9562, 5.5) of the key in the caller's name space; the library's takes three times as long.
    digest = sha1(_space(caller.id) + key.encode(), usedforsecurity=False).digest()
    text = f"{int.from_bytes(digest[:16], 'big') & _HIGH | _VERSION | _VARIANT:032x}"
    return Id(f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}")


@lru_cache(1024)
def _space(caller: str) -> bytes:
    return UUID(caller).bytes
