"""What stands between a message and the network: a name is looked up once, judged, and no other address is called."""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from ipaddress import ip_address
from typing import Any

from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.connector import AddrInfoType

from services.hostile import Allowed, Hostile, refusal, usable
from services.notify.sending.limits import limits

LookUp = Callable[[str, int], Awaitable[Sequence[str]]]
"""The addresses of a host's name, in the order in which to try them. Raises OSError where it has none."""


class Forbidden(OSError):
    """This address may not be called; the text says why."""


class Guard(AbstractResolver):
    """Looks names up for one client's connections. There is nothing between its answer and the connection."""

    def __init__(self, allow: Allowed, look_up: LookUp | None = None) -> None:
        self._allow = allow
        self._own = NamesOfTheSystem() if look_up is None else None
        self._look_up = look_up if look_up is not None else self._own_look_up

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """The addresses of a name that may be called.

        Raises:
            Forbidden: it has none that may.
            OSError: it has none.
        """
        found = await self._look_up(host, port)
        try:
            addresses = usable(found, port, self._allow)
        except Hostile as hostile:
            raise Forbidden(str(hostile)) from None
        return [
            ResolveResult(
                hostname=host,
                host=str(address),
                port=port,
                family=socket.AF_INET if address.version == 4 else socket.AF_INET6,
                proto=socket.IPPROTO_TCP,
                flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV,
            )
            for address in addresses
            if family in {socket.AF_UNSPEC, socket.AF_INET if address.version == 4 else socket.AF_INET6}
        ]

    def open_socket(self, found: AddrInfoType) -> socket.socket:
        """The socket for an address, at the last moment before it is called: the judgement that nothing goes round.

        Raises:
            Forbidden: it may not be called.
        """
        family, kind, proto, _, (host, port, *_) = found
        why = refusal(ip_address(host), int(port), self._allow)
        if why is not None:
            raise Forbidden(why)
        return socket.socket(family, kind, proto)

    async def close(self) -> None:
        """Look up no more."""
        if self._own is not None:
            self._own.close()

    async def _own_look_up(self, host: str, port: int) -> Sequence[str]:
        assert self._own is not None
        return await self._own(host, port)


class NamesOfTheSystem:
    """What `getaddrinfo` says, in threads of its own, since it can neither be cancelled nor be given a time.

    A server of names that hangs for some leaves the others their threads.
    """

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(limits().post.looking_up, thread_name_prefix="names")

    async def __call__(self, host: str, port: int) -> Sequence[str]:
        """The addresses of a host. Raises OSError where it has none."""
        loop = asyncio.get_running_loop()
        found = await loop.run_in_executor(self._threads, _getaddrinfo, host, port)
        return [str(address[4][0]) for address in found]

    def close(self) -> None:
        """Wait for nobody."""
        self._threads.shutdown(wait=False, cancel_futures=True)


def _getaddrinfo(host: str, port: int) -> list[Any]:
    return socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_ADDRCONFIG)
