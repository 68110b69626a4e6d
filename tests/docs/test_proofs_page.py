"""The stranger's verifier on the page believes what our system proves, and nothing else."""

from base64 import b64encode
from collections.abc import Iterator
from typing import Any

import pytest

from services.audit.notes import SignerKey
from services.program.postgres import Postgres
from tests.audit.signing import ORIGIN
from tests.audit.test_proofs_over_http import RECORDS, Proven, eleven
from tests.docs.page import BLOCK, DOCS

PAGE = DOCS / "explanation" / "proofs.md"


@pytest.fixture(scope="module")
def proven(template: Postgres) -> Iterator[Proven]:
    with eleven(template) as one:
        yield one


@pytest.fixture(scope="module")
def stranger() -> dict[str, Any]:
    """What somebody has who copied the page."""
    (script,) = [text for kind, text in BLOCK.findall(PAGE.read_text("utf-8")) if kind == "python"]
    copied: dict[str, Any] = {}
    exec(script, copied)
    return copied


def test_it_is_as_short_as_the_page_says() -> None:
    (script,) = [text for kind, text in BLOCK.findall(PAGE.read_text("utf-8")) if kind == "python"]
    assert len([line for line in script.splitlines() if line.strip() and "import" not in line]) <= 40


def test_it_believes_each_record(proven: Proven, stranger: dict[str, Any]) -> None:
    size, root = stranger["checkpoint"](proven.get("/checkpoints/latest").text, proven.get("/checkpoints/key").text)
    for position in range(1, RECORDS + 1):
        proof = proven.ask("/proofs/inclusion", position=position, size=size)
        assert f'{{"position":{position},' in stranger["included"](proof, size, root)


def test_it_believes_nobody_else(proven: Proven, stranger: dict[str, Any]) -> None:
    note, key = proven.get("/checkpoints/latest").text, proven.get("/checkpoints/key").text
    forger = SignerKey.new(ORIGIN)
    for wrong_note, wrong_key in (
        (note, forger.verifier.text()),
        (note.replace(f"\n{RECORDS}\n", f"\n{RECORDS + 1}\n"), key),
        (note, key[:-6] + "AAAA=\n"),
        (proven.key.sign(note.split("\n\n")[0].replace("local", "other") + "\n"), key),
    ):
        with pytest.raises(Exception):  # noqa: B017, PT011  # whatever it is, it is not believed
            stranger["checkpoint"](wrong_note, wrong_key)
    size, root = stranger["checkpoint"](note, key)
    good = proven.ask("/proofs/inclusion", position=4, size=size)
    for change in (
        {"leaf": b64encode(b"another").decode()},
        {"leaf_index": 4},
        {"leaf_index": -1},
        {"path": good["path"][:-1]},
        {"path": [*good["path"], good["path"][0]]},
        {"path": good["path"][::-1]},
        {"path": ["00" * 32, *good["path"][1:]]},
    ):
        with pytest.raises(AssertionError):
            stranger["included"](good | change, size, root)
