"""Which rules there are for each kind of pack, and which measures the bounds of their options may speak of."""

from collections.abc import Mapping

from services.scoring.meetings.meeting_rules import RULES
from services.scoring.rules.rulebook import Of

INDICATORS = (
    "regular-rhythm",
    "pre-meeting",
    "full-procedure",
    "supervisor",
    "attendance",
    "committee-training",
    "working-rules",
    "good-cells",
    "four-good-plan",
    "model-regular",
    "model-thematic",
    "admissions",
    "double-office-village",
    "double-office-unit",
    "liaison-december",
    "oath-coverage",
)
"""The ids under which indicators are computed."""

MEASURES: Mapping[Of, Mapping[str, frozenset[str]]] = {
    Of.MEETING: {name: rule.measures for name, rule in RULES.items()},
    Of.FOUR_GOOD: {},
    Of.YEAR: {"discipline": frozenset({"sanctions"}), "tasks": frozenset({"on_time"})},
    Of.INDICATORS: dict.fromkeys(INDICATORS, frozenset({"value"})),
}
"""By what the pack judges: the names of the rules, and the measures that each takes."""
