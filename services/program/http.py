"""The HTTP process: changes, questions, exchange and audit, each service's router, in one server."""

import gc
import socket
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from importlib.metadata import version
from typing import Any
from zoneinfo import ZoneInfo

import anyio
import anyio.to_thread
import psycopg
import uvicorn
from fastapi import FastAPI, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from psycopg_pool import ConnectionPool

from events.ledger import Ledger
from services.access import Tokens
from services.audit import api as audit
from services.audit import proofs
from services.ingest import openapi, tokens
from services.ingest.batch import Batch
from services.ingest.changes import CHANGES
from services.ingest.front import Front
from services.ingest.imports.api import Imports
from services.ingest.table import Table
from services.master_key import keyring
from services.notify import api as notify
from services.notify.feeds import addresses, stream
from services.notify.sending import api_endpoints as endpoints
from services.program.rules_at_hand import RulesAtHand
from services.questions import api as questions
from services.scoring import api as scoring
from services.settings import Settings
from services.web.context import Context
from services.web.ending import Ending
from services.web.problem import Problem, handle_problems

THREADS = 128
FINISH_SECONDS = 10
"""What is being answered when the process shall end has so long; then it is cut off, and told to ask again."""
STARTUP_FAILED = 3
"""The exit code of a server that could not begin, as uvicorn has it."""
LOOPBACK = ("127.0.0.1", "::1")


def build(settings: Settings) -> Ending:
    """The application. It opens its connections when the server starts it, and gives them back when it stops."""
    assert settings.database is not None, "serve was given a database"

    @asynccontextmanager
    async def life(app: FastAPI) -> AsyncIterator[None]:
        # Readers may wait seconds for a view, each in a thread: they shall not keep the others out.
        anyio.to_thread.current_default_thread_limiter().total_tokens = THREADS
        opened = Opened(settings)
        app.state.context = opened.open()
        try:
            yield
        finally:
            # Beside the loop, which meanwhile has those to tell whom the end has cut off.
            await anyio.to_thread.run_sync(opened.close, limiter=anyio.CapacityLimiter(1))

    app = FastAPI(title="caunoi", version=version("caunoi"), lifespan=life, redirect_slashes=False)
    handle_problems(app)
    exchange = (notify.router, endpoints.router, stream.router, addresses.router)
    for router in (questions.router, scoring.router, *exchange, audit.router, proofs.router, tokens.router):
        app.include_router(router)
    _probes(app)
    openapi.describe(app, CHANGES)
    table = Table(CHANGES)
    front = Front(app, app, table)
    return Ending(Imports(Batch(front, table), front, table))


class Opened:
    """What the process has open, between `open` and `close`."""

    def __init__(self, settings: Settings) -> None:
        assert settings.database is not None
        self._keys = keyring(settings)
        self._ledger = Ledger(settings.database)
        self._pool: ConnectionPool[psycopg.Connection[Any]] = ConnectionPool(
            settings.database,
            min_size=1,
            max_size=8,
            open=False,
            timeout=5,
            # After a restart of the database nobody is given a connection of before it.
            check=ConnectionPool.check_connection,
            kwargs={"autocommit": True},
        )
        self._settings = settings

    def open(self) -> Context:
        """Connects when it is used."""
        self._ledger.open()
        self._pool.open()
        rules = RulesAtHand(ZoneInfo(self._settings.timezone))
        return Context(self._settings, self._ledger, self._pool, Tokens(self._pool), self._keys, rules)

    def close(self) -> None:
        """Writes what waits, and gives the connections back."""
        self._ledger.close()
        self._pool.close()


def serve(settings: Settings) -> None:
    """Answer until SIGTERM; requests that are being answered are finished first, for `FINISH_SECONDS`."""
    # In words, before the server would hide them.
    keyring(settings)
    app = build(settings)
    # Warm streams are many small objects that live long: the collector need not look at all of them twice a second.
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 50, 1_000)
    config = uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,
        loop="uvloop",
        http="httptools",
        timeout_graceful_shutdown=FINISH_SECONDS,
        server_header=False,
    )
    server = Server(config, app.end)
    with suppress(KeyboardInterrupt):
        server.run()
    if not server.started:
        sys.exit(STARTUP_FAILED)


class Server(uvicorn.Server):
    """Says that it ends before it waits for what is being answered."""

    def __init__(self, config: uvicorn.Config, end: Callable[[], None]) -> None:
        super().__init__(config)
        self._end = end

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Streams end, and what else is being answered is finished."""
        self._end()
        await super().shutdown(sockets)


def _probes(app: FastAPI) -> None:
    def livez() -> dict[str, str]:
        return {"status": "ok"}

    def readyz(request: Request) -> dict[str, str]:
        here: Context = request.app.state.context
        try:
            here.ledger.head()
        except Exception:  # noqa: BLE001  # whatever it is, it is not ready
            raise Problem(503, "unavailable", "the database does not answer", headers={"Retry-After": "1"}) from None
        return {"status": "ok"}

    def metrics(request: Request) -> Response:
        if request.client is None or request.client.host not in LOOPBACK:
            raise Problem(403, "forbidden", "metrics are answered on the loopback address only")
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    probes: tuple[Callable[..., object], ...] = (livez, readyz, metrics)
    for probe in probes:
        app.add_api_route(f"/{probe.__name__}", probe, include_in_schema=False)
