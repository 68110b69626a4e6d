"""A file that is there whole or not at all, also for whoever waits for it, and after a crash."""

import os
from pathlib import Path

PRIVATE = 0o600
AS_USUAL = 0o666


def write(path: Path, text: str, mode: int = AS_USUAL) -> None:
    """Replace the file; it never has a wider mode than that and the umask allow, not even for a moment.

    Raises:
        OSError: it cannot be written there, and is as it was.
    """
    temporary = path.with_name(f".{path.name}.new")
    temporary.unlink(missing_ok=True)
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(descriptor)
    temporary.rename(path)
