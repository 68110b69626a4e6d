"""What a change of an endpoint must know, and what its answer shows: whether an address may be called, and its keys."""

from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as TooSlow
from dataclasses import dataclass
from functools import cache
from socket import SOCK_STREAM, getaddrinfo
from typing import Any

from events.endpoint import EndpointRotated
from events.fact import Fact, Id
from services.hostile import Allowed, Hostile, target, usable
from services.ingest.streams import Source
from services.web.problem import Problem
from services.webhook_keys import Keys, kept_key

LOOKING_UP = 8
PATIENCE = 2.0
"""Seconds that a server of names has to answer; a name without an address now may have one when it is called."""


@dataclass(frozen=True, slots=True)
class Reachable:
    """An address that somebody wants called."""

    url: str

    def ask(self, source: Source) -> str | Problem:
        """The address in the one spelling that is called, or why it is not."""
        allow = Allowed.read(source.webhook_allow)
        try:
            wanted = target(self.url, allow)
            if wanted.address is None and (found := _addresses(wanted.host, wanted.port)):
                usable(found, wanted.port, allow)
        except Hostile as hostile:
            return Problem(422, "endpoint.url", str(hostile), [("/url", str(hostile))])
        return wanted.url


def keys_shown(source: Source, endpoint: Id, fact: Fact) -> dict[str, Any]:
    """The secret and the public key of the generation that a fact begins: they follow from the endpoint's own key."""
    key = kept_key(source.connection, source.keys.master, endpoint)
    assert key is not None, "what is on record of an endpoint was sealed with its key"
    keys = Keys.derived(key, fact.generation if isinstance(fact, EndpointRotated) else 1)
    return {"secret": keys.shown_secret, "public_key": keys.shown_public_key}


@cache
def _threads() -> ThreadPoolExecutor:
    """Names are looked up in threads of their own: a server of names that hangs keeps nobody else waiting."""
    return ThreadPoolExecutor(LOOKING_UP, thread_name_prefix="names")


def _addresses(host: str, port: int) -> list[str]:
    """Those that a name has now; none where nobody knows."""
    looked_up = _threads().submit(getaddrinfo, host, port, type=SOCK_STREAM)
    try:
        return [str(address[4][0]) for address in looked_up.result(PATIENCE)]
    except (TooSlow, OSError):
        looked_up.cancel()
        return []
