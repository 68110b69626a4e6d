"""The program as somebody types it, a process each time: forked from one that has loaded all of it once.

To load it is most of what a command costs. Processes that are the matter of a test themselves, and the page that is
walked through, are started from nothing.
"""

import atexit
import gc
import json
import os
import select
import signal
import socket
import struct
import subprocess
import sys
import traceback
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile
from typing import NoReturn

from services.program import __main__ as program

LENGTH, STATUS = struct.Struct("!I"), struct.Struct("!i")


def typed(
    *arguments: str, environment: Mapping[str, str] | None = None, timeout: float = 120.0
) -> subprocess.CompletedProcess[str]:
    """What came of it; `environment` is all of it, else that of the tests."""
    asked = json.dumps({"arguments": arguments, "environment": dict(environment or os.environ), "in": os.getcwd()})
    with TemporaryFile() as said, TemporaryFile() as why, socket.socket(socket.AF_UNIX) as asking:
        asking.settimeout(timeout)
        asking.connect(_loaded())
        socket.send_fds(asking, [LENGTH.pack(len(asked.encode()))], [said.fileno(), why.fileno()])
        asking.sendall(asked.encode())
        (status,) = STATUS.unpack(asking.recv(STATUS.size, socket.MSG_WAITALL))
        texts = []
        for printed in (said, why):
            printed.seek(0)
            texts.append(printed.read().decode())
    return subprocess.CompletedProcess(["caunoi", *arguments], status, *texts)


@cache
def _loaded() -> str:
    """Where the one listens from which the others are forked; it ends with the tests."""
    place = TemporaryDirectory(prefix="caunoi-typed-")
    address = str(Path(place.name) / "socket")
    argv = [sys.executable, "-m", "tests.program.typed", address]
    server = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def end() -> None:
        server.communicate(timeout=60)
        place.cleanup()

    atexit.register(end)
    assert server.stdout
    assert server.stdout.readline() == b"ready\n"
    return address


def _become(address: str) -> bool:
    """True in a new process, once for each that is asked for: as if it had been started so. False at the end."""
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(address)
        listening.listen()
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)
        while listening in select.select([listening, sys.stdin], [], [])[0]:
            asking, _ = listening.accept()
            if os.fork() == 0:
                listening.close()
                return _answer(asking)
            asking.close()
    return False


def _answer(asking: socket.socket) -> bool:
    """Waits for the new process, and tells how it ended."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    head, handed, _, _ = socket.recv_fds(asking, LENGTH.size, 2)
    (length,) = LENGTH.unpack(head)
    asked = json.loads(asking.recv(length, socket.MSG_WAITALL))
    if child := os.fork():
        asking.sendall(STATUS.pack(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])))
        os._exit(0)
    asking.close()
    with open(os.devnull, "rb") as nothing:
        os.dup2(nothing.fileno(), 0)
    for stream, descriptor in enumerate(handed, 1):
        os.dup2(descriptor, stream)
        os.close(descriptor)
    os.chdir(asked["in"])
    os.environ.clear()
    os.environ.update(asked["environment"])
    sys.argv = ["caunoi", *asked["arguments"]]
    return True


def _run() -> NoReturn:
    """The command, and then the end at once: to take apart what was loaded would cost more than the command."""
    status: object = 0
    try:
        program.main()
    except SystemExit as ended:
        status = ended.code
    except BaseException:  # noqa: BLE001  # as Python itself would end
        traceback.print_exc()
        status = 1
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status if isinstance(status, int) else 0 if status is None else 1)


if __name__ == "__main__":
    program.build(None)
    # What is shared shall stay so.
    gc.freeze()
    if _become(sys.argv[1]):
        _run()
