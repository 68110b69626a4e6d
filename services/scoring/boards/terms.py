"""The years that a committee's term spans, as its papers write them: 2025-2030."""

import re

YEARS = re.compile(r"(?<![0-9])(\d{4})\s*[-–—/]\s*(\d{4})(?![0-9])", re.ASCII)


def covers(term: str, year: int) -> bool:
    """Whether a term lasts in that year; a term that names no years is one that lasts."""
    found = YEARS.search(term)
    return found is None or int(found[1]) <= year <= int(found[2])
