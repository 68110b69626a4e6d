"""What a rule pack may be: the shipped frame in full, and every way in which a file is refused, with its line."""

from datetime import date
from decimal import Decimal
from importlib.resources import files

import pytest

from services.scoring.rules.rulebook import Of, Pack
from services.scoring.rules.rulebook_file import PackRefused, read
from services.scoring.rules.rules_in_force import RulesInForce
from services.scoring.rules.shelf import Shelf, shipped
from tests.examples import CELL_7
from tests.scoring.meeting import HANOI, MEETING, PERFECT, held, instead, records, score_meeting

NATIONAL = (files("services.scoring") / "rulebooks" / "meeting-national.toml").read_text("utf-8")


def refused(old: str, new: str, text: str = NATIONAL) -> tuple[int | None, str]:
    """The line and the sentence, when this text stands there instead; the file is called office.toml."""
    assert old in text, "the pack has changed: this test replaces nothing"
    changed = text.replace(old, new, 1)
    with pytest.raises(PackRefused) as refusal:
        read(changed, "office.toml")
    assert str(refusal.value).startswith("office.toml")
    return refusal.value.faults[0].line, str(refusal.value)


def line_of(text: str, of: str = NATIONAL, *, nth: int = 1) -> int:
    return [number for number, line in enumerate(of.splitlines(), start=1) if line == text][nth - 1]


# The national frame


def test_the_national_frame_is_there_in_full() -> None:
    pack = read(NATIONAL, "meeting-national.toml")
    assert {item.id: item.max for item in pack.items} == {
        "time": 5,
        "attendance": 5,
        "content": 5,
        "notice": 5,
        "steps": 5,
        "discussion": 25,
        "chairing": 10,
        "principles": 5,
        "last-resolution": 30,
        "closing": 5,
    }
    assert (pack.issuer, pack.number, pack.on) == ("Ban Tổ chức Trung ương", "42-HD/BTCTW", date(2025, 10, 28))
    assert {item.id for item in pack.items if not item.judged} == {"time", "attendance", "notice", "closing"}
    assert all("42-HD/BTCTW ngày 28/10/2025" in item.source for item in pack.items)


@pytest.mark.parametrize(
    ("points", "band"),
    [
        ("100", "good"),
        ("90", "good"),
        ("89.99", "fair"),
        ("70", "fair"),
        ("69.99", "average"),
        ("50", "average"),
        ("49.99", "weak"),
        ("0", "weak"),
    ],
)
def test_its_bands_meet_at_90_70_and_50(points: str, band: str) -> None:
    assert read(NATIONAL, "x").band(Decimal(points)) == band


def test_numbers_are_decimals_and_never_floats() -> None:
    share = read(NATIONAL, "x").items[1].options[0].bounds["share"].at_least
    assert share == Decimal("0.9")
    assert isinstance(share, Decimal)


def test_the_maxima_of_what_people_judge_can_be_asked() -> None:
    assert read(NATIONAL, "x").maxima()["last-resolution"] == 30
    assert "time" not in read(NATIONAL, "x").maxima()


# Refused


def test_toml_that_does_not_parse() -> None:
    line, why = refused('number = "42-HD/BTCTW"', 'number = "42-HD/BTCTW')
    assert line == line_of('number = "42-HD/BTCTW"')
    assert "this is no TOML" in why


def test_toml_that_ends_too_early() -> None:
    with pytest.raises(PackRefused, match=r"^x\.toml:2: this is no TOML"):
        read('id = "a"\nkinds = [', "x.toml")


def test_a_field_that_is_not_known() -> None:
    line, why = refused("judged = true", "juged = true")
    assert line == line_of("judged = true")
    assert "items.2.juged: Extra inputs are not permitted" in why


def test_a_field_that_is_missing_is_told_at_its_table() -> None:
    line, why = refused('title = "Chuẩn bị nội dung sinh hoạt"\n', "")
    assert line == line_of("[[items]]", nth=3)
    assert "items.2.title: Field required" in why


def test_a_rule_that_nobody_has_written() -> None:
    line, why = refused('rule = "duration"', 'rule = "length"')
    assert line == line_of('rule = "duration"')
    assert "there is no rule 'length'; there are: attendance, closing, duration, " in why


def test_a_measure_that_the_rule_does_not_take() -> None:
    line, why = refused("if.minutes.at_least = 90", "if.hours.at_least = 1.5")
    assert line == line_of("if.minutes.at_least = 90")
    assert "the rule 'duration' has no measure 'hours'; it has: base, minutes" in why


@pytest.mark.parametrize("wrong", ["-5", "0", "101", "nan", "inf", '"many"', "true"])
def test_a_maximum_that_cannot_be(wrong: str) -> None:
    line, why = refused("max = 25", f"max = {wrong}")
    assert line == line_of("max = 25")
    assert "items.5.max" in why


def test_maxima_that_do_not_add_up_to_a_hundred() -> None:
    assert "the maxima add up to 99, not to 100" in refused("max = 25", "max = 24")[1]


def test_an_option_above_its_items_maximum() -> None:
    line, why = refused("points = 5", "points = 6")
    assert line == line_of("points = 5")
    assert "6 points are more than the item's 5" in why


def test_options_of_which_none_gives_full_marks() -> None:
    text = NATIONAL.replace("points = 5", "points = 4")
    assert "no option of 'time' gives its 5 points" in refused('id = "time"', 'id = "time"', text)[1]


def test_bounds_without_a_bound() -> None:
    assert "bounds without a bound" in refused("if.share.at_least = 0.9", "if.share = {}")[1]


