"""`caunoi rules publish` and `adopt`, as an office types it: who proposes, who agrees, and what came of it."""

import json
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from services import access
from services.program.__main__ import build
from services.program.postgres import Postgres
from services.trouble import Exit, Trouble
from tests.database import fresh
from tests.ingest.conftest import Commune, a_commune
from tests.ingest.feeding import feeding


@pytest.fixture(scope="module")
def commune(template: Postgres) -> Iterator[Commune]:
    """One for all tests of this file, each of which publishes a pack of its own."""
    with fresh(template) as database, feeding(database.app), a_commune(database) as made:
        yield made


def a_token(commune: Commune, role: str, organisation: str) -> str:
    return access.issue(commune.database.owner, organisation=organisation, role=role, name=role)[1]


def publish(commune: Commune, token: str, *arguments: str) -> Result:
    return rules(commune, token, "publish", *arguments)


def rules(commune: Commune, token: str, *arguments: str) -> Result:
    environment = {"CAUNOI_URL": commune.address, "CAUNOI_TOKEN": token}
    return CliRunner().invoke(build("rules"), ["rules", *arguments], env=environment)


def code_of(refused: Result) -> Exit:
    assert isinstance(refused.exception, Trouble)
    return refused.exception.code


def a_file(folder: Path, name: str, top: str = "90") -> str:
    """The national frame under another name and of another issuer."""
    text = (files("services.scoring") / "rulebooks" / "meeting-national.toml").read_text("utf-8")
    for old, new in (
        ('"meeting-national"', f'"{name}"'), ('"Ban Tổ chức Trung ương"', f'"Đảng ủy {name}"'),
        ("below = 90", f"below = {top}"),
    ):  # fmt: skip
        text = text.replace(old, new, 1)
    file = folder / f"{name}.toml"
    file.write_text(text, "utf-8")
    return str(file)


def in_force(commune: Commune, pack: str) -> int:
    at_least = {"Caunoi-At-Least": str(commune.log()[-1]["position"])}
    return commune.operator.get(f"/rules/{pack}", headers=at_least).status_code


def test_a_pack_that_waits_is_published_by_typing_it_again_with_a_second_person(
    commune: Commune, tmp_path: Path
) -> None:
    file, clerk = a_file(tmp_path, "waits"), a_token(commune, "clerk", commune.commune)
    first = publish(commune, clerk, file)
    assert first.exit_code == 0, first.output
    assert "it waits for a second person" in first.stderr
    again = publish(commune, clerk, file)
    assert (again.stdout, again.stderr) == (first.stdout, first.stderr), (
        "it is the same proposal, and published nowhere"
    )
    alone = publish(commune, clerk, file, "--approve-with", clerk)
    assert code_of(alone) == Exit.FORBIDDEN
    assert first.stdout.strip() in str(alone.exception), "who is told no is told what waits"
    assert in_force(commune, "waits") == 404
    done = publish(commune, clerk, file, "--approve-with", a_token(commune, "secretary", commune.commune))
    assert done.exit_code == 0, done.output
    assert done.stdout.startswith("published, on record at position ")
    assert in_force(commune, "waits") == 200
    assert publish(commune, clerk, file).stdout == "nothing new: this version is published already\n"


def test_json_names_the_proposal_each_time(commune: Commune, tmp_path: Path) -> None:
    file, clerk = a_file(tmp_path, "named"), a_token(commune, "clerk", commune.commune)
    first = json.loads(publish(commune, clerk, file, "--json").stdout)
    assert json.loads(publish(commune, clerk, file, "--json").stdout)["proposal"] == first["proposal"]


