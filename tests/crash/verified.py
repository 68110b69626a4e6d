"""What every test that kills something asks of the tree: it is that of the log, and what was signed still holds."""

from pathlib import Path

from services.audit.notes import SignerKey
from services.audit.verifying.whole import Evidence, verify


def the_log_verifies(conninfo: str, data: Path) -> None:
    """With the tree at the end of the log, by the key of the system's directory."""
    key = SignerKey.parse((data / "checkpoint-key").read_text()).verifier
    remembered = (data / "checkpoint-latest").read_bytes()
    report = verify(conninfo, Evidence(key.name, [key], remembered))
    assert report.findings == []
    assert report.size == report.records
    assert report.checkpoints > 0