def test_an_item_that_is_neither_judged_nor_measured() -> None:
    line, why = refused("judged = true\n", "")
    assert line == line_of("[[items]]", nth=3)
    assert "judged by people (judged = true), measured by a rule, or both" in why


def test_an_item_that_is_both_has_options_for_what_is_measured() -> None:
    why = refused("judged = true", 'judged = true\nrule = "duration"')[1]
    assert "no option of 'content' gives its 5 points" in why


def test_an_item_that_people_judge_with_options() -> None:
    options = '[[items.options]]\npoints = 5\ntext = "x"\nif.base.below = 30\n\n[[items]]\nid = "notice"'
    assert "judged by people, who need no options" in refused('[[items]]\nid = "notice"', options)[1]


def test_ids_that_stand_twice() -> None:
    line, why = refused('id = "content"', 'id = "time"')
    assert line == line_of('id = "content"')
    assert "'time' stands here 2 times" in why
    assert "'good' stands here 2 times" in refused('id = "fair"', 'id = "good"')[1]


def test_a_hole_between_bands() -> None:
    line, why = refused("below = 90", "below = 85")
    assert line == line_of("below = 90")
    assert "there is a hole between 'fair' and 'good', from 85 to below 90 points" in why


def test_bands_that_overlap() -> None:
    assert "'fair' and 'good' overlap from 90 points on" in refused("below = 90", "below = 95")[1]
    assert "'fair' and 'good' overlap from 90 points on" in refused("below = 90\n", "")[1]


def test_a_band_that_nothing_reaches() -> None:
    assert "nothing reaches 'fair'" in refused("at_least = 70", "at_least = 90")[1]
    assert "bands.0.at_least" in refused("\nat_least = 90", "\nat_least = 101")[1]


def test_no_band_at_the_bottom_and_an_end_at_the_top() -> None:
    assert "there is no band below 10 points" in refused("\nat_least = 0", "\nat_least = 10")[1]
    assert "the best band ends below 100 points" in refused("\nat_least = 90", "\nat_least = 90\nbelow = 100")[1]


@pytest.mark.parametrize("wrong", ["2025-02-30", '"soon"', "20251028"])
def test_a_day_that_is_none(wrong: str) -> None:
    assert refused("valid_from = 2025-10-28", f"valid_from = {wrong}")[0] == line_of("valid_from = 2025-10-28")


def test_a_pack_that_ends_before_it_begins() -> None:
    _, why = refused("valid_from = 2025-10-28", "valid_from = 2025-10-28\nvalid_to = 2025-10-28")
    assert "it ends on 2025-10-28, before it begins on 2025-10-28" in why


def test_a_kind_of_cell_that_does_not_exist() -> None:
    assert refused("gates = []", 'kinds = ["guild"]\ngates = []')[0] == line_of("gates = []")


def test_all_that_is_wrong_is_said_at_once() -> None:
    text = NATIONAL.replace("max = 25", "max = 24").replace("below = 90", "below = 85")
    with pytest.raises(PackRefused) as refusal:
        read(text, "x.toml")
    assert len(refusal.value.faults) == 2
    assert len(str(refusal.value).splitlines()) == 2


# Gates

GATED = NATIONAL.replace("gates = []\n", "") + (
    '\n[[gates]]\nid = "full-marks"\nband = "good"\nitems = ["time", "attendance"]\notherwise = "fair"\nsource = "x"\n'
)


def test_a_gate_leads_to_the_band_behind_it_where_full_marks_are_missing() -> None:
    shelf = Shelf([read(GATED, "x")])
    through = score_meeting(MEETING, records(PERFECT), shelf, HANOI)
    short = score_meeting(MEETING, records(instead(session=held(20, absent=5))), shelf, HANOI)
    assert through is not None
    assert short is not None
    assert (through.bands.computed, through.gates[0].met) == ("good", True)
    assert short.points == 95
    assert (short.bands.computed, short.gates[0].met) == ("fair", False)
    assert short.gates[0].because == "Chưa đạt điểm tối đa: Đảng viên tham gia sinh hoạt."


def test_a_gate_speaks_of_items_and_bands_that_are_there() -> None:
    assert "there is no item 'speakers'" in refused('["time", "attendance"]', '["speakers"]', GATED)[1]
    assert "there is no band 'great'" in refused('otherwise = "fair"', 'otherwise = "great"', GATED)[1]


# Which pack


def versions(*days: tuple[int, str, str | None]) -> Shelf:
    def one(version: int, since: str, until: str | None) -> Pack:
        text = NATIONAL.replace("version = 1", f"version = {version}")
        end = f"\nvalid_to = {until}" if until else ""
        return read(text.replace("valid_from = 2025-10-28", f"valid_from = {since}{end}"), "x")

    return Shelf(one(*of) for of in days)


@pytest.mark.parametrize(
    ("day", "version"),
    [
        (date(2025, 10, 27), None),
        (date(2025, 10, 28), 1),
        (date(2026, 6, 30), 1),
        (date(2026, 7, 1), 2),
        (date(2026, 12, 31), 2),
        (date(2027, 1, 1), None),
    ],
)
def test_the_meetings_day_chooses_the_latest_version_that_holds_on_it(day: date, version: int | None) -> None:
    rules = RulesInForce(versions((1, "2025-10-28", None), (2, "2026-07-01", "2027-01-01")))
    found = rules.pack(Of.MEETING, CELL_7, day)
    assert (found.version if found else None) == version


def test_a_version_is_at_hand_once() -> None:
    with pytest.raises(PackRefused, match="version 1 is at hand already"):
        versions((1, "2025-10-28", None), (1, "2026-07-01", None))


def test_every_shipped_pack_can_be_used() -> None:
    assert "meeting-national" in {pack.id for pack in shipped()}
