"""One POST to a stranger's server: bounded in time and in size, to checked addresses alone, its outcome as data."""

import asyncio
import ssl
from collections.abc import Mapping
from time import perf_counter
from types import TracebackType
from typing import Self

import aiohttp
import yarl

from services.hostile import Allowed, Hostile, target
from services.notify.sending.explaining import asked, explained, kind_of
from services.notify.sending.guard import Guard, LookUp
from services.notify.sending.limits import Post, limits
from services.notify.sending.outcome import Kind, Outcome

ALWAYS = {"content-type": "application/json", "user-agent": "caunoi", "accept": "*/*", "accept-encoding": "identity"}
MOST_SAID = 200
"""Letters of an error that are kept."""


class Poster:
    """Posts bodies, many at a time. An async context manager, for one event loop.

    `tls` is how certificates are judged (default: as the system does), `look_up` who knows the addresses of a name.
    """

    def __init__(
        self,
        allow: Allowed,
        *,
        bounds: Post | None = None,
        tls: ssl.SSLContext | None = None,
        look_up: LookUp | None = None,
    ) -> None:
        self._allow = allow
        self._bounds = bounds if bounds is not None else limits().post
        self._tls = tls
        self._look_up = look_up
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        """Open no connection yet."""
        guard = Guard(self._allow, self._look_up)
        # How many are on their way is the sender's choice; waiting here would count as a receiver's slowness.
        connector = aiohttp.TCPConnector(
            resolver=guard,
            socket_factory=guard.open_socket,
            use_dns_cache=False,
            ssl=self._tls if self._tls is not None else ssl.create_default_context(),
            limit=0,
            limit_per_host=0,
            keepalive_timeout=self._bounds.keep_alive,
        )
        self._session = aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            trust_env=False,
            auto_decompress=False,
            read_bufsize=self._bounds.most_read,
            timeout=aiohttp.ClientTimeout(
                total=None, connect=None, sock_connect=self._bounds.connect, sock_read=self._bounds.read
            ),
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close all connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Outcome:
        """Post once. What goes wrong is an outcome: nothing is raised but a cancellation."""
        begun = perf_counter()
        try:
            wanted = target(url, self._allow)
        except Hostile as hostile:
            return Outcome(None, Kind.FORBIDDEN, _since(begun), error=str(hostile))
        try:
            return await self._post(wanted.url, body, headers, begun)
        except TimeoutError as error:
            # The library's own text would name the address, which is nobody's but its owner's.
            connecting = isinstance(error, aiohttp.ConnectionTimeoutError)
            said = "no connection" if connecting else "no answer"
            return Outcome(None, Kind.TIMEOUT, _since(begun), error=f"{said} in time")
        except (aiohttp.ClientError, OSError, ValueError) as error:
            kind, said = explained(error)
            return Outcome(None, kind, _since(begun), error=said[:MOST_SAID])

    async def _post(self, url: str, body: bytes, headers: Mapping[str, str], begun: float) -> Outcome:
        assert self._session is not None, "open it first"
        end = asyncio.get_running_loop().time() + self._bounds.total
        async with asyncio.timeout_at(end):
            # The URL was spelt by us: nobody shall read it differently.
            response = await self._session.post(
                yarl.URL(url, encoded=True), data=body, headers={**ALWAYS, **headers}, allow_redirects=False
            )
        answer, error = await self._read(response, end)
        retry_after = asked(response.headers.get("retry-after"))
        return Outcome(response.status, kind_of(response.status), _since(begun), answer, error, retry_after)

    async def _read(self, response: aiohttp.ClientResponse, end: float) -> tuple[bytes, str]:
        """How the answer begins, and what was wrong with the rest. Its status is what counts, whatever follows."""
        answer, size = b"", 0
        try:
            async with asyncio.timeout_at(end):
                async for chunk in response.content.iter_any():
                    answer = (answer + chunk)[: self._bounds.most_kept]
                    size += len(chunk)
                    if size > self._bounds.most_read:
                        return answer, f"the answer was cut after {self._bounds.most_read} bytes"
                return answer, ""
        except TimeoutError:
            return answer, "the answer did not end in time"
        except (aiohttp.ClientError, OSError) as error:
            return answer, f"the answer broke off: {type(error).__name__}"
        finally:
            # Given back where it was read to its end, else the connection is closed.
            if response.content.at_eof():
                response.release()
            else:
                response.close()


def _since(begun: float) -> int:
    return round((perf_counter() - begun) * 1000)
