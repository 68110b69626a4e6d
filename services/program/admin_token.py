"""The operator's bearer token of an embedded system, kept in a file that only its owner can read."""

import os
from importlib import import_module
from pathlib import Path


def ensure(data: Path, conninfo: str) -> None:
    """Makes sure that DIR/admin-token (mode 0600) holds a token that the system accepts."""
    access = import_module("services.access")
    path = data / "admin-token"
    if path.exists() and access.valid(conninfo, path.read_text().strip()):
        path.chmod(0o600)
        return
    _, token = access.issue(conninfo, organisation=None, role="operator", name="admin-token")
    write_private(path, token + "\n")


def write_private(path: Path, text: str) -> None:
    """Whole or not at all, and never readable by others, not even for a moment."""
    temporary = path.with_name(f".{path.name}.new")
    temporary.unlink(missing_ok=True)
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(descriptor)
    temporary.rename(path)
