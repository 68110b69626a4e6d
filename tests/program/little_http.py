"""`caunoi serve http` that waits a second for what it is answering when it shall end, where that is not the matter."""

import sys

from services.program import __main__ as program
from services.program import http

if __name__ == "__main__":
    http.FINISH_SECONDS = 1
    sys.argv = ["caunoi", "serve", "http"]
    program.main()
