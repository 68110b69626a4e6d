"""`caunoi erase`: destroys a person's key, so that nothing personal about him can be read again; it takes two."""

import sys
from typing import Annotated

import typer

from services.program.options import AsJson, Data
from services.program.printing import out, out_json
from services.program.system import System, waiting

Second = Annotated[
    str | None,
    typer.Option("--approve-with", metavar="TOKEN", help="The second person's token; without it a proposal waits."),
]


def register(app: typer.Typer) -> None:
    """Adds the command to the program."""
    app.command(name="erase")(erase)


def erase(
    member: Annotated[str, typer.Argument(metavar="MEMBER", help="The member's id.")],
    ground: Annotated[str, typer.Option(help="Why, without naming anybody: it stays on record for ever.")],
    approve_with: Second = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Proposes to destroy a member's key and, with a second person's token, does it: this cannot be undone."""
    with System.find(data) as system:
        said = system.post(f"/members/{member}/erasures", {"ground": ground})
        proposal = waiting(said)
        if proposal is not None and approve_with is not None:
            with System(system.url, approve_with) as second:
                said = second.post(f"/proposals/{proposal}/approvals", {})
        done = proposal is None or approve_with is not None
        if done:
            # Answered only when the views have read it, and with them the key has gone.
            system.get_after(f"/members/{member}", said["position"])
    if as_json:
        out_json({"member": member, "erased": done, "proposal": proposal, "position": said["position"]})
    elif done or proposal is None:
        out(f"erased: {member}")
    else:
        out(proposal)
        sys.stderr.write(
            f"nothing is erased yet: a second person approves with POST {system.url}/proposals/{proposal}/approvals, "
            "a secretary's token of the same or a higher organisation\n"
        )
