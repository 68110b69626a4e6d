"""A log is JSON lines, and quotes nothing that somebody entered."""

import json
import logging
from collections.abc import Iterator

import psycopg
import pytest
import structlog

from services import logs
from tests.database import Database


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    root = logging.getLogger()
    before = root.handlers, root.level
    yield
    root.handlers, root.level = before
    structlog.reset_defaults()


def said(capsys: pytest.CaptureFixture[str]) -> dict[str, object]:
    found = json.loads(capsys.readouterr().err)
    assert isinstance(found, dict)
    return found


def test_a_line_says_when_who_and_what(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("scoring")
    structlog.get_logger("view").info("read", position=7)
    line = said(capsys)
    assert (line["process"], line["event"], line["position"], line["level"]) == ("scoring", "read", 7, "info")
    assert str(line["timestamp"]).endswith("Z")


def test_a_library_logs_in_the_same_form(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("scoring")
    logging.getLogger("apscheduler").warning("missed %s", "a run")
    assert said(capsys)["event"] == "missed a run"


def test_an_exception_is_told_by_type_and_place_alone(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("scoring")
    try:
        int("Nguyễn Thị Lan")
    except ValueError:
        structlog.get_logger().exception("failed")
    printed = capsys.readouterr().err
    assert "Lan" not in printed
    exception = json.loads(printed)["exception"]
    assert exception["type"] == "builtins.ValueError"
    assert "test_logs.py" in exception["frames"][0]


def test_a_databases_error_is_told_by_its_code(database: Database, capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("scoring")
    with psycopg.connect(database.owner) as connection:
        try:
            connection.execute("SELECT 'Nguyễn Thị Lan'::int")
        except psycopg.Error:
            logging.getLogger("x").exception("failed")
    printed = capsys.readouterr().err
    assert "Lan" not in printed
    assert json.loads(printed)["exception"]["sqlstate"] == "22P02"


def test_an_address_that_was_asked_for_is_not_logged(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("scoring")
    logging.getLogger("uvicorn.access").info('"GET /members?q=Lan" 200')
    assert capsys.readouterr().err == ""
