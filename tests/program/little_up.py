"""`caunoi up` with little children, for tests of what it does with them: `python little_up.py DIR [--database URL]`.

The children are this file, too: `little_up.py child NAME`. A child called `broken` by BROKEN ends at once.
"""

import os
import signal
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer

from services.program import __main__ as program
from services.program import up


class Ready(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()


def child(name: str) -> None:
    print(name, os.environ.get("CAUNOI_DATABASE"), flush=True)  # noqa: T201 - a test reads it
    if name == os.environ.get("BROKEN"):
        sys.exit("it is broken")
    if name == "demo":
        return
    if name == "http":
        HTTPServer(("127.0.0.1", int(os.environ["CAUNOI_PORT"])), Ready).serve_forever()
    signal.pause()


def little(*arguments: str) -> list[str]:
    return [sys.executable, __file__, "child", arguments[1] if arguments[0] == "serve" else arguments[0]]


if __name__ == "__main__":
    if sys.argv[1] == "child":
        child(sys.argv[2])
    else:
        up.program = little
        sys.argv = ["caunoi", "up", "--port", "0", "--data", *sys.argv[1:]]
        program.main()
