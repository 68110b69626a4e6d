"""A record as a message of the topic: CloudEvents 1.0 in binary mode, from which the record can be made again."""

from collections.abc import Iterable
from datetime import date, datetime
from functools import lru_cache

from events.fact import EPOCH, MICROSECOND, Id, Record

PREFIX = "caunoi.facts."
CONTENT_TYPE = "application/json"
# CloudEvents' own attributes begin with `ce_`; ours with `caunoi_`. Empty ones are left out.
_SPECVERSION = ("ce_specversion", b"1.0")
_CONTENT = ("content-type", CONTENT_TYPE.encode())
REQUIRED = ("ce_type", "ce_time", "caunoi_position", "caunoi_version", "caunoi_effective_on", "caunoi_by",
            "caunoi_command")  # fmt: skip

Headers = list[tuple[str, bytes]]


class NoRecord(ValueError):
    """A message that is no record of ours; the text says what of it is missing, and quotes nothing."""


def topic_of(ledger: str) -> str:
    """The topic that carries a ledger's facts."""
    return PREFIX + ledger


def key_of(record: Record) -> bytes:
    """The stream, as `member/UUID`."""
    return f"{record.kind}/{record.stream}".encode()


def headers_of(record: Record, ledger: str) -> Headers:
    """Everything of the record but its data, which is the message's value."""
    position = str(record.position)
    said = [
        _SPECVERSION,
        ("ce_id", f"{ledger}/{position}".encode()),
        ("ce_type", record.name.encode()),
        ("ce_source", f"/ledgers/{ledger}".encode()),
        ("ce_subject", key_of(record)),
        ("ce_time", _instant(record.recorded)),
        _CONTENT,
        ("caunoi_position", position.encode()),
        ("caunoi_version", b"%d" % record.version),
        ("caunoi_effective_on", _day(record.effective_on)),
        ("caunoi_by", record.by.encode()),
        ("caunoi_command", record.command.encode()),
    ]
    if record.reason:
        said.append(("caunoi_reason", record.reason.encode()))
    if record.cause:
        said.append(("caunoi_cause", b"%d" % record.cause))
    return said


def record_of(key: bytes | None, value: bytes | None, headers: Iterable[tuple[str, bytes]]) -> Record:
    """The record that a message carries.

    Raises:
        NoRecord: it carries none.
    """
    said = dict(headers)
    if key is None or value is None or not said.keys() >= set(REQUIRED):
        raise NoRecord("a message without " + ", ".join(sorted(set(REQUIRED) - said.keys()) or ["key or value"]))
    try:
        return Record(
            int(said["caunoi_position"]),
            Id(key.decode().partition("/")[2]),
            int(said["caunoi_version"]),
            said["ce_type"].decode(),
            date.fromisoformat(said["caunoi_effective_on"].decode()),
            _microseconds(said["ce_time"].decode()),
            said["caunoi_by"].decode(),
            said.get("caunoi_reason", b"").decode(),
            said["caunoi_command"].decode(),
            int(said.get("caunoi_cause", 0)),
            value,
        )
    except ValueError:
        raise NoRecord("a message whose headers cannot be read") from None


def position_of(headers: Iterable[tuple[str, bytes]]) -> int:
    """The position alone.

    Raises:
        NoRecord: there is none.
    """
    for name, value in headers:
        if name == "caunoi_position" and value.isdigit():
            return int(value)
    raise NoRecord("a message without caunoi_position")


# Records of one group share their instant, and days repeat.
@lru_cache(maxsize=64)
def _instant(recorded: int) -> bytes:
    said = (EPOCH + recorded * MICROSECOND).isoformat(timespec="microseconds")
    return said.replace("+00:00", "Z").encode()


@lru_cache(maxsize=1024)
def _day(day: date) -> bytes:
    return day.isoformat().encode()


def _microseconds(instant: str) -> int:
    return (datetime.fromisoformat(instant) - EPOCH) // MICROSECOND
