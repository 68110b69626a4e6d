"""The four bands in which the quality of a meeting, and of a member's life where he lives, is told."""

from enum import StrEnum


class Band(StrEnum):
    """From the best to the worst."""

    GOOD = "good"
    FAIR = "fair"
    AVERAGE = "average"
    WEAK = "weak"
