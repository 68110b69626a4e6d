"""`POST /imports` row by row: whole or not at all, in any order of files, again and again."""

from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from services.ingest.imports import mending
from services.ingest.imports.running import BATCH
from services.ingest.imports.sheets import sheets
from tests.imports.conftest import Office, sheet
from tests.serving import client

ORGANISATIONS = ("Mã", "Tên", "Loại", "Loại hình chi bộ", "Trực thuộc", "Mã xã", "Ngày kết thúc", "Ghi chú")
MEMBERS = ("Số thẻ", "Họ và tên", "Ngày sinh", "Ngày vào Đảng", "Ngày chính thức", "Chi bộ", "Chức vụ", "Ghi chú")
MEETINGS = ("Mã cuộc họp", "Mã chi bộ", "Ngày", "Loại", "Bắt đầu", "Kết thúc", "Có mặt", "Vắng có lý do",
            "Vắng không lý do", "Tự chấm điểm")  # fmt: skip
TREE = sheet(
    "to-chuc.csv",
    ORGANISATIONS,
    ("T", "Đảng bộ tỉnh", "Đảng bộ tỉnh", "", "", "", "", ""),
    ("X", "Đảng bộ xã", "Đảng bộ xã, phường", "", "T", "06799", "", ""),
    ("X-1", "Chi bộ thôn 1", "Chi bộ", "Thôn, xóm, bản", "X", "06799", "", ""),
)
LAN = ("000100000001", "Nguyễn Thị Lan", "1/2/1980", "3/2/2010", "03/02/2011", "X-1", "", "")


def members(*rows: tuple[str, ...]) -> tuple[str, bytes]:
    return sheet("dang-vien.csv", MEMBERS, *rows)


def test_files_are_sorted_by_what_they_are(office: Office) -> None:
    reports = office.send(members(LAN), TREE)
    assert [(one["form"], one["new"], one["refusals"]) for one in reports] == [
        ("organisations", 3, []),
        ("members", 1, []),
    ]
    (lan,) = office.ask("/members", card=LAN[0])["items"]
    assert (lan["name"], lan["since"]) == (LAN[1], "2025-01-01")


def test_a_row_that_comes_to_several_changes_leaves_nothing_when_one_is_refused(office: Office) -> None:
    office.send(TREE)
    before = office.head()
    # Called and prepared, but more of them spoke than were there.
    bad = ("H-1", "X-1", "05/10/2026", "Thường kỳ", "19:30", "18:00", "9", "1", "0", "95")
    (report,) = office.send(sheet("hop.csv", MEETINGS, bad))
    (refusal,) = report["refusals"]
    assert (refusal["row"], refusal["column"], refusal["rule"]) == (2, "Kết thúc", "meeting.ended_before_start")
    assert office.head() == before
    (report,) = office.send(sheet("hop.csv", MEETINGS, (*bad[:5], "21h00", *bad[6:])))
    assert report["new"] == 1
    assert [one["name"] for one in office.operator.get("/log", params={"after": before}).json()["items"]] == [
        "meeting.called",
        "meeting.held",
        "meeting.self_scored",
    ]


def test_rows_that_are_read_ahead_know_what_those_before_them_made(office: Office) -> None:
    cell = ("Chi bộ", "Thôn, xóm, bản", "X", "06799", "", "")
    many = [(f"X-{number}", f"Chi bộ thôn {number}", *cell) for number in range(1, 2 * BATCH)]
    wrong = ("Y", "Đảng bộ xã khác", "Đảng bộ xã, phường", "", "T", "06802", "31/12/2024", "")
    below = ("Y-1", "Chi bộ của xã khác", "Chi bộ", "Thôn, xóm, bản", "Y", "06802", "", "")
    rows = [
        ("T", "Đảng bộ tỉnh", "Đảng bộ tỉnh", "", "", "", "", ""),
        ("X", "Đảng bộ xã", "Đảng bộ xã, phường", "", "T", "06799", "", ""),
        wrong,
        *many,
        below,
    ]
    (report,) = office.send(sheet("to-chuc.csv", ORGANISATIONS, *rows))
    # One ended before it began; what stands below it is in a later batch, and is told that there is no such one.
    assert [(one["row"], one["rule"]) for one in report["refusals"]] == [
        (4, "organisation.unknown"),
        (len(rows) + 1, "organisation.unknown"),
    ]
    assert "Y" in report["refusals"][1]["message"]
    assert (report["rows"], report["new"]) == (len(rows), len(rows) - 2)


def test_a_row_goes_in_under_one_command(office: Office) -> None:
    office.send(TREE, members((*LAN[:3], "1/6/2025", "1/6/2026", *LAN[5:])))
    records = office.operator.get("/log", params={"name": "member.*"}).json()["items"]
    assert [(one["name"], one["effective_on"]) for one in records] == [
        ("member.admitted", "2025-06-01"),
        ("member.recognised", "2026-06-01"),
    ]
    assert len({one["command"] for one in records}) == 1


def test_a_card_that_is_somebody_elses_leaves_him_as_he_was(office: Office) -> None:
    other = (LAN[0], "Trần Văn Bình", "5/6/1975", *LAN[3:])
    *_, report = office.send(TREE, members(LAN, other))
    assert [(one["row"], one["column"], one["rule"]) for one in report["refusals"]] == [
        (3, "Số thẻ", "member.card_in_use")
    ]
    (found,) = office.ask("/members", card=LAN[0])["items"]
    assert found["name"] == LAN[1]


