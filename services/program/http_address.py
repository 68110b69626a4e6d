"""Where the http process listens: a port that is free, an address for people, and whether it is ready."""

import http.client
import socket

from services.trouble import Exit, Trouble

EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}  # noqa: S104 - compared with, not listened on
ANSWER_SECONDS = 5.0


def free_port(host: str, port: int) -> int:
    """The port itself, or a free one for 0. Raises Trouble when somebody listens there already."""
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
            return int(probe.getsockname()[1])
    except OSError as error:
        raise Trouble(f"cannot listen on {host} port {port} ({error.strerror}): choose another --port") from None
    except OverflowError:
        raise Trouble(f"{port} is no port", Exit.USAGE) from None


def local(host: str) -> str:
    """How a program on this machine reaches what listens on `host`."""
    return EVERYWHERE.get(host, host)


def address(host: str, port: int) -> str:
    """The URL for programs on this machine."""
    name = local(host)
    return f"http://[{name}]:{port}" if ":" in name else f"http://{name}:{port}"


def ready(host: str, port: int) -> bool:
    """Whether /readyz answers 200 now."""
    connection = http.client.HTTPConnection(local(host), port, timeout=ANSWER_SECONDS)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
