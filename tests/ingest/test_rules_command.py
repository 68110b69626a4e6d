"""`caunoi rules check` as a clerk types it: what is said of a file, and how it ends."""

import json
from importlib.resources import files
from pathlib import Path

import pytest
from typer.testing import CliRunner

from services.program.__main__ import build
from services.scoring.rules.shelf import shipped
from services.trouble import Exit, Trouble

PACKS = files("services.scoring") / "rulebooks"
NATIONAL = (PACKS / "meeting-national.toml").read_text("utf-8")


def check(*arguments: str) -> tuple[int, str, str]:
    """The exit code, and what is printed on either side."""
    done = CliRunner().invoke(build("rules"), ["rules", "check", *arguments])
    if isinstance(done.exception, Trouble):
        return int(done.exception.code), done.stdout, str(done.exception)
    return done.exit_code, done.stdout, done.stderr


def written(tmp_path: Path, text: str | bytes) -> str:
    path = tmp_path / "office.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return str(path)


def test_every_shipped_pack_can_be_used() -> None:
    code, said, _ = check(*(str(PACKS / f"{pack.id}.toml") for pack in shipped()))
    assert (code, len(said.splitlines())) == (Exit.OK, len(list(shipped())))
    assert "meeting-national version 1 can be used: 10 items, 100 points, from 2025-10-28 on" in said


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("max = 25", "max = -25", "items.5.max: Input should be greater than or equal to 0"),
        ("max = 25", "max = 24", "items: the maxima add up to 99, not to 100"),
        ("below = 90", "below = 85", "bands.1.below: there is a hole between 'fair' and 'good'"),
        ('rule = "duration"', 'rule = "length"', "items.0.rule: there is no rule 'length'"),
        ("max = 25", "max = ", "this is no TOML"),
    ],
)
def test_what_is_wrong_is_told_with_file_and_line(tmp_path: Path, old: str, new: str, why: str) -> None:
    file = written(tmp_path, NATIONAL.replace(old, new, 1))
    code, said, complaint = check(file)
    assert (code, said) == (Exit.REFUSED, "")
    line = "[[items]]" if why.startswith("items:") else new
    assert f"{file}:{NATIONAL.replace(old, new, 1).splitlines().index(line) + 1}: {why}" in complaint


def test_another_pack_of_the_same_issuer_at_the_same_time_is_refused(tmp_path: Path) -> None:
    code, _, complaint = check(written(tmp_path, NATIONAL.replace('"meeting-national"', '"mine"')))
    assert code == Exit.REFUSED
    assert "valid_from: the same issuer's pack 'meeting-national' holds at the same time" in complaint


@pytest.mark.parametrize(
    ("bounds", "why"),
    [
        (("above = 0.5", "below = 0.5"), "there is a hole between the options: nothing is said of share = 0.5"),
        (("at_least = 0.5", "at_most = 0.5"), "this option and option 1 overlap: share = 0.5 would give 5 and 4"),
        (("at_least = 0.9", "below = 0.85"), "nothing is said of share = 0.85"),
        (("at_least = 0.5", "at_least = 0.7"), "no case reaches this option"),
        (("at_least = 0.5", "below = 0.5"), None),
    ],
)
def test_options_say_one_thing_of_every_case(tmp_path: Path, bounds: tuple[str, str], why: str | None) -> None:
    item = '[[items]]\nid = "speakers"\ntitle = "Phát biểu"\nmax = 5\nrule = "speakers"\nsource = "x"\n'
    options = [
        f'[[items.options]]\npoints = {points}\ntext = "x"\nif.share.{bound}\n'
        for points, bound in zip((5, 4), bounds, strict=True)
    ]
    text = NATIONAL.replace("max = 25", "max = 20").replace("[[bands]]", f"{item}{''.join(options)}\n[[bands]]", 1)
    code, _, complaint = check(
        written(tmp_path, text.replace('"meeting-national"', '"mine"').replace('"Ban Tổ chức Trung ương"', '"x"'))
    )
    assert code == (Exit.REFUSED if why else Exit.OK), complaint
    assert (why or "") in complaint


def test_a_policy_is_checked_like_any_other_pack(tmp_path: Path) -> None:
    file = files("services.notify") / "policies" / "residence-national.toml"
    text = file.read_text("utf-8")
    code, said, _ = check(str(file))
    assert (code, "rules of who is told what, from 2020-01-02 on" in said) == (Exit.OK, True)
    wrong = text.replace('to = "residence"', 'to = "neighbour"', 1)
    code, said, complaint = check(path := written(tmp_path, wrong))
    line = wrong.splitlines().index('to = "neighbour"') + 1
    assert (code, said) == (Exit.REFUSED, "")
    assert f"{path}:{line}: rules.0.to: Input should be" in complaint
    backdated = text.replace("version = 1", "version = 2", 1).replace(
        "valid_from = 2020-01-02", "valid_from = 2026-01-05"
    )
    code, _, complaint = check(written(tmp_path, backdated))
    assert (code, "it would change what was judged" in complaint) == (Exit.REFUSED, True)


def test_json_tells_every_fault_with_its_line(tmp_path: Path) -> None:
    code, said, _ = check(written(tmp_path, NATIONAL.replace("max = 25", "max = 24")), "--json")
    (fault,) = json.loads(said)["faults"]
    line = NATIONAL.splitlines().index("[[items]]") + 1
    assert (code, fault["line"], fault["field"]) == (Exit.REFUSED, line, "items")


def test_what_is_no_file_or_no_text_is_told_as_such(tmp_path: Path) -> None:
    assert check(str(tmp_path / "nothing.toml"))[0] == Exit.NOT_FOUND
    assert "this is not text in UTF-8" in check(written(tmp_path, b"\xff\xfe\x00"))[2]
    code, _, complaint = check(written(tmp_path, b"#" * 600_000))
    assert (code, "no rule pack has more than 500000 bytes" in complaint) == (Exit.REFUSED, True)
