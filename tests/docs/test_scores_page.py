"""The page that takes one score apart says what the program says of that meeting."""

from pathlib import Path

from services.scoring.meetings.meeting_rules import RULES
from services.scoring.rules.shelf import shipped
from tests.scoring.tables import scored

PAGE = (Path(__file__).parents[2] / "docs" / "explanation" / "scores.md").read_text("utf-8")
MEETING = {
    "present": 20,
    "excused": 3,
    "spoke": 10,
    "lasted": 89,
    "documents_days_before": 0,
    "thematic_month": False,
    "claimed": {"documents": 2, "steps": 4},
}
TOLD = ("duration", "attendance", "documents", "thematic-contents", "speakers", "last-resolution", "steps")


def test_the_lines_of_the_example_are_what_the_program_says() -> None:
    score = scored(MEETING, shipped().versions("meeting-ward")[-1])
    for line in score.lines:
        if line.item in TOLD:
            points = "–" if line.points is None else f"{line.points:f}"
            assert f"| `{line.item}` | {points} / {line.max:f} | {line.because} |" in PAGE
    assert f"**{score.points:f} points**" in PAGE
    assert f"`computed` {score.bands.computed}" in PAGE
    assert f"`self` {score.bands.self}" in PAGE


def test_every_rule_of_meetings_is_named() -> None:
    assert all(f"`{rule}`" in PAGE for rule in RULES)
