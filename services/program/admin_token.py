"""The operator's bearer token of an embedded system, kept in a file that only its owner can read."""

from importlib import import_module
from pathlib import Path

from services import whole_file
from services.whole_file import PRIVATE


def ensure(data: Path, conninfo: str) -> None:
    """Makes sure that DIR/admin-token (mode 0600) holds a token that the system accepts."""
    access = import_module("services.access")
    path = data / "admin-token"
    if path.exists() and access.valid(conninfo, path.read_text().strip()):
        path.chmod(0o600)
        return
    _, token = access.issue(conninfo, organisation=None, role="operator", name="admin-token")
    whole_file.write(path, token + "\n", PRIVATE)
