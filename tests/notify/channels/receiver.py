"""Receivers with real sockets: each connection is given to a function that does what a stranger's may do."""

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Conduct = Callable[[socket.socket, threading.Event], None]
"""What is done with one connection; the event is set when the test is over."""

OK = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nok"


class Receiver:
    """Listens on a port of this machine; `met` are the requests that arrived, as they did."""

    def __init__(
        self, conduct: Conduct, host: str = "127.0.0.1", tls: ssl.SSLContext | None = None, *, listens: bool = True
    ) -> None:
        self.met: list[bytes] = []
        self.connections = 0
        self._conduct = conduct
        self._tls = tls
        self._listens = listens
        self._over = threading.Event()
        self._listening = socket.create_server((host, 0))
        self.host, self.port = self._listening.getsockname()[:2]
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()

    @property
    def url(self) -> str:
        return f"http{'s' if self._tls else ''}://{self.host}:{self.port}/hook"

    def close(self) -> None:
        self._over.set()
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        for thread in self._threads:
            thread.join(30)

    def _accept(self) -> None:
        while not self._over.is_set():
            try:
                connection, _ = self._listening.accept()
            except OSError:
                return
            self.connections += 1
            thread = threading.Thread(target=self._serve, args=[connection])
            self._threads.append(thread)
            thread.start()

    def _serve(self, connection: socket.socket) -> None:
        connection.settimeout(30)
        # A client that hangs up is what these tests are about.
        with connection, contextlib.suppress(OSError):
            served = self._tls.wrap_socket(connection, server_side=True) if self._tls else connection
            with served:
                if self._listens:
                    self.met.append(request(served))
                self._conduct(served, self._over)


def request(connection: socket.socket) -> bytes:
    """One request, to the end of its body."""
    read = b""
    while b"\r\n\r\n" not in read:
        more = connection.recv(65536)
        if not more:
            return read
        read += more
    head, _, body = read.partition(b"\r\n\r\n")
    lengths = [line.split(b":")[1] for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")]
    while lengths and len(body) < int(lengths[0]):
        body += connection.recv(65536)
    return head + b"\r\n\r\n" + body


def saying(answer: bytes) -> Conduct:
    """Answers so."""
    return lambda connection, _: connection.sendall(answer)


def hangs(connection: socket.socket, over: threading.Event) -> None:
    """Answers nothing, and keeps the connection."""
    over.wait(30)


def drips(text: bytes) -> Conduct:
    """A byte, and a while later another."""

    def conduct(connection: socket.socket, over: threading.Event) -> None:
        for at in range(len(text)):
            connection.sendall(text[at : at + 1])
            if over.wait(0.1):
                return
        over.wait(30)

    return conduct


def pours(connection: socket.socket, over: threading.Event) -> None:
    """Two hundred megabytes, or as many as are taken; `poured` remembers how many that were."""
    connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 209715200\r\n\r\n")
    for _ in range(3200):
        connection.sendall(b"x" * 65536)
        poured.append(65536)


poured: list[int] = []


@contextmanager
def receiving(
    conduct: Conduct, host: str = "127.0.0.1", tls: ssl.SSLContext | None = None, *, listens: bool = True
) -> Iterator[Receiver]:
    """A receiver that is gone when the `with` ends; it hears a request first, unless it `listens` to none."""
    receiver = Receiver(conduct, host, tls, listens=listens)
    try:
        yield receiver
    finally:
        receiver.close()
