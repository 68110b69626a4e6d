"""`caunoi rules adopt`: a rule pack that is at hand comes into force for an organisation and all below it."""

from pathlib import Path
from typing import Annotated
from urllib.parse import quote

import typer

from services.program.options import AsJson, Data
from services.program.printing import out, out_json
from services.program.rules_file import policy_of, text_in
from services.program.system import System
from services.scoring.rules.rulebook_file import PackRefused, read
from services.trouble import Exit, Trouble


def adopt(
    pack: Annotated[str, typer.Argument(metavar="FILE-OR-ID", help="The pack's id, or the file that was published.")],
    organisation: Annotated[str, typer.Option(metavar="ID", help="It is adopted for this one and all below it.")],
    since: Annotated[
        str | None, typer.Option("--from", metavar="DATE", help="Its first day: 2026-09-01. [default: today]")
    ] = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Adopts a published or shipped pack. Whoever adopts another one for the same day later undoes this."""
    ident = _ident(pack)
    body = {"organisation": organisation} | ({"effective_on": since} if since else {})
    with System.find(data) as system:
        try:
            answer = system.post(f"/rules/{quote(ident, safe='')}/adoptions", body)
        except Trouble as refused:
            if refused.code != Exit.NOT_FOUND:
                raise
            raise Trouble(
                f"there is no rule pack {ident}: publish it first, `caunoi rules publish FILE`", refused.code
            ) from None
    if as_json:
        out_json(answer)
    elif answer["facts"]:
        out(f"{ident} is adopted, on record at position {answer['position']}")
    else:
        out(f"nothing new: {ident} is adopted for that day already")


def _ident(said: str) -> str:
    """The id of a pack, or of the one in a file; what looks like the name of a file is one.

    Raises:
        Trouble: there is no such file, or what is in it cannot be used.
    """
    file = Path(said)
    if not (file.exists() or file.suffix or len(file.parts) > 1):
        return said
    try:
        text = text_in(file)
        policy = policy_of(file, text)
        return read(text, said).id if policy is None else policy.id
    except PackRefused as wrong:
        raise Trouble(str(wrong), Exit.REFUSED) from None
