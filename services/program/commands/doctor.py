"""`caunoi doctor`: what is wrong, why, and what to type next."""

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import typer

from services.program.checks import HERE, THERE, Finding
from services.program.checks_kafka import kafka
from services.program.checks_keys import keys
from services.program.options import AsJson, Data
from services.program.printing import out, out_json
from services.program.system import System
from services.settings import Settings
from services.trouble import Exit, Trouble


def register(app: typer.Typer) -> None:
    """Adds the command to the program."""
    app.command(name="doctor")(doctor)


def doctor(data: Data = None, as_json: AsJson = False) -> None:
    """Looks at everything that is known to go wrong; ends with 1 when something has."""
    findings = list(examine(data))
    if as_json:
        out_json([asdict(finding) for finding in findings])
    else:
        width = max(len(finding.check) for finding in findings)
        for finding in findings:
            out(f"{'look' if finding.todo else 'ok':4}  {finding.check:{width}}  {finding.found}")
            if finding.todo:
                out(f"{'':4}  {'':{width}}  → {finding.todo}")
    if any(finding.todo for finding in findings):
        raise typer.Exit(Exit.FAILURE)


def examine(data: Path | None) -> Iterator[Finding]:
    """The findings, from the ground up; a missing ground makes the rest pointless."""
    settings = Settings.read(data=data)
    remote = data is None and settings.url is not None
    for check in () if remote else (*HERE, keys, kafka):
        missing = False
        for finding in check(settings):
            yield finding
            missing = finding.check in ("data", "up") and bool(finding.todo)
        if missing:
            return
    try:
        with System.find(data) as system:
            for ask in THERE:
                yield from ask(system)
    except Trouble as trouble:
        yield Finding("http", str(trouble), f"tail {settings.data.resolve()}/logs/http.log")
