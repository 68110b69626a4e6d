"""`caunoi rules`: a rule pack's file is checked, tried, published and adopted."""

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from services.notify.policy import Policy
from services.program.options import AsJson, Data
from services.program.printing import out, out_json
from services.program.rules_adopting import adopt
from services.program.rules_file import must_be_publishable, policy_of, text_in
from services.program.rules_trying import try_
from services.program.system import System, waiting
from services.scoring.rules.published import fact_of
from services.scoring.rules.rulebook import Pack
from services.scoring.rules.rulebook_file import PackRefused, read
from services.scoring.rules.shelf import shipped
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
            text = text_in(file)
            policy = policy_of(file, text)
            pack = _pack(file, text) if policy is None else None
        except PackRefused as wrong:
            refused = True
            _tell_faults(wrong, as_json=as_json)
        else:
            if pack is not None:
                _tell_pack(file, pack, as_json=as_json)
            elif policy is not None:
                _tell_policy(file, policy, as_json=as_json)
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
    text = text_in(file)
    try:
        if policy_of(file, text) is None:
            _pack(file, text)
    except PackRefused as wrong:
        raise Trouble(str(wrong), Exit.REFUSED) from None
    body = {"pack": text} | ({"organisation": organisation} if organisation else {})
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


def _pack(file: Path, text: str) -> Pack:
    """The pack in a file's text, as far as can be known without the log: not beside others that were published.

    Raises:
        PackRefused: it cannot be used.
    """
    pack = read(text, str(file))
    must_be_publishable(file, text, fact_of(pack), [fact_of(one) for one in shipped()])
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


def _tell_policy(file: Path, policy: Policy, *, as_json: bool) -> None:
    told: dict[str, Any] = {
        "file": str(file), "id": policy.id, "version": policy.version, "of": policy.of, "rules": len(policy.rules),
        "valid_from": str(policy.valid_from), "faults": [],
    }  # fmt: skip
    if as_json:
        out_json(told)
    else:
        out(
            f"{file}: {policy.id} version {policy.version} can be used: {len(policy.rules)} rules of who is told what, "
            f"from {policy.valid_from} on"
        )
