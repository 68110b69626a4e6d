"""`caunoi up` with little children, for tests of what it does with them: `python little_up.py DIR [OPTION…]`."""

import os
import sys
from pathlib import Path

from services.program import __main__ as program
from services.program import rotating, up

CHILD = Path(__file__).with_name("little_child.py")


def little(*arguments: str) -> list[str]:
    return [sys.executable, str(CHILD), arguments[1] if arguments[0] == "serve" else arguments[0]]


if __name__ == "__main__":
    up.program = little
    rotating.MOST = int(os.environ.get("LONGEST_LOG", rotating.MOST))
    sys.argv = ["caunoi", "up", "--port", "0", "--data", *sys.argv[1:]]
    program.main()
