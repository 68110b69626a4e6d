"""`caunoi rules`: a rule pack's file is checked, tried, published and adopted."""

import sys
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer

from events.fact import Refused
from events.rule import Rule, publish
from services.program.options import AsJson, Data
from services.program.printing import out, out_json
from services.program.rules_adopting import adopt
from services.program.rules_file import text_in
from services.program.rules_trying import try_
from services.program.system import System, waiting
from services.scoring.published import fact_of
from services.scoring.rulebook import Pack
from services.scoring.rulebook_file import Fault, PackRefused, line_of, read
from services.scoring.shelf import shipped
from services.trouble import Exit, Trouble

Second = Annotated[
    str | None,
    typer.Option("--approve-with", metavar="TOKEN", help="The second person's token; without it the proposal waits."),
]


def register(app: typer.Typer) -> None:
    """Adds the command to the program."""
    rules = typer.Typer(help="Rule packs: the tables by which is scored.", no_args_is_help=True)
    rules.command(name="check")(check)
    rules.command(name="try")(try_)
    rules.command(name="publish")(publish_)
    rules.command(name="adopt")(adopt)
    app.add_typer(rules, name="rules")


def check(
    files: Annotated[list[Path], typer.Argument(metavar="FILE…", help="Packs, TOML files.")], as_json: AsJson = False
) -> None:
    """Says whether packs can be used and, if not, what is wrong in which line. Asks no running system.

    Ends with 0 when all can be used, with 4 when one cannot.
    """
    refused = False
    for file in files:
        try:
            pack = _pack(file)
        except PackRefused as wrong:
            refused = True
            _tell_faults(wrong, as_json=as_json)
        else:
            _tell_pack(file, pack, as_json=as_json)
    if refused:
        raise typer.Exit(int(Exit.REFUSED))


def publish_(
    file: Annotated[Path, typer.Argument(help="The pack, a TOML file.")],
    organisation: Annotated[
        str | None, typer.Option(metavar="ID", help="Who publishes it. [default: whose the token is]")
    ] = None,
    approve_with: Second = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Proposes a pack to a second person, who agrees by `POST /proposals/ID/approvals` or here by --approve-with."""
    try:
        _pack(file)
    except PackRefused as wrong:
        raise Trouble(str(wrong), Exit.REFUSED) from None
    body = {"pack": text_in(file)} | ({"organisation": organisation} if organisation else {})
    with System.find(data) as system:
        answer = system.post("/rules", body)
        if (proposal := waiting(answer)) is not None:
            answer["proposal"] = proposal
            if approve_with is not None:
                answer["approved"] = _approved(system, proposal, approve_with)
    if as_json:
        out_json(answer)
    elif "approved" in answer:
        out(f"published, on record at position {answer['approved']}")
    elif "proposal" in answer:
        out(answer["proposal"])
        sys.stderr.write("it waits for a second person: POST /proposals/ID/approvals\n")
    else:
        out("nothing new: this version is published already")


def _approved(system: System, proposal: str, token: str) -> int:
    """The position at which the second person's word is on record.

    Raises:
        Trouble: he may not, and what waits is named.
    """
    with System(system.url, token) as second:
        try:
            return int(second.post(f"/proposals/{proposal}/approvals", {})["position"])
        except Trouble as refused:
            raise Trouble(f"{refused}\nthe proposal waits for a second person: {proposal}", refused.code) from None


def _pack(file: Path) -> Pack:
    """The pack in a file, as far as can be known without the log: not beside others that were published.

    Raises:
        PackRefused: it cannot be used.
        Trouble: there is no such file, or it is no text.
    """
    text = text_in(file)
    pack = read(text, str(file))
    known = [fact_of(one) for one in shipped()]
    before = [one for one in known if one.pack == pack.id]
    others = [one for one in known if one.pack != pack.id]
    try:
        publish(Rule(), fact_of(pack), before, others, date.today())  # noqa: DTZ011  # the clerk's own day
    except Refused as refusal:
        place = tuple(refusal.pointer.split("/")[2:])
        raise PackRefused(str(file), [Fault(line_of(text, place), place, str(refusal))]) from None
    return pack


def _tell_faults(wrong: PackRefused, *, as_json: bool) -> None:
    if as_json:
        faults = [
            {"line": fault.line, "field": ".".join(map(str, fault.place)), "why": fault.why} for fault in wrong.faults
        ]
        out_json({"file": wrong.file, "faults": faults})
    else:
        sys.stderr.write(f"{wrong}\n")


def _tell_pack(file: Path, pack: Pack, *, as_json: bool) -> None:
    told: dict[str, Any] = {
        "file": str(file), "id": pack.id, "version": pack.version, "of": str(pack.of), "items": len(pack.items),
        "points": str(sum(item.max for item in pack.items)), "valid_from": str(pack.valid_from), "faults": [],
    }  # fmt: skip
    if as_json:
        out_json(told)
    else:
        out(
            f"{file}: {pack.id} version {pack.version} can be used: {len(pack.items)} items, "
            f"{told['points']} points, from {pack.valid_from} on"
        )
