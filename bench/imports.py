"""Import: rows a second of a sheet of members that goes through `POST /imports`, and how that grows with the sheet.

The way is the whole one: a multipart request to the real http process, the sheet read row by row, each row's changes
decided and appended under a command of its own, what is personal sealed with keys that are made for it.
"""

import csv
import time
from collections.abc import Iterator
from io import StringIO
from itertools import count
from typing import Any

import httpx2

from bench.figure import Case, Sample, Sizes, Target
from bench.processes import HOST, free_port, process, serving
from bench.served import SERVE, environment
from bench.server import Server, place
from services import access

NAME = "import"
QUICK_ROWS = (1_000,)
ROWS = (10_000, 100_000)
CELLS = 20
FEEDER = ("-m", "services.program", "serve", "scoring")
TARGETS = (Target("ours", least=10_000),)
ORGANISATIONS = ("Mã", "Tên", "Loại", "Loại hình chi bộ", "Trực thuộc", "Mã xã", "Ngày kết thúc", "Ghi chú")
MEMBERS = (
    "TT", "Số thẻ", "Số định danh", "Họ và tên", "Ngày sinh", "Ngày vào Đảng", "Ngày chính thức", "Chi bộ", "Chức vụ",
    "Nơi cư trú (mã xã)", "Ghi chú",
)  # fmt: skip

_cards = count(1)


def run(running: Server, sizes: Sizes) -> Iterator[Case]:
    """A case a size of sheet; every sheet is of members who are not there yet, and then is sent again."""
    many = ROWS if sizes.rounds > 2 else QUICK_ROWS
    with running.database() as database, place() as folder:
        port = free_port()
        _, token = access.issue(database.owner, organisation=None, role="operator", name="bench")
        settings = environment(database, port, folder)
        with process(FEEDER, settings, folder / "scoring.log"), serving(SERVE, settings, port, folder / "http.log"):
            client = httpx2.Client(
                base_url=f"http://{HOST}:{port}", headers={"authorization": f"Bearer {token}"}, timeout=600
            )
            with client:
                _send(client, "organisations.csv", _tree())
                for rows in many:
                    yield _case(client, rows, running)


def _case(client: httpx2.Client, rows: int, running: Server) -> Case:
    sheet = _roll(rows)
    first = _timed(client, sheet, rows, "new")
    again = _timed(client, sheet, rows, "unchanged")
    return Case(
        NAME,
        {"rows": rows},
        first.value,
        "rows/s",
        settings={
            "again_rows_per_second": round(again.value),
            "bytes": len(sheet),
            "form": "members, CSV; two facts a row",
            **running.settings,
        },
        targets=TARGETS,
    )


def _timed(client: httpx2.Client, sheet: bytes, rows: int, outcome: str) -> Sample:
    began = time.perf_counter()
    report = _send(client, "members.csv", sheet)
    took = time.perf_counter() - began
    if report[outcome] != rows:
        raise RuntimeError(f"{report[outcome]} of {rows} rows are {outcome}: {report['refusals'][:3]}")
    return Sample(rows / took, seconds=took)


def _send(client: httpx2.Client, name: str, sheet: bytes) -> dict[str, Any]:
    answer = client.post("/imports", files=[("file", (name, sheet))])
    answer.raise_for_status()
    report: dict[str, Any] = answer.json()["files"][0]
    return report


def _tree() -> bytes:
    cells = [(f"C-{number}", f"Chi bộ {number}", "Chi bộ", "", "X", "", "", "") for number in range(CELLS)]
    return _sheet(
        ORGANISATIONS,
        ("T", "Đảng bộ tỉnh", "Đảng bộ tỉnh", "", "", "", "", ""),
        ("X", "Đảng bộ xã", "Đảng bộ xã, phường", "", "T", "06799", "", ""),
        *cells,
    )


def _roll(rows: int) -> bytes:
    return _sheet(MEMBERS, *(_member(number, f"{next(_cards):012d}") for number in range(rows)))


def _member(number: int, card: str) -> tuple[str, ...]:
    days = ("01/02/1980", "03/02/2010", "3/2/2011")
    return (str(number), card, card, f"Nguyễn Văn {int(card)}", *days, f"C-{number % CELLS}", "", "06799", "")


def _sheet(headings: tuple[str, ...], *rows: tuple[str, ...]) -> bytes:
    text = StringIO()
    csv.writer(text, delimiter=";").writerows([headings, *rows])
    return text.getvalue().encode()
