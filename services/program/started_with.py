"""How the system on a directory was last started, as far as what it keeps depends on it: `settings.json` below it."""

import json
from pathlib import Path

from services.settings import Settings

FIELDS = ("ledger", "timezone", "master_key_file", "checkpoint_key_file", "bus", "kafka")
"""Another ledger's name makes other notices, another time zone other days; and nothing is opened without the key.

And doctor looks at the brokers.
"""


def keep(data: Path, settings: Settings) -> None:
    """Keeps them for those who make anew what the running processes have made."""
    chosen = {field: str(value) for field in FIELDS if (value := getattr(settings, field)) is not None}
    (data / "settings.json").write_text(json.dumps(chosen) + "\n", encoding="utf-8")


def take(settings: Settings) -> Settings:
    """These settings as the system on their directory has them; as they are where none was started there."""
    try:
        said = json.loads((settings.data / "settings.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return settings
    return Settings.read(**settings.model_dump() | {field: said[field] for field in FIELDS if field in said})
