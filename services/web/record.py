"""A record as it is shown outside (docs/reference/http.md)."""

from typing import Any

import msgspec

from events.fact import Record


def shown(record: Record, struck_by: int | None = None) -> dict[str, Any]:
    """The record as an object of JSON; `struck_by` is the position of the correction that strikes it through."""
    return {
        "position": record.position,
        "stream": f"{record.kind}/{record.stream}",
        "version": record.version,
        "name": record.name,
        "effective_on": record.effective_on.isoformat(),
        "recorded_at": record.recorded_at.isoformat().replace("+00:00", "Z"),
        "by": record.by,
        "reason": record.reason or None,
        "command": record.command,
        "cause": record.cause or None,
        "data": msgspec.json.decode(record.data),
        "struck_by": struck_by,
    }
