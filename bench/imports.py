"""Import: rows a second of a sheet of members that goes through `POST /imports`, on logs of growing length.

The way is the whole one: a multipart request to the real http process, the sheet read row by row, each row's changes
decided and appended under a command of its own, what is personal sealed with keys that are made for it. Then once with
many rows, for the memory of both sides; and beside the process that feeds the views, which wants the same processors.
"""

import csv
import os
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from io import StringIO
from itertools import count
from pathlib import Path
from statistics import median
from typing import Any

import httpx2

from bench.facts import requests_on_streams
from bench.figure import Case, Sample, Sizes, Target
from bench.filling import fill
from bench.processes import HOST, free_port, process, serving
from bench.profiling import costs
from bench.roll import GROWTH
from bench.served import SERVE, environment
from bench.server import Database, Server, place
from events.ledger import Ledger
from projections import tree
from projections.rebuild import rebuild
from services import access

NAME = "import"
QUICK_ROWS = 1_000
ROWS = 10_000
LONG = 10
"""So many times the rows has the sheet for which memory is looked at."""
CELLS = 20
LOOK = 0.02
"""Seconds between two looks at the memory of a command."""
FEEDER = ("-m", "services.program", "serve", "scoring")
TARGETS = (Target("ours", least=10_000),)
FORM = "members, CSV; two facts a row, each row an append under a command of its own, sealed with a key made for it"
ORGANISATIONS = ("Mã", "Tên", "Loại", "Loại hình chi bộ", "Trực thuộc", "Mã xã", "Ngày kết thúc", "Ghi chú")
MEMBERS = (
    "TT", "Số thẻ", "Số định danh", "Họ và tên", "Ngày sinh", "Ngày vào Đảng", "Ngày chính thức", "Chi bộ", "Chức vụ",
    "Nơi cư trú (mã xã)", "Ghi chú",
)  # fmt: skip

_cards = count(1)


@dataclass(frozen=True)
class Office:
    """Who sends sheets, and to whom."""

    database: Database
    client: httpx2.Client
    pid: int
    folder: Path
    environment: dict[str, str]


def run(running: Server, sizes: Sizes) -> Iterator[Case]:
    """A case a length of the log, one of many rows, one beside the feeding of views; members are always new."""
    rows = ROWS if sizes.rounds > 2 else QUICK_ROWS
    with _office(running) as office:
        filled = 0
        for times in GROWTH:
            records = int(sizes.records * times)
            with Ledger(office.database.app) as ledger:
                fill(ledger, requests_on_streams(records - filled, 10))
            rebuild(office.database.app, tree.VIEW)
            filled = records
            yield _case(office, rows, sizes.rounds, {"records": records}, running.settings)
        case = _case(office, rows * LONG, 1, {}, running.settings)
        peaks = {"http_peak_mib": peak(office.pid), "command_peak_mib": _typed(office, _roll(rows * LONG))}
        yield replace(case, settings={**peaks, **case.settings})
    with _office(running) as office, process(FEEDER, office.environment, office.folder / "scoring.log"):
        yield _case(office, rows, sizes.rounds, {"views": "fed meanwhile"}, running.settings)


@contextmanager
def _office(running: Server) -> Iterator[Office]:
    """An http process on a database with the organisations of a commune, and the token of one who may do everything."""
    with ExitStack() as held:
        database, folder, port = held.enter_context(running.database()), held.enter_context(place()), free_port()
        _, token = access.issue(database.owner, organisation=None, role="operator", name="bench")
        settings = environment(database, port, folder)
        pid = held.enter_context(serving(SERVE, settings, port, folder / "http.log"))
        rebuild(database.app, tree.VIEW)
        url, headers = f"http://{HOST}:{port}", {"authorization": f"Bearer {token}"}
        client = held.enter_context(httpx2.Client(base_url=url, headers=headers, timeout=600))
        _send(client, "organisations.csv", _tree())
        rebuild(database.app, tree.VIEW)
        yield Office(database, client, pid, folder, settings)


def _case(office: Office, rows: int, rounds: int, of: dict[str, Any], settings: dict[str, Any]) -> Case:
    sheets = [_roll(rows) for _ in range(rounds)]
    new = [_timed(office.client, sheet, rows, "new").value for sheet in sheets]
    again = [_timed(office.client, sheet, rows, "unchanged").value for sheet in sheets]
    last = _roll(rows)
    return Case(
        NAME,
        {**of, "rows": rows},
        median(new),
        "rows/s",
        settings={
            "best": round(max(new)),
            "again_rows_per_second": round(median(again)),
            "costs": costs(lambda: _timed(office.client, last, rows, "new")),
            "form": FORM,
            **settings,
        },
        targets=TARGETS,
    )


def peak(pid: int) -> int:
    """The most memory that a process has held so far, in MiB."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:")) // 1024


def _typed(office: Office, sheet: bytes) -> int:
    """A sheet sent by `caunoi import`; the most memory that the command holds, in MiB.

    Raises:
        RuntimeError: it did not end with 0.
    """
    file = office.folder / "members.csv"
    file.write_bytes(sheet)
    token = office.client.headers["authorization"].removeprefix("Bearer ")
    settings = {**os.environ, "CAUNOI_URL": str(office.client.base_url), "CAUNOI_TOKEN": token}
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
