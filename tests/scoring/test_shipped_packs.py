"""The four-good tables and the year's frame that come with the program, and what a pack of them may not say."""

from decimal import Decimal
from importlib.resources import files

import pytest

from events.classification import YearBand
from events.organisation import CellKind
from services.scoring.rules.rulebook import Of, Pack
from services.scoring.rules.rulebook_file import PackRefused, read
from services.scoring.rules.shelf import shipped

BOOKS = files("services.scoring") / "rulebooks"
YEAR = (BOOKS / "year-national.toml").read_text("utf-8")
MONTHLY = (BOOKS / "four-good-monthly.toml").read_text("utf-8")


def pack(ident: str) -> Pack:
    (found,) = shipped().versions(ident)
    return found


@pytest.mark.parametrize("kind", ["agency", "public-service", "enterprise"])
def test_a_cell_of_95_points_meets_the_standard_by_the_table_of_its_kind(kind: str) -> None:
    table = pack(f"four-good-{kind}")
    assert (table.of, table.full) == (Of.FOUR_GOOD, Decimal(100))
    assert [table.band(Decimal(points)) for points in ("95", "94.99", "0", "100")] == [
        "met",
        "not-met",
        "not-met",
        "met",
    ]
    assert [item.id for item in table.items] == ["political-task", "meetings", "solidarity", "members"]


def test_each_kind_of_cell_has_at_most_one_table() -> None:
    tables = [found for found in shipped() if found.of is Of.FOUR_GOOD and found.kinds]
    by_kind = {kind: [found.id for found in tables if found.suits(kind)] for kind in CellKind}
    assert all(len(found) <= 1 for found in by_kind.values())
    assert by_kind[CellKind.STATE_ENTERPRISE] == by_kind[CellKind.PRIVATE_ENTERPRISE] == ["four-good-enterprise"]
    assert by_kind[CellKind.VILLAGE] == []


def test_a_variant_has_three_parts_of_30_20_and_50_points() -> None:
    assert [item.max for item in pack("four-good-three-parts").items] == [30, 20, 50]


def test_a_monthly_list_is_passed_month_by_month() -> None:
    table = pack("four-good-monthly")
    assert (len(table.items), table.full) == (12, Decimal(12))
    assert all(item.whole for item in table.items)
    assert [table.band(Decimal(months)) for months in (12, 11)] == ["met", "not-met"]


def test_no_paper_is_claimed_for_a_table_that_nobody_issued() -> None:
    for table in shipped():
        if table.of is Of.FOUR_GOOD:
            assert "mẫu" in table.issuer
            assert all("Bảng mẫu" in item.source for item in table.items)


def test_the_year_has_the_bands_and_points_by_which_it_is_classified() -> None:
    frame = pack("year-national")
    assert (frame.number, str(frame.on), [int(item.max) for item in frame.items]) == (
        "366-QĐ/TW",
        "2025-08-30",
        [30, 70],
    )
    assert {YearBand(band.id): int(band.at_least) for band in frame.bands} == dict(
        zip(YearBand, (90, 70, 50, 0), strict=True)
    )
    assert {gate.id for gate in frame.gates if gate.band == YearBand.EXCELLENT} == {
        "tasks-on-time",
        "above-requirement",
        "no-discipline",
    }


@pytest.mark.parametrize(
    ("text", "said", "otherwise", "why"),
    [
        (MONTHLY, "full = 12", "full = 13", "add up to 12, not to 13"),
        (MONTHLY, "at_least = 12", "at_least = 13", "nothing reaches 'met': there are 12 points at most"),
        (YEAR, 'rule = "tasks"', 'rule = "weather"', "there is no rule 'weather'"),
        (YEAR, "if.on_time.at_least = 1", "if.too_late.at_least = 1", "has no measure 'too_late'"),
        (YEAR, "if.on_time.at_least = 1\n", "", "the rule needs bounds"),
        (YEAR, "judged = true\notherwise", "otherwise", "one of the three"),
        (YEAR, 'title = "Vượt yêu cầu ít nhất 30 %"\n', "", "says in its title"),
        (YEAR, 'otherwise = "good"', 'otherwise = "splendid"', "there is no band 'splendid'"),
    ],
)
def test_what_does_not_fit_together_is_refused_in_words(text: str, said: str, otherwise: str, why: str) -> None:
    assert said in text
    with pytest.raises(PackRefused, match=r"^pack\.toml:([0-9]+:)? ") as refused:
        read(text.replace(said, otherwise), "pack.toml")
    assert why in str(refused.value)


def test_a_meetings_gate_asks_for_items() -> None:
    national = (BOOKS / "meeting-national.toml").read_text("utf-8")
    gate = '\n[[gates]]\nid = "x"\ntitle = "x"\nband = "good"\njudged = true\notherwise = "fair"\nsource = "x"\n'
    with pytest.raises(PackRefused, match="asks for items"):
        read(national.replace("gates = []\n", "") + gate, "pack.toml")