def test_who_may_not_record_there_is_refused_row_by_row(office: Office) -> None:
    office.send(TREE)

    cell = office.organisation("X-1")
    with client(office.address, office.database, "clerk", cell) as clerk:
        answer = clerk.post("/imports", files=[("file", TREE)])
        assert {one["rule"] for one in answer.json()["files"][0]["refusals"]} <= {"forbidden"}
        answer = clerk.post("/imports", files=[("file", members(LAN))])
        assert answer.json()["files"][0]["new"] == 1


def test_a_formula_is_text_and_stays_text(office: Office, tmp_path: Path) -> None:
    formula = '=HYPERLINK("https://example.invalid")'
    office.send(TREE, members((*LAN[:7], formula)))
    (admitted,) = office.operator.get("/log", params={"name": "member.admitted"}).json()["items"]
    assert admitted["data"]["note"] == formula
    came = tmp_path / "dang-vien.csv"
    came.write_bytes(members((*LAN[:5], "Y-9", "", formula))[1])
    for out in (tmp_path / "mend.csv", tmp_path / "mend.xlsx"):
        (made,) = mending.write(out, [mending.Refused(came, None, {2: "Chi bộ: không có"})])
        (again,) = sheets(made, made.name)
        (_, headings), (_, mended) = again.rows()
        assert list(headings) == [*MEMBERS, "Lý do không nhận"]
        assert list(mended)[-2:] == [formula, "Chi bộ: không có"]
    assert b"\n'=HYPERLINK" not in (tmp_path / "mend.csv").read_bytes()
    assert b"'=HYPERLINK" in (tmp_path / "mend.csv").read_bytes()


def test_refused_rows_that_were_mended_go_in(office: Office, tmp_path: Path) -> None:
    came = tmp_path / "dang-vien.csv"
    came.write_bytes(members(LAN, ("000100000002", "Trần Văn Bình", "", "35564", "", "X-1", "", ""))[1])
    _, report = office.send(TREE, (came.name, came.read_bytes()))
    (wrong,) = report["refusals"]
    assert wrong["column"] == "Ngày vào Đảng"
    (made,) = mending.write(tmp_path / "mend.csv", [mending.Refused(came, None, {wrong["row"]: wrong["message"]})])
    (report,) = office.send((made.name, made.read_bytes().replace(b"35564", b"14/05/1997")))
    assert (report["rows"], report["new"], report["refusals"]) == (1, 1, [])


def workbook(*rows: tuple[Any, ...]) -> bytes:
    book, out = Workbook(), BytesIO()
    page = book.active
    assert page is not None
    for line in (("DANH SÁCH ĐẢNG VIÊN",), (), MEMBERS, *rows):
        page.append(line)
    book.save(out)
    return out.getvalue()


def test_a_workbook_with_titles_above_its_headings_is_read(office: Office) -> None:
    _, report = office.send(TREE, ("x.XLSX", workbook((100000001, *LAN[1:]), (), ("000100000002", "", *LAN[2:]))))
    assert (report["rows"], report["new"]) == (2, 1)
    assert [(one["row"], one["column"]) for one in report["refusals"]] == [(6, "Họ và tên")]


@pytest.mark.parametrize(
    ("file", "word"),
    [
        (("x.xlsx", b"no workbook"), "Excel"),
        (("x.csv", "Mã;Tên\n".encode("utf-16-le")), "UTF-8"),
        (("x.csv", b"M\xe3;T\xean\n"), "UTF-8"),
        (("x.csv", b""), "biểu mẫu"),
        (("x.pdf", b"%PDF"), ".csv"),
    ],
)
def test_a_file_that_is_none_of_ours_is_said_to_be_so(office: Office, file: tuple[str, bytes], word: str) -> None:
    (report,) = office.send(file)
    (wrong,) = report["refusals"]
    assert (report["rows"], wrong["row"], wrong["rule"]) == (0, 0, "import.unreadable")
    assert word in wrong["message"]


def test_what_is_no_form_of_files_is_refused(office: Office) -> None:
    post = office.operator.post
    assert post("/imports", json={}).status_code == 415
    assert post("/imports", content=b"x", headers={"content-type": "multipart/form-data"}).status_code == 400
    assert post("/imports", files=[("file", TREE)], params={"dry_run": "maybe"}).status_code == 422
    for campaign in ("none", ""):
        assert post("/imports", files=[("file", TREE)], params={"campaign": campaign}).status_code == 404
    assert post("/imports", data={"campaign": ""}, files={"x": ("", b"")}).status_code in (200, 400, 422)
    assert post("/imports", files=[("file", ("x.csv", b" " * (33 << 20)))]).status_code == 413
    assert post("/imports", files=[("file", TREE)], headers={"authorization": "Bearer x"}).status_code == 401
    assert office.head() == 0


def test_lines_of_changes_go_in_as_rows_do(office: Office) -> None:
    line = b'{"post":"/organisations","body":{"name":"T","kind":"province","code":"T"},"key":"t"}\n'
    file = ("x.ndjson", line + b"nonsense\n" + b'{"post":"/nothing","body":{}}\n')
    (tried,) = office.send(file, dry_run="true")
    (report,) = office.send(file)
    assert (report["rows"], report["new"], [one["row"] for one in report["refusals"]]) == (3, 1, [2, 3])
    assert (tried["new"], tried["refusals"]) == (report["new"], report["refusals"])
    (report,) = office.send(file)
    assert (report["new"], report["unchanged"]) == (0, 1)
