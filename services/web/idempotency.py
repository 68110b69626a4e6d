"""A key that a caller chooses makes a change happen once: the same caller and key are the same command, for ever."""

from uuid import UUID, uuid5

from events.fact import Id
from services.access import Caller
from services.web.problem import Problem

HEADER = "Idempotency-Key"
LONGEST = 255


def command(caller: Caller, key: str) -> Id:
    """The command of a caller's key.

    Raises:
        Problem: 422, the key is empty or too long.
    """
    if not 0 < len(key) <= LONGEST:
        raise Problem(422, "invalid", f"an {HEADER} has 1 to {LONGEST} characters")
    return Id(str(uuid5(UUID(caller.id), key)))
