"""A short life before another program's: takes its user, ties it to the parent's life, then becomes it.

Run as a script by `command`, never imported by what it becomes. It is a program of its own, because the settings must
be made between fork and exec, and running Python there is unsafe in a process that has threads. Nothing of it stays in
memory after exec. The tie is Linux's PR_SET_PDEATHSIG: the kernel itself sends the signal, so it holds over
`kill -9` of the parent. The kernel means the parent's *thread*; start children from the main thread.
"""

# Everything is imported before the user changes: Python itself may lie where the new user cannot come.
import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1
ANYBODY = "-"


def command(argv: list[str], *, death_signal: int, user: tuple[int, int] | None = None) -> list[str]:
    """The argv that runs `argv` as `user` (uid, gid; None: as the caller) until this process ends."""
    who = f"{user[0]}:{user[1]}" if user else ANYBODY
    return [sys.executable, "-I", "-S", __file__, "run", who, str(os.getpid()), str(int(death_signal)), *argv]


def probe(paths: list[str], *, user: tuple[int, int]) -> list[str]:
    """The argv that prints the first of `paths` that `user` cannot enter or read, and nothing when all can be."""
    return [sys.executable, "-I", "-S", __file__, "probe", f"{user[0]}:{user[1]}", *paths]


def become(who: str) -> None:
    """Takes the user's rights and only them: supplementary groups would leak the starter's."""
    if who == ANYBODY:
        return
    uid, gid = (int(part) for part in who.split(":"))
    os.setgroups([])
    os.setgid(gid)
    os.setuid(uid)


def tie(parent: int, death_signal: int) -> None:
    """After `become`, because a change of user unties; the parent may have gone before, hence the second look."""
    if sys.platform == "linux" and ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, death_signal, 0, 0, 0):
        raise OSError(ctypes.get_errno(), "prctl")
    if os.getppid() != parent:
        sys.exit("the parent is gone already")


def unreachable(paths: list[str]) -> str:
    """The first path that this process cannot enter (a directory) or read (a file), else an empty string."""
    for path in paths:
        if not os.access(path, os.X_OK if os.path.isdir(path) else os.R_OK):
            return path
    return ""


def main(argv: list[str]) -> None:
    """`run USER PARENT SIGNAL PROGRAM ARGUMENT…` or `probe USER PATH…`."""
    if argv[0] == "probe":
        become(argv[1])
        sys.stdout.write(unreachable(argv[2:]))
        return
    become(argv[1])
    tie(int(argv[2]), int(argv[3]))
    # What the starter ignores (a shell's background job ignores SIGINT) would stay ignored for good.
    for way in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(way, signal.SIG_DFL)
    os.execv(argv[4], argv[4:])


if __name__ == "__main__":
    main(sys.argv[1:])
