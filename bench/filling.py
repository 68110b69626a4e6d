"""Filling a ledger before something is measured of it."""

import asyncio
from collections.abc import Iterable
from itertools import islice

from events.ledger import Ledger
from events.request import Request

REQUESTS_AT_ONCE = 1000


def fill(ledger: Ledger, requests: Iterable[Request]) -> int:
    """Append them all; the position of the last.

    Raises:
        Exception: the first that was refused.
    """
    asyncio.run(_fill(ledger, requests))
    return ledger.head()


async def _fill(ledger: Ledger, requests: Iterable[Request]) -> None:
    supply = iter(requests)
    while part := list(islice(supply, REQUESTS_AT_ONCE)):
        for outcome in await ledger.append_all(part):
            if isinstance(outcome, Exception):
                raise outcome
