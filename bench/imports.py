"""Import: rows a second of a sheet of members that goes through `POST /imports`, and how that grows with the sheet.

The way is the whole one: a multipart request to the real http process, the sheet read row by row, each row's changes
decided and appended under a command of its own, what is personal sealed with keys that are made for it.
"""

import csv
import os
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from io import StringIO
from itertools import count
from pathlib import Path
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
LOOK = 0.02
"""Seconds between two looks at the memory of a command."""
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
        with (
            process(FEEDER, settings, folder / "scoring.log"),
            serving(SERVE, settings, port, folder / "http.log") as pid,
        ):
            client = httpx2.Client(
                base_url=f"http://{HOST}:{port}", headers={"authorization": f"Bearer {token}"}, timeout=600
            )
            with client:
                _send(client, "organisations.csv", _tree())
                for rows in many:
                    sheet = _roll(rows)
                    first = _timed(client, sheet, rows, "new")
                    again = _timed(client, sheet, rows, "unchanged")
                    command = _typed(client, folder / "members.csv", sheet)
                    yield _case(rows, (first, again), (peak(pid), command), {"bytes": len(sheet), **running.settings})


def _case(rows: int, speeds: tuple[Sample, Sample], peaks: tuple[int, int], settings: dict[str, Any]) -> Case:
    first, again = speeds
    http, command = peaks
    return Case(
        NAME,
        {"rows": rows},
        first.value,
        "rows/s",
        settings={
            "again_rows_per_second": round(again.value),
            "http_peak_mib": http,
            "command_peak_mib": command,
            "form": "members, CSV; two facts a row",
            **settings,
        },
        targets=TARGETS,
    )


def peak(pid: int) -> int:
    """The most memory that a process has held so far, in MiB."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:")) // 1024


def _typed(client: httpx2.Client, file: Path, sheet: bytes) -> int:
    """The same file once more, by `caunoi import`; the most memory that the command holds, in MiB.

    Raises:
        RuntimeError: it did not end with 0.
    """
    file.write_bytes(sheet)
    token = client.headers["authorization"].removeprefix("Bearer ")
    settings = {**os.environ, "CAUNOI_URL": str(client.base_url), "CAUNOI_TOKEN": token}
    argv = [sys.executable, "-m", "services.program", "import", str(file)]
    quiet = [(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)]
    typed = os.posix_spawn(sys.executable, argv, settings, file_actions=quiet)
    most, ended, status = 0, 0, 0
    while not ended:
        # Not what the system counts at its end: that has this process in it, of which it was split off.
        with suppress(StopIteration):  # it has just ended
            most = peak(typed)
        time.sleep(LOOK)
        ended, status = os.waitpid(typed, os.WNOHANG)
    if status:
        raise RuntimeError(f"caunoi import ended with {os.waitstatus_to_exitcode(status)}")
    return most


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
