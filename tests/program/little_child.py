"""A child of `little_up.py`: says its name and its database, and stays. The one that BROKEN names ends at once."""

import os
import signal
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer


class Ready(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()


def main(name: str) -> None:
    print(name, os.environ.get("CAUNOI_DATABASE"), flush=True)  # noqa: T201 - a test reads it
    if name == os.environ.get("BROKEN"):
        sys.exit("it is broken")
    if name == "demo":
        return
    if name == "http":
        HTTPServer(("127.0.0.1", int(os.environ["CAUNOI_PORT"])), Ready).serve_forever()
    signal.pause()


if __name__ == "__main__":
    main(sys.argv[1])
