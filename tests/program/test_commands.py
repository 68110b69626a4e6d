"""The commands find the system, ask it over HTTP, and end with the code that scripts rely on."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.database import Database
from tests.keys import master_key_file
from tests.program.little_system import TOKEN, VIEWS, Little, caunoi, little_system


@pytest.fixture
def data(tmp_path: Path) -> Iterator[Path]:
    with little_system(tmp_path) as place:
        yield place


def test_a_token_is_printed_alone(data: Path) -> None:
    assert caunoi("token", "issue", "--role", "operator", "--data", str(data)) == (0, "cn_x\n", "")
    assert Little.asked == [("POST", "/tokens", {"organisation": None, "role": "operator", "name": "operator"})]


def test_a_token_comes_with_its_id_for_programs(data: Path) -> None:
    said = caunoi("token", "issue", "--organisation", "o1", "--role", "clerk", "--data", str(data), "--json")
    assert json.loads(said[1]) == {"id": "t1", "token": "cn_x"}


def test_tokens_are_listed_over_all_pages(data: Path) -> None:
    code, said, _ = caunoi("token", "list", "--data", str(data), "--json")
    assert code == 0
    assert [token["id"] for token in json.loads(said)] == ["t1", "t2"]


def test_a_token_is_revoked_and_an_unknown_one_is_not_found(data: Path) -> None:
    assert caunoi("token", "revoke", "t1", "--data", str(data)) == (0, "", "")
    assert caunoi("token", "revoke", "t9", "--data", str(data))[0] == 3


def test_a_refusal_names_the_field_and_ends_with_4(data: Path) -> None:
    code, said, why = caunoi("token", "issue", "--role", "king", "--data", str(data))
    assert (code, said) == (4, "")
    assert "422 no such role\n  /role: unknown" in why


def test_a_token_that_opens_nothing_ends_with_5(data: Path) -> None:
    url = (data / "address").read_text().strip()
    assert caunoi("views", CAUNOI_URL=url, CAUNOI_TOKEN="wrong")[0] == 5
    assert caunoi("views", CAUNOI_URL=url, CAUNOI_TOKEN=TOKEN)[0] == 0


def test_the_views_are_a_table_or_json(data: Path) -> None:
    _, said, _ = caunoi("views", "--data", str(data))
    assert [line.split() for line in said.splitlines()][1] == ["roll", "7", "7", "0.0"]
    assert json.loads(caunoi("views", "--data", str(data), "--json")[1]) == VIEWS


def test_hashes_of_views_are_read_in_the_database(data: Path, database: Database) -> None:
    key = str(master_key_file())
    argv = ["views", "--hash", "--data", str(data), "--json"]
    code, said, why = caunoi(*argv, CAUNOI_DATABASE=database.app, CAUNOI_MASTER_KEY_FILE=key)
    assert code == 0, why
    (roll,) = json.loads(said)
    assert (roll["view"], roll["position"], roll["rows"], roll["hash"]) == ("roll", 0, 0, "0-0000000000000000")
    code, _, why = caunoi("views", "--hash", "--data", str(data))
    assert code == 3
    assert "no database is below" in why


def test_without_a_system_it_says_how_to_start_one(tmp_path: Path) -> None:
    code, said, why = caunoi("views", "--data", str(tmp_path))
    assert (code, said) == (3, "")
    assert f"caunoi up --data {tmp_path}" in why


def test_a_system_that_is_silent_is_no_traceback(data: Path) -> None:
    (data / "address").write_text("http://127.0.0.1:1\n")
    code, said, why = caunoi("views", "--data", str(data))
    assert (code, said) == (1, "")
    assert why.count("\n") == 1
    assert "caunoi doctor" in why


def test_a_misspelt_variable_refuses_every_command(data: Path) -> None:
    code, _, why = caunoi("views", "--data", str(data), CAUNOI_TOKE="x")
    assert code == 2
    assert "CAUNOI_TOKE is no setting; did you mean CAUNOI_TOKEN?" in why


@pytest.mark.parametrize("wrong", [["serve", "tea"], ["token", "issue"], ["nonsense"], ["views", "--nonsense"]])
def test_wrong_usage_ends_with_2(wrong: list[str]) -> None:
    code, said, _ = caunoi(*wrong)
    assert (code, said) == (2, "")


@pytest.mark.parametrize("wrong", [["serve", "nope"], ["score", "explain", "village", "x"]])
def test_a_word_that_cannot_be_is_answered_with_those_that_can(wrong: list[str]) -> None:
    code, said, why = caunoi(*wrong, COLUMNS="200")
    assert (code, said) == (2, "")
    assert "is not one of" in why
    assert "Value error" not in why


@pytest.mark.parametrize("url", ["notaurl", "127.0.0.1:8000", "ftp://127.0.0.1", "http://["])
def test_an_address_that_is_none_is_called_so(url: str) -> None:
    code, said, why = caunoi("views", CAUNOI_URL=url)
    assert (code, said) == (2, "")
    assert why == "caunoi: CAUNOI_URL: this is no address; one is http://HOST:PORT\n"


def test_the_relay_comes_with_kafka() -> None:
    code, _, why = caunoi("serve", "relay")
    assert code == 2
    assert "Kafka" in why


def test_a_process_that_fails_quotes_nothing_of_why() -> None:
    script = (
        "import sys, types; from services.program import __main__ as program\n"
        "def run(settings, *_): raise ValueError('Nguyễn Thị Lan')\n"
        "sys.modules['services.notify.__main__'] = types.SimpleNamespace(run=run)\n"
        "sys.argv = ['caunoi', 'serve', 'notify']; program.main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        env={**os.environ, "CAUNOI_DATABASE": "postgresql://caunoi_app@/x"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1
    assert "Lan" not in done.stderr
    assert json.loads(done.stderr)["exception"]["type"] == "builtins.ValueError"


def test_nothing_is_coloured_where_colour_is_not_wanted() -> None:
    assert "\x1b" not in caunoi("--help", NO_COLOR="1", FORCE_COLOR="")[1]
