"""What a process loads for nothing costs it at every start: here it is kept from doing so."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType


def load_logging() -> None:
    """Loads structlog without rich: it takes all of that where it finds it, for colours that logs in JSON never have.

    That was a fifth of the time in which each process of the system starts.
    """
    with _without("rich"):
        import structlog  # noqa: F401  # whoever asks for it later finds it loaded


@contextmanager
def _without(name: str) -> Iterator[None]:
    """As if it were not installed, unless somebody has loaded it already."""
    modules: dict[str, ModuleType | None] = sys.modules  # type: ignore[assignment]  # None: cannot be imported
    if name in modules:
        yield
        return
    modules[name] = None
    try:
        yield
    finally:
        del modules[name]
