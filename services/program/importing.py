"""How files of an office are sent to the running system: in one request, whose progress comes back line by line."""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import httpx2

from services.ingest.imports.sheets import Unreadable, sheets
from services.program.system import CODES, System, why
from services.trouble import Exit, Trouble

LINES = "application/x-ndjson"
LIMIT = 32 << 20
SILENT_SECONDS = 600.0
"""How long nothing may come back: a workbook of a hundred thousand rows is read in less."""

Progress = Callable[[dict[str, Any]], None]


class Sending(System):
    """The running system, as one who brings files meets it."""

    def send(self, files: Sequence[Path], *, dry_run: bool, campaign: str | None, progress: Progress) -> dict[str, Any]:
        """The answer of `POST /imports`; `progress` hears of each line before it.

        Raises:
            Trouble: the files are too large together, nothing answers, or the system refuses them as a whole.
        """
        if sum(file.stat().st_size for file in files) > LIMIT:
            raise Trouble("the files have more than 32 MiB together: please send them in parts", Exit.USAGE)
        names = [file.name for file in files]
        if len(set(names)) < len(names):
            raise Trouble("two of the files have the same name: please send them one after the other", Exit.USAGE)
        asked = {"dry_run": "true"} if dry_run else {}
        asked |= {"campaign": campaign} if campaign is not None else {}
        with ExitStack() as held:
            parts = [("file", (file.name, held.enter_context(file.open("rb")))) for file in files]
            answer = held.enter_context(self._streamed(asked, parts))
            last: dict[str, Any] = {}
            for line in answer.iter_lines():
                last = json.loads(line)
                if "files" not in last and "rows" in last:
                    progress(last)
        if "files" not in last:
            raise Trouble(str(last.get("detail", "the import ended early: the same files can be sent again")))
        return last

    @contextmanager
    def _streamed(self, asked: dict[str, str], parts: Any) -> Iterator[httpx2.Response]:
        """The answer as it comes, for as long as the `with` lasts."""
        patience = httpx2.Timeout(SILENT_SECONDS, connect=10.0)
        headers = {"Accept": LINES}
        try:
            with self._http.stream(
                "POST", "/imports", params=asked, files=parts, headers=headers, timeout=patience
            ) as answer:
                if answer.is_error:
                    answer.read()
                    raise Trouble(why(answer), CODES.get(answer.status_code, Exit.FAILURE))
                yield answer
        except httpx2.HTTPError as error:
            raise Trouble(
                f"{self.url} stopped answering ({type(error).__name__}): the same files can be sent again, "
                "and what is in already changes nothing"
            ) from None


def rows_of(file: Path) -> int:
    """About how many rows a file has, for a bar; 0 where that cannot be told."""
    if file.suffix.lower() != ".xlsx":
        with file.open("rb") as lines:
            return sum(1 for _ in lines)
    try:
        return sum(sum(1 for _ in sheet.rows()) for sheet in sheets(file, file.name))
    except Unreadable:
        return 0
