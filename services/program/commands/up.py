"""`caunoi up`: the whole system on this machine until Ctrl-C."""

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from services.program.options import AsJson, Data
from services.program.up import Up
from services.settings import Settings


def register(app: typer.Typer) -> None:
    """Adds the command to the program."""
    app.command(name="up")(up)


def up(
    data: Data = None,
    port: Annotated[int | None, typer.Option(help="Where http listens; 0 takes a free one. [default: 8000]")] = None,
    bus: Annotated[str | None, typer.Option(help="embedded or kafka. [default: embedded]")] = None,
    kafka: Annotated[str | None, typer.Option(help="An operator's brokers, HOST:PORT,…")] = None,
    database: Annotated[str | None, typer.Option(help="An operator's PostgreSQL (16 or newer), as a URL.")] = None,
    demo: Annotated[bool, typer.Option("--demo", help="Load the demonstration commune, once.")] = False,
    new_checkpoint_key: Annotated[
        bool,
        typer.Option("--new-checkpoint-key", help="Sign with a new key from now on: the old one is lost or known."),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Starts PostgreSQL, http, scoring, notify and audit, prints the address, and runs until it is asked to stop."""
    settings = Settings.read(data=data, port=port, bus=bus, kafka=kafka, database=database)

    def ready(address: str) -> None:
        said = json.dumps({"address": address, "data": str(Path(settings.data).resolve())}) if as_json else address
        sys.stdout.write(said + "\n")
        sys.stdout.flush()

    Up(settings, ready=ready, say=_say).run(demo=demo, new_checkpoint_key=new_checkpoint_key)


def _say(line: str) -> None:
    sys.stderr.write(line + "\n")
    sys.stderr.flush()
