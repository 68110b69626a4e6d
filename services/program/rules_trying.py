"""`caunoi rules try`: what a rule pack would have said of a period, beside the real one; nothing is recorded."""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import httpx2
import typer

from services.program.options import AsJson, Data
from services.program.printing import out, out_json, table
from services.program.system import CODES, System, why
from services.trouble import Exit, Trouble

LINES = "application/x-ndjson"
SILENT_SECONDS = 120.0
"""How long nothing may come back; a line comes every fifty cells."""
LARGEST = 500_000
"""Bytes of a pack's file."""
SHOWN = 200
"""Meetings that are listed for people; `--json` has all."""

Progress = Callable[[dict[str, Any]], None]


def try_(
    file: Annotated[Path, typer.Argument(help="The pack, a TOML file.")],
    organisation: Annotated[str, typer.Option(metavar="ID", help="It is tried for this one and all below it.")],
    period: Annotated[str, typer.Option(help="2026, 2026-Q3 or 2026-10.")],
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Says which meetings would be in another band by a pack, and by which items. Writes nothing and tells nobody."""
    if not file.is_file():
        raise Trouble(f"{file}: there is no such file", Exit.NOT_FOUND)
    if file.stat().st_size > LARGEST:
        raise Trouble(f"{file}: no rule pack has more than {LARGEST} bytes", Exit.REFUSED)
    body = {"pack": file.read_text("utf-8", errors="replace"), "organisation": organisation, "period": period}
    with Trying.find(data) as system, _bar() as bar:
        answer = system.tried(body, bar)
    if as_json:
        out_json(answer)
    else:
        _show(answer)


class Trying(System):
    """The running system, as one who tries a pack meets it."""

    def tried(self, body: dict[str, Any], progress: Progress) -> dict[str, Any]:
        """The answer of `POST /rules/trials`; `progress` hears of each line before it.

        Raises:
            Trouble: nothing answers, or not to the end, or the system refuses the pack.
        """
        patience = httpx2.Timeout(SILENT_SECONDS, connect=10.0)
        last: dict[str, Any] = {}
        try:
            with self._http.stream(
                "POST", "/rules/trials", json=body, headers={"Accept": LINES}, timeout=patience
            ) as answer:
                if answer.is_error:
                    answer.read()
                    raise Trouble(why(answer), CODES.get(answer.status_code, Exit.FAILURE))
                for line in answer.iter_lines():
                    last = json.loads(line)
                    if "moved" not in last:
                        progress(last)
        except httpx2.HTTPError as error:
            raise Trouble(f"{self.url} stopped answering ({type(error).__name__}): nothing is changed by it") from None
        if "moved" not in last:
            raise Trouble("the trial ended early: try it again, for a shorter period or fewer cells")
        return last


def _show(answer: dict[str, Any]) -> None:
    """How many went from where to where, and then which."""
    moved = answer["moved"]
    out(f"{len(moved)} of {answer['meetings']} meetings of {answer['cells']} cells would be in another band")
    counts = [
        {"now": before, "then": after, "meetings": count}
        for before, by in sorted(answer["bands"].items())
        for after, count in sorted(by.items())
    ]
    if counts:
        table(counts, ("now", "then", "meetings"))
    if moved:
        out("")
        lines = [
            {**one, "by": " ".join(one["by"]), "from": one["from"] or "–", "to": one["to"] or "–"} for one in moved
        ]
        table(lines[:SHOWN], ("subject", "on", "from", "to", "by"))
    if len(moved) > SHOWN:
        sys.stderr.write(f"… and {len(moved) - SHOWN} more: --json has all of them\n")


@contextmanager
def _bar() -> Iterator[Progress]:
    """A bar on a terminal; nothing elsewhere."""
    if not sys.stderr.isatty():
        yield lambda _line: None
        return
    from rich.console import Console
    from rich.progress import Progress as Bar

    with Bar(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("cells", total=None)

        def told(line: dict[str, Any]) -> None:
            bar.update(task, completed=line["cells"], total=line["of"])

        yield told
