"""A real HTTP server of ours for a test: the whole application, on a free port, in a thread of its own."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import httpx2
import uvicorn

from services import access
from services.program.http import build
from services.settings import Settings
from tests.database import Database
from tests.keys import master_key_file


@contextmanager
def serving(database: Database, **chosen: str) -> Iterator[str]:
    """The address of a server on this database, perhaps with settings; it has stopped cleanly when the `with` ends."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port = listening.getsockname()[1]
        settings = Settings.read(database=database.app, master_key_file=master_key_file(), **chosen)
        config = uvicorn.Config(build(settings), log_config=None, lifespan="on")
        server = Announcing(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            assert server.up.wait(60), "the server did not start"
            yield f"http://127.0.0.1:{port}"
        finally:
            server.should_exit = True
            thread.join(60)


class Announcing(uvicorn.Server):
    """Says when it is up, so that nobody has to look again and again."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.up = threading.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, and say so."""
        await super().startup(sockets)
        self.up.set()


def client(address: str, database: Database, role: str = "operator", organisation: str | None = None) -> httpx2.Client:
    """A client with a token of that role."""
    _, token = access.issue(database.owner, organisation=organisation, role=role, name=role)
    return httpx2.Client(base_url=address, headers={"authorization": f"Bearer {token}"}, timeout=30)
