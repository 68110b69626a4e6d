"""`caunoi serve`: one process of the system, started by `caunoi up` or, on several machines, by an operator."""

from enum import StrEnum
from importlib import import_module

import structlog
import typer

from services import logs
from services.program.database import as_app
from services.settings import Settings
from services.trouble import Exit, Trouble

# Each is called with the settings and returns when the process shall end.
PLACES = {
    "http": "services.program.http:serve",
    "scoring": "services.scoring.__main__:run",
    "notify": "services.program.notifying:serve",
    "audit": "services.audit.__main__:run",
    "relay": "services.relay.__main__:run",
}


class Process(StrEnum):
    """What can be served."""

    http = "http"
    scoring = "scoring"
    notify = "notify"
    audit = "audit"
    relay = "relay"


def register(app: typer.Typer) -> None:
    """Adds the command to the program."""
    app.command(name="serve")(serve)


def serve(process: Process) -> None:
    """Runs one process in the foreground; its settings are CAUNOI_… variables, CAUNOI_DATABASE among them."""
    settings = Settings.read()
    if settings.brokers is None and process is Process.relay:
        raise Trouble("the relay publishes to Kafka: set CAUNOI_BUS=kafka and CAUNOI_KAFKA=HOST:PORT", Exit.USAGE)
    if settings.database is None:
        raise Trouble("serve needs CAUNOI_DATABASE, the URL of the database; `caunoi up` brings its own", Exit.USAGE)
    logs.configure(process.value, settings.log_level)
    module, _, function = PLACES[process.value].partition(":")
    try:
        run = getattr(import_module(module), function)
        run(settings.model_copy(update={"database": as_app(settings.database)}))
    except Trouble:
        raise
    except Exception as error:  # noqa: BLE001  # whatever it is, it is logged, and the process ends
        # Python would print its text, which may quote what somebody entered.
        structlog.get_logger(process.value).critical("ended", exc_info=error)
        raise typer.Exit(Exit.FAILURE) from None
