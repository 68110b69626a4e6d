"""Logs as JSON lines without personal data: ids, names of facts and positions, never what a person entered."""

import logging
import sys
import traceback
from typing import Any

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

# Their texts speak of files, addresses and settings. Any other exception's text may quote what somebody entered.
SPEAKING: tuple[type[BaseException], ...] = (OSError, ImportError)
DEEPEST = 30


def configure(process: str, level: str = "info") -> None:
    """Sends this process's logs, and those of its libraries, to standard error; called once, when it starts."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _Named(process),
        discreet_exception,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper())
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logging.getLogger(name).handlers = []
        logging.getLogger(name).propagate = True
    # Addresses carry questions, and questions carry names; who read what is kept by the audit, not by a log.
    logging.getLogger("uvicorn.access").setLevel(logging.CRITICAL)
    logging.getLogger("httpx2").setLevel(logging.WARNING)
    # It says of each tick that it begins and that it is over: four lines every five seconds.
    logging.getLogger("apscheduler").setLevel(logging.WARNING)
    # It repeats itself at every try, and at its most talkative quotes messages, which hold facts.
    logging.getLogger("kafka").setLevel(logging.CRITICAL)


class _Named:
    def __init__(self, process: str) -> None:
        self.process = process

    def __call__(self, _: WrappedLogger, __: str, event: EventDict) -> EventDict:
        event["process"] = self.process
        return event


def discreet_exception(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """Says of an exception its type, where it came from, and PostgreSQL's code; its text only when that is safe."""
    found = event.pop("exc_info", None)
    error = sys.exc_info()[1] if found is True else found[1] if isinstance(found, tuple) else found
    if isinstance(error, BaseException):
        event["exception"] = describe(error)
    return event


def describe(error: BaseException) -> dict[str, Any]:
    """What may be kept of an exception: type, sqlstate, frames as `file:line function`, and what caused it."""
    frames = traceback.extract_tb(error.__traceback__)[-DEEPEST:]
    said: dict[str, Any] = {"type": f"{type(error).__module__}.{type(error).__qualname__}"}
    if isinstance(error, SPEAKING):
        said["text"] = str(error)
    if getattr(error, "sqlstate", None):
        said["sqlstate"] = getattr(error, "sqlstate", None)
    said["frames"] = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
    if error.__cause__ is not None:
        said["cause"] = describe(error.__cause__)
    return said