def test_what_cannot_be_published_ends_with_the_code_of_its_refusal(commune: Commune, tmp_path: Path) -> None:
    clerk, before = a_token(commune, "clerk", commune.commune), commune.log()[-1]["position"]
    broken = publish(commune, clerk, a_file(tmp_path, "broken", top="91"))
    assert code_of(broken) == Exit.REFUSED
    assert "overlap from 90 points on" in str(broken.exception)
    beside = publish(commune, clerk, a_file(tmp_path, "beside"), "--organisation", commune.agency)
    assert code_of(beside) == Exit.FORBIDDEN
    assert code_of(publish(commune, clerk, str(tmp_path / "nowhere.toml"))) == Exit.NOT_FOUND
    assert commune.log()[-1]["position"] == before, "nothing is proposed"


# Adopting


def test_a_pack_is_adopted_by_its_file_or_its_id(commune: Commune, tmp_path: Path) -> None:
    file, clerk = a_file(tmp_path, "adopted"), a_token(commune, "clerk", commune.commune)
    published = publish(commune, clerk, file, "--approve-with", a_token(commune, "secretary", commune.commune))
    assert published.exit_code == 0, published.output
    adopting = ["--organisation", commune.commune, "--from", "2026-12-01"]
    done = rules(commune, clerk, "adopt", file, *adopting)
    assert done.exit_code == 0, done.output
    assert done.stdout.startswith("adopted is adopted, on record at position ")
    assert rules(commune, clerk, "adopt", "adopted", *adopting).stdout == (
        "nothing new: adopted is adopted for that day already\n"
    )
    said = json.loads(rules(commune, clerk, "adopt", "meeting-ward", *adopting, "--json").stdout)
    assert [fact["name"] for fact in said["facts"]] == ["rule.adopted"]
    holds = commune.operator.get(
        "/rules",
        params={"organisation": commune.village_cell, "as_of": "2026-12-01", "of": "meeting"},
        headers={"Caunoi-At-Least": str(said["position"])},
    )
    assert [pack["id"] for pack in holds.json()["items"]] == ["meeting-ward"]


def test_what_cannot_be_adopted_says_why(commune: Commune, tmp_path: Path) -> None:
    clerk, before = a_token(commune, "clerk", commune.commune), commune.log()[-1]["position"]
    own = ["--organisation", commune.commune]
    for arguments, code, words in (
        (["nowhere", *own], Exit.NOT_FOUND, "there is no rule pack nowhere: publish it first"),
        ([a_file(tmp_path, "unpublished"), *own], Exit.NOT_FOUND, "there is no rule pack unpublished"),
        ([str(tmp_path / "nowhere.toml"), *own], Exit.NOT_FOUND, "there is no such file"),
        ([str(tmp_path), *own], Exit.REFUSED, "this is a directory"),
        (["meeting-ward", "--organisation", commune.agency], Exit.FORBIDDEN, "403"),
        (["meeting-ward", *own, "--from", "tomorrow"], Exit.REFUSED, "/effective_on"),
    ):
        refused = rules(commune, clerk, "adopt", *arguments)
        assert code_of(refused) == code, refused.exception
        assert words in str(refused.exception)
    assert commune.log()[-1]["position"] == before


@pytest.mark.parametrize("command", ["check", "publish", "try", "adopt"])
@pytest.mark.parametrize(
    ("name", "words"),
    [("folder.toml", "this is a directory"), ("missing.toml", "no such file"), ("latin.toml", "not text in UTF-8")],
)
def test_what_is_no_text_is_told_as_such_by_every_command(
    commune: Commune, tmp_path: Path, command: str, name: str, words: str
) -> None:
    (tmp_path / "folder.toml").mkdir()
    (tmp_path / "latin.toml").write_bytes('title = "Đảng bộ"'.encode("utf-16"))
    more = [] if command == "check" else ["--organisation", commune.commune]
    more += ["--period", "2026"] if command == "try" else []
    refused = rules(commune, a_token(commune, "clerk", commune.commune), command, str(tmp_path / name), *more)
    assert code_of(refused) == (Exit.NOT_FOUND if name == "missing.toml" else Exit.REFUSED)
    assert str(tmp_path / name) in str(refused.exception)
    assert words in str(refused.exception)
