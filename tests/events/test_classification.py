"""The bands of a year: by which points, in which order, how many excellent ones, and opened again."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st
from msgspec.structs import replace

from events import excellence
from events.classification import (
    Classification,
    ClassificationDecided,
    ClassificationReopened,
    Rated,
    YearBand,
    classify,
    reopen,
    stream_of,
)
from events.excellence import Excellence, ExcellenceGivenUp, ExcellenceGranted, give_up, grant
from events.fact import Refused
from events.member import Member
from events.organisation import Organisation, OrganisationDissolved
from events.organisation_papers import Censure, OrganisationDisciplined
from events.persons import person
from events.rating_order import (
    must_be_there_in_year,
    must_follow_cell,
    must_follow_lower,
    must_get_a_rating,
    must_meet_conditions,
    place_in_year,
)
from tests.examples import (
    CELL_7,
    CELL_7_ESTABLISHED,
    COMMUNE,
    LAN,
    LAN_ADMITTED,
    a_decision,
    a_member,
    an_expulsion,
    an_id,
    an_organisation,
)
from tests.given import DAY, given, seen

EARLIER, LATER = date(2026, 2, 1), date(2026, 12, 20)
GOOD = ClassificationDecided(subject=CELL_7, kind=Rated.CELL, year=2026, band=YearBand.GOOD, placed_on=DAY)
OF_LAN = replace(GOOD, subject=LAN, kind=Rated.MEMBER, cell=CELL_7)
FRAME = {"excellent": Decimal(90), "good": Decimal(70), "completed": Decimal(50), "not_completed": Decimal()}
REOPENED = ClassificationReopened(subject=CELL_7, year=2026, reason="phát hiện sai phạm")


def test_a_year_is_classified() -> None:
    given(Classification).when(classify, GOOD).then(GOOD)


def test_the_same_band_again_is_ignored_because_already_decided() -> None:
    given(Classification, GOOD).when(classify, replace(GOOD, placed_on=LATER), on=LATER).ignored()


def test_another_band_or_other_points_are_refused_until_the_year_is_opened_again() -> None:
    for other in (replace(GOOD, band=YearBand.COMPLETED), replace(GOOD, points=Decimal(80))):
        given(Classification, GOOD).when(classify, other).refused("classification.decided")
        given(Classification, GOOD, REOPENED).when(classify, other, on=LATER).then(other)


def test_after_a_reopening_the_same_band_is_said_anew() -> None:
    given(Classification, GOOD, REOPENED).when(classify, GOOD, on=LATER).then(GOOD)


def test_a_year_that_has_not_begun_is_not_classified() -> None:
    given(Classification).when(classify, replace(GOOD, year=2027)).refused("classification.year_not_begun")


def test_nothing_is_decided_before_the_reopening() -> None:
    reopened = given(Classification, (GOOD, EARLIER), REOPENED)
    reopened.when(classify, GOOD, on=EARLIER).refused("classification.too_early")


@pytest.mark.parametrize(
    ("points", "best"), [("100", 0), ("90", 0), ("89.9", 1), ("70", 1), ("69.5", 2), ("50", 2), ("49", 3), ("0", 3)]
)
def test_points_allow_no_better_band_than_theirs_and_any_worse(points: str, best: int) -> None:
    for number, band in enumerate(YearBand):
        decided = replace(GOOD, band=band, points=Decimal(points))
        asked = given(Classification).when(classify, decided, least=FRAME)
        if number < best:
            asked.refused("classification.points")
        else:
            asked.then(decided)


def test_where_no_pack_says_from_how_many_points_on_any_go_with_any_band() -> None:
    decided = replace(GOOD, points=Decimal(1))
    given(Classification).when(classify, decided).then(decided)


def test_a_decided_year_is_opened_again() -> None:
    given(Classification, GOOD).when(reopen, REOPENED.reason, on=LATER).then(REOPENED)


def test_opened_again_twice_it_is_ignored_because_already_open() -> None:
    given(Classification, GOOD, REOPENED).when(reopen, "lý do khác").ignored()


def test_a_year_without_a_band_is_not_opened_again() -> None:
    given(Classification).when(reopen, "lý do").refused("classification.not_decided")


def test_no_year_is_opened_again_before_it_was_decided() -> None:
    given(Classification, GOOD).when(reopen, "lý do", on=EARLIER).refused("classification.too_early")


def test_each_subject_has_one_stream_a_year() -> None:
    assert stream_of(CELL_7, 2026) == stream_of(CELL_7, 2026)
    assert len({stream_of(CELL_7, 2026), stream_of(CELL_7, 2027), stream_of(LAN, 2026)}) == 3


# The order


def test_a_year_is_charged_to_its_last_day_where_it_is_over() -> None:
    assert place_in_year(2025, DAY, was_there=True) == date(2025, 12, 31)
    assert place_in_year(2025, DAY, was_there=False) == DAY
    assert place_in_year(2026, DAY, was_there=True) == DAY


def test_lower_collectives_come_before_upper() -> None:
    must_follow_lower({}, 2)
    with pytest.raises(Refused) as refused:
        must_follow_lower({CELL_7: "Chi bộ thôn Trại Lê"}, 2)
    assert refused.value.rule == "classification.lower_first"
    assert "1 of the 2 organisations directly below have no band of that year: Chi bộ thôn" in str(refused.value)
    assert refused.value.about == {"missing": [{"id": CELL_7, "name": "Chi bộ thôn Trại Lê"}]}


def test_a_long_list_of_who_is_missing_is_cut_off_in_the_text_and_whole_beside_it() -> None:
    missing = {an_id(str(number)): f"Chi bộ {number}" for number in range(30)}
    with pytest.raises(Refused, match=r"and 10 more$") as refused:
        must_follow_lower(missing, 30)
    assert len(refused.value.about["missing"]) == 30


def test_an_excellent_year_meets_every_condition_that_facts_decide() -> None:
    must_meet_conditions({}, YearBand.EXCELLENT)
    with pytest.raises(Refused) as refused:
        must_meet_conditions({"tasks-on-time": "3/4 đúng hạn."}, YearBand.EXCELLENT)
    assert refused.value.rule == "classification.conditions"
    assert refused.value.about == {"conditions": [{"gate": "tasks-on-time", "because": "3/4 đúng hạn."}]}


def test_collectives_come_before_persons() -> None:
    must_follow_cell(seen(Classification, GOOD), CELL_7)
    with pytest.raises(Refused) as refused:
        must_follow_cell(seen(Classification, GOOD, REOPENED), CELL_7)
    assert refused.value.about == {"missing": [{"id": CELL_7}]}
    assert refused.value.rule == "classification.collective_first"


def test_only_who_is_on_a_roll_gets_a_rating() -> None:
    must_get_a_rating(a_member(), DAY)
    with pytest.raises(Refused) as refused:
        must_get_a_rating(seen(Member, LAN_ADMITTED, an_expulsion()), LATER)
    assert refused.value.rule == "member.left"


def test_an_organisation_with_discipline_in_the_year_is_not_excellent() -> None:
    warned = seen(
        Organisation, CELL_7_ESTABLISHED, OrganisationDisciplined(form=Censure.WARNING, decision=a_decision())
    )
    must_be_there_in_year(warned, YearBand.GOOD, 2026, LATER)
    must_be_there_in_year(warned, YearBand.EXCELLENT, 2027, LATER)
    with pytest.raises(Refused) as refused:
        must_be_there_in_year(warned, YearBand.EXCELLENT, 2026, LATER)
    assert refused.value.rule == "classification.disciplined"
    assert len(refused.value.about["facts"]) == 1


def test_what_is_not_there_gets_no_band() -> None:
    ended = seen(Organisation, CELL_7_ESTABLISHED, OrganisationDissolved())
    for organisation, rule in ((Organisation(), "unknown"), (ended, "ended")):
        with pytest.raises(Refused) as refused:
            must_be_there_in_year(organisation, YearBand.GOOD, 2026, LATER)
        assert refused.value.rule == f"classification.subject_{rule}"
    must_be_there_in_year(an_organisation(), YearBand.GOOD, 2026, LATER)


# The cap


def granted(name: str) -> ExcellenceGranted:
    return ExcellenceGranted(within=COMMUNE, year=2026, kind=Rated.CELL, subject=an_id(name))


@pytest.mark.parametrize(
    ("excellent", "good", "may"), [(0, 4, False), (0, 5, True), (1, 9, False), (1, 10, True), (2, 14, False)]
)
def test_a_fifth_of_those_rated_good_may_be_excellent(excellent: int, good: int, *, may: bool) -> None:
    one_more = granted("another")
    asked = given(Excellence, *(granted(str(number)) for number in range(excellent))).when(grant, one_more, good)
    if may:
        asked.then(one_more)
    else:
        asked.refused("classification.excellent_cap")


def test_who_has_a_place_asks_for_no_second_one() -> None:
    given(Excellence, granted("a")).when(grant, granted("a"), 0).ignored()


def test_a_place_is_given_up_once() -> None:
    given(Excellence, granted("a")).when(give_up, an_id("a")).then(ExcellenceGivenUp(subject=an_id("a")))
    given(Excellence).when(give_up, an_id("a")).ignored()


def test_cells_and_members_are_counted_apart_and_by_year() -> None:
    streams = [
        excellence.stream_of(COMMUNE, year, kind) for year in (2025, 2026) for kind in (Rated.CELL, Rated.MEMBER)
    ]
    assert len(set(streams)) == 4


@for_all(st.lists(st.tuples(st.booleans(), st.integers(0, 9)), max_size=40), st.integers(0, 40))
def test_whatever_is_granted_and_given_up_there_are_never_more_than_a_fifth(
    asks: list[tuple[bool, int]], good: int
) -> None:
    told: list[ExcellenceGranted | ExcellenceGivenUp] = []
    for wants, number in asks:
        state = seen(Excellence, *told)
        try:
            facts = grant(state, granted(str(number)), good, DAY) if wants else give_up(state, an_id(str(number)), DAY)
        except Refused:
            continue
        told += facts  # type: ignore[arg-type]  # both decisions answer facts of this stream
        assert len(seen(Excellence, *told).holders) <= good // 5


# Whose it is


def test_a_member_s_year_is_about_him_and_a_cell_s_about_nobody() -> None:
    stream = stream_of(LAN, 2026)
    assert person(OF_LAN, stream, "classification", None) == LAN
    assert person(replace(REOPENED, subject=LAN), stream, "classification", seen(Classification, OF_LAN)) == LAN
    assert person(GOOD, stream, "classification", None) is None
    assert person(REOPENED, stream, "classification", seen(Classification, GOOD)) is None
