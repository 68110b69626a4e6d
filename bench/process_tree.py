"""A process and all that it started."""

import os
from pathlib import Path


def tree(root: int) -> list[int]:
    """The ids of a process and of all below it, as they are now."""
    children: dict[int, list[int]] = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                stat = Path(f"/proc/{entry}/stat").read_text()
            except OSError:
                continue  # it ended meanwhile
            children.setdefault(int(stat.rpartition(")")[2].split()[1]), []).append(int(entry))
    found = [root]
    for process in found:
        found.extend(children.get(process, ()))
    return found
