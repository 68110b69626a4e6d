"""The books go in as an office brings them: through `POST /imports`, and a second person approves what needs one."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from services.program.demo import oath
from services.program.demo.desk import Answer, Desk
from services.program.demo.known import Known
from services.trouble import Trouble

BOOKS = Path(__file__).parent / "books"
"""As the offices sent them, with the rows that are wrong on purpose (their licence is beside them)."""
OPENED_ON = date(2025, 1, 1)
WRITTEN_ON = date(2026, 11, 15)
FIRST = (
    "organisations.csv", "members.xlsx", "transfers-2026.csv", "meetings-2026.csv", "attendance-2026-10.xlsx",
    "rewards-and-discipline-2026.csv", "liaison-2025.csv",
)  # fmt: skip
"""All but the answers to the review of the oath, which is opened on the rolls that these tell of."""
PROVINCE = "T22"
BLOC = "KCQ"
"""Whose secretary is the second person: the committee above the cell of the one who is expelled."""
MADE = "proposal.made"
SHOWN = 20

Progress = Callable[[int], None]


class Entered(NamedTuple):
    """What came of the books: a report a sheet, and what their codes stand for."""

    reports: list[dict[str, Any]]
    known: Known

    def summary(self) -> str:
        """How many rows went in, and how many did not, in a sentence."""
        rows, new, refused = (sum(found) for found in zip(*map(_counted, self.reports), strict=True))
        return f"{rows} rows of {len(self.reports)} sheets: {new} new, {refused} refused because they are wrong"


def must_have_begun(today: date) -> None:
    """Raises Trouble where, by this machine's clock, nothing of what the books tell has happened yet."""
    if today <= OPENED_ON:
        raise Trouble(f"this machine's clock says {today}, and the books begin on {OPENED_ON}: please set it")


def enter(desk: Desk, progress: Progress = lambda _: None) -> Entered:
    """Every book; `progress` hears how many more rows are through.

    Raises:
        Trouble: the system refused the books as a whole, or the review; a row that is wrong is only counted.
    """
    reports = list(_sent(desk, FIRST, None, progress))
    known = Known(desk, desk.head())
    require_all(desk.facts([oath.opening(known.organisation(PROVINCE).id)]))
    reports += _sent(desk, [oath.BOOK], oath.CAMPAIGN, progress)
    waiting = [one["proposal"] for report in reports for one in report["proposals"]]
    _approve(desk, known, [proposal for proposal in waiting if _waits(desk, proposal)])
    return Entered(reports, Known(desk, desk.head()))


def require_all(answers: Sequence[Answer]) -> None:
    """Raises Trouble where one was refused."""
    refused = [str(answer) for answer in answers if answer.refused]
    if refused:
        more = [f"… and {len(refused) - SHOWN} more"] if len(refused) > SHOWN else []
        raise Trouble("\n  ".join([f"{len(refused)} of {len(answers)} changes were refused:", *refused[:SHOWN], *more]))


def _sent(desk: Desk, names: Sequence[str], campaign: str | None, progress: Progress) -> Iterator[dict[str, Any]]:
    through: dict[tuple[str, str | None], int] = {}

    def hear(line: dict[str, Any]) -> None:
        sheet = (line["file"], line.get("sheet"))
        progress(line["rows"] - through.get(sheet, 0))
        through[sheet] = line["rows"]

    files = [BOOKS / name for name in names]
    yield from desk.send(files, dry_run=False, campaign=campaign, progress=hear)["files"]


def _counted(report: dict[str, Any]) -> tuple[int, int, int]:
    return report["rows"], report["new"], len({one["row"] for one in report["refusals"]})


def _waits(desk: Desk, proposal: str) -> bool:
    """Whether it was not answered on an earlier run."""
    records = desk.get("/log", about=proposal, name="proposal.*")["items"]
    return all(record["name"] == MADE for record in records)


def _approve(desk: Desk, known: Known, proposals: Sequence[str]) -> None:
    """A secretary of the committee above, with a token for this alone, agrees: as history, on the day of the change."""
    if not proposals:
        return
    issued = desk.post("/tokens", {"organisation": known.organisation(BLOC).id, "role": "secretary", "name": "demo"})
    with Desk(desk.url, issued["token"]) as secretary:
        for proposal in proposals:
            secretary.post(f"/proposals/{proposal}/approvals", {"backfill": True})
    desk.post(f"/tokens/{issued['id']}/revocations", {})
