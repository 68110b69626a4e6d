"""What a pack says of whom it is for, and of the bands that bodies decide on, fits together or is refused in words."""

from unicodedata import normalize

import pytest

from services.scoring.rules.rulebook_file import PackRefused, read
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


def test_what_would_take_too_long_to_check_is_refused() -> None:
    bounds = "".join(f"if.{name}.at_least = {{n}}\n" for name in ("days_after", "days_sent", "tasks"))
    options = "".join(f'[[items.options]]\npoints = 5\ntext = "x"\n{bounds}'.replace("{n}", str(n)) for n in range(9))
    with pytest.raises(PackRefused, match="its options tell too many cases apart to be checked"):
        read(NATIONAL.replace("[[bands]]", f"{options}\n[[bands]]", 1), "x")
    with pytest.raises(PackRefused, match="at most 60 items"):
        read(NATIONAL.replace("[[bands]]", f"{options * 7}\n[[bands]]", 1), "x")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("a = " + "[" * 5_000, "this is no TOML: too deep"),
        ("a = " + "9" * 5_000, "this is no TOML: too deep, or with a number too long"),
        (NATIONAL.replace("Thời gian,", "\\u0000", 1), "items.0.title: Value error, this is a line of text"),
        (NATIONAL.replace("Thời gian,", "\\u202e", 1), "items.0.title: Value error, this is a line of text"),
    ],
)
def test_a_text_that_nobody_writes_is_refused(text: str, why: str) -> None:
    with pytest.raises(PackRefused) as refusal:
        read(text, "x")
    assert why in str(refusal.value)


def test_names_are_kept_in_their_composed_form() -> None:
    decomposed = NATIONAL.replace('"Ban Tổ chức Trung ương"', '"' + normalize("NFD", "Đảng  ủy phường Bảy ") + '"', 1)
    assert read(decomposed, "x").issuer == normalize("NFC", "Đảng ủy phường Bảy")
