"""Settings come from CAUNOI_ variables, and a misspelt one is no silence."""

from pathlib import Path

import pytest

from services.settings import Settings, SettingsRefused, variable
from services.trouble import Exit


@pytest.fixture(autouse=True)
def nothing_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    for field in Settings.model_fields:
        monkeypatch.delenv(variable(field), raising=False)


def test_nothing_need_be_chosen() -> None:
    settings = Settings.read()
    assert (settings.port, settings.host, settings.bus) == (8000, "127.0.0.1", "embedded")
    assert settings.timezone == "Asia/Ho_Chi_Minh"
    assert settings.data == Path("caunoi-data")


def test_an_option_stands_above_a_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAUNOI_PORT", "8001")
    assert Settings.read(port=None).port == 8001
    assert Settings.read(port=8002).port == 8002


def test_an_unknown_variable_is_refused_with_the_nearest_known_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAUNOI_DATABSE", "postgresql://")
    with pytest.raises(SettingsRefused, match="CAUNOI_DATABSE is no setting; did you mean CAUNOI_DATABASE") as refused:
        Settings.read()
    assert refused.value.code == Exit.USAGE


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "eighty"),
        ("PORT", "70000"),
        ("BUS", "carrier-pigeon"),
        ("TIMEZONE", "Asia/Atlantis"),
        ("LEDGER", "A b"),
        ("KAFKA", "nowhere"),
        ("URL", "notaurl"),
        ("WEBHOOK_ALLOW", "localhost"),
        ("SMTP", "mail.example.vn:25"),
        ("SMTP", "http://mail.example.vn"),
        ("MAIL_FROM", "nobody"),
        ("MAIL_FROM", "a@b, c@d"),
        ("TEXT_GATEWAY", "http://sms.example.vn/send"),
        ("PUSH_KEY", "short"),
        ("HEARTBEAT_MINUTES", "0"),
    ],
)
def test_a_value_that_cannot_be_is_refused_by_its_variable(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(f"CAUNOI_{name}", value)
    with pytest.raises(SettingsRefused, match=f"CAUNOI_{name}: ") as refused:
        Settings.read()
    assert "Value error" not in str(refused.value)


def test_a_secret_is_in_no_text_of_the_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAUNOI_DATABASE", "postgresql://a:secret@b/c")
    monkeypatch.setenv("CAUNOI_TOKEN", "secret")
    monkeypatch.setenv("CAUNOI_SMTP", "smtps://a:secret@mail.example.vn")
    monkeypatch.setenv("CAUNOI_TEXT_GATEWAY", "https://secret@sms.example.vn/send")
    assert "secret" not in repr(Settings.read())


def test_an_empty_variable_is_an_unset_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAUNOI_PORT", "")
    assert Settings.read().port == 8000


def test_another_process_reads_the_same_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    given = Settings.read(port=9000, webhook_allow="127.0.0.0/8,http", database="postgresql://h/d", data=Path("/x y"))
    for name, value in given.environment().items():
        monkeypatch.setenv(name, value)
    assert Settings.read() == given


@pytest.mark.parametrize("brokers", ["localhost", "a:9092,", "a:9092,b", "a b:9092", ":9092", "a:port"])
def test_brokers_are_hosts_with_ports(brokers: str) -> None:
    with pytest.raises(SettingsRefused, match=r"CAUNOI_KAFKA: .*HOST:PORT"):
        Settings.read(kafka=brokers)


def test_kafka_carries_the_records_where_it_is_asked_for_alone() -> None:
    assert Settings.read(kafka="a:9092,[::1]:9092").brokers is None
    assert Settings.read(bus="kafka", kafka="a:9092,[::1]:9092").brokers == "a:9092,[::1]:9092"
    with pytest.raises(SettingsRefused, match="CAUNOI_KAFKA is missing"):
        Settings.read(bus="kafka").brokers  # noqa: B018  # asking is what is refused
