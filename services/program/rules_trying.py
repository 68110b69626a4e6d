"""`caunoi rules try`: what a rule pack would have said of a period, beside the real one; nothing is recorded."""

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from textwrap import wrap
from typing import Annotated, Any

import httpx2
import typer

from services.program.explaining import width
from services.program.options import AsJson, Data
from services.program.printing import out, out_json, table
from services.program.rules_file import text_in
from services.program.system import CODES, System, why
from services.trouble import Exit, Trouble

LINES = "application/x-ndjson"
SILENT_SECONDS = 120.0
"""How long nothing may come back; a line comes every fifty cells."""
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
    body = {"pack": text_in(file), "organisation": organisation, "period": period}
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
        for line in moved_lines(moved[:SHOWN], width()):
            out(line)
    if len(moved) > SHOWN:
        sys.stderr.write(f"… and {len(moved) - SHOWN} more: --json has all of them\n")


def moved_lines(moved: Sequence[dict[str, Any]], columns: int) -> Iterator[str]:
    """Each that moved, and below it by which items, however many there are: no line is longer than a terminal."""
    rows = [
        ("subject", "on", "from", "to"),
        *((m["subject"], m["on"], m["from"] or "–", m["to"] or "–") for m in moved),
    ]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row, items in zip(rows, [(), *(m["by"] for m in moved)], strict=True):
        yield "  ".join(text.ljust(wide) for text, wide in zip(row, widths, strict=True)).rstrip()
        yield from (
            wrap(
                f"by {' '.join(items)}",
                columns,
                initial_indent="    ",
                subsequent_indent="       ",
                break_on_hyphens=False,
            )
            if items
            else ()
        )


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
