"""`caunoi listen`: what arrives at an endpoint, verified, until Ctrl-C."""

import sys
from queue import Empty
from typing import Annotated, Any

import typer

from services.program.listening import Heard, Listener, Verifier
from services.program.options import AsJson, Data
from services.program.printing import ReaderGone, out, out_json, pause
from services.program.stopping import Asked, on_request
from services.program.system import System
from services.trouble import Trouble

LOOK_SECONDS = 0.1
ALLOW = "CAUNOI_WEBHOOK_ALLOW"


def register(app: typer.Typer) -> None:
    """Adds the command to the program."""
    app.command(name="listen")(listen)


def listen(
    organisation: Annotated[str, typer.Option(help="The id of the organisation that is told.")],
    port: Annotated[int, typer.Option(min=0, max=65535, help="Of this machine; 0: any free one.")] = 0,
    limit: Annotated[int | None, typer.Option(min=1, help="End after so many messages. [default: no end]")] = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Registers an endpoint on this machine and prints each message as it arrives, verified; ends it on Ctrl-C.

    A line is its number, its type, the notice, and which signatures hold; what is missing is said at each heartbeat
    and at the end. The system has to allow webhooks to this machine: CAUNOI_WEBHOOK_ALLOW=127.0.0.0/8,http.
    """
    with System.find(data) as system, Listener(port) as listener:
        endpoint = _registered(system, organisation, listener.url)
        verifier = Verifier(endpoint["secret"], endpoint["public_key"])
        _note(f"listening at {listener.url} for {organisation} (endpoint {endpoint['id']}); Ctrl-C ends it")
        try:
            with on_request():
                _print(listener, verifier, limit, as_json=as_json)
        except (Asked, ReaderGone):
            pass
        finally:
            system.post(f"/endpoints/{endpoint['id']}/endings", {})
        for missing in verifier.missing():
            _note(missing)


def _registered(system: System, organisation: str, url: str) -> Any:
    try:
        return system.post("/endpoints", {"organisation": organisation, "url": url})
    except Trouble as refused:
        if ALLOW not in str(refused):
            raise
        hint = f"start the system with {ALLOW}=127.0.0.0/8,http, so that it may call this machine"
        raise Trouble(f"{refused}\n{hint}", refused.code) from None


def _print(listener: Listener, verifier: Verifier, limit: int | None, *, as_json: bool) -> None:
    told = 0
    while limit is None or told < limit:
        try:
            arrived = listener.arrived.get(timeout=LOOK_SECONDS)
        except Empty:
            pause(0)
            continue
        heard = verifier.hear(arrived)
        if heard is None:
            _note("something came that is not signed by this endpoint's keys, or is too old: it is not printed")
            continue
        out_json(heard._asdict()) if as_json else out(line(heard))
        told += 1


def line(heard: Heard) -> str:
    """A message for people: ids alone, as they are in it."""
    what = heard.data.get("notice") or heard.data.get("notices") or f"position {heard.data.get('position')}"
    parts = [heard.data["number"], heard.type, what, "+".join(heard.signatures), *heard.wrong]
    return "  ".join(str(part) for part in [*parts, *(["again"] if heard.again else [])])


def _note(text: str) -> None:
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()
