"""What a pack says of whom it is for, and of the bands that bodies decide on, fits together or is refused in words."""

import pytest

from services.scoring.rulebook_file import PackRefused, read
from tests.scoring.test_rulebook import NATIONAL

GATE = '\n[[gates]]\nid = "g"\nband = "fair"\nitems = ["time"]\notherwise = "good"\nsource = "x"\n'


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("gates = []", 'gates = []\nkinds = ["agency", "agency"]', "x:13: kinds: something stands here twice"),
        ("gates = []", "gates = []\nscored_by = []", "x:13: scored_by: somebody scores: self, vote, superior"),
        ("gates = []", 'gates = []\nscored_by = ["crowd"]', "x:13: scored_by.0: Input should be 'self'"),
        ('id = "weak"', 'id = "bad"', "there is no band 'bad'; there are: good, fair, average, weak"),
        ("version = 1", 'version = 1\nof = "four-good"', "there is no rule 'duration'; there are: none"),
        ("judged = true", 'judged = true\nwhen = "at-night"', "items.2.when: Input should be 'thematic-month'"),
        ("max = 25", "max = 25\ntarget.at_least = 1", "items.5.target: only indicators have a target"),
    ],
)
def test_what_does_not_fit_is_told(old: str, new: str, why: str) -> None:
    with pytest.raises(PackRefused) as refusal:
        read(NATIONAL.replace(old, new, 1), "x")
    assert why in str(refusal.value)


def test_a_gate_leads_downwards() -> None:
    with pytest.raises(PackRefused, match=r"gates\.0\.otherwise: 'good' is not below 'fair'"):
        read(NATIONAL.replace("gates = []\n", "") + GATE, "x")


def test_only_a_meeting_has_a_month_that_an_item_depends_on() -> None:
    text = NATIONAL.replace("version = 1", 'version = 1\nof = "four-good"')
    with pytest.raises(PackRefused, match=r"items\.2\.when: only a meeting has a month"):
        read(text.replace("judged = true", 'judged = true\nwhen = "thematic-month"', 1), "x")
