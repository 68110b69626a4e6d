"""A meeting's score: the sum of its lines, the bands of the three bodies, and what came too late."""

from datetime import date
from decimal import Decimal

import msgspec
import pytest
from msgspec.structs import replace

from events.bands import Band
from events.meeting import MeetingCalled, MeetingCancelled, MeetingKind, MeetingPostponed, SelfScored
from services.scoring.rules.shelf import shipped
from services.scoring.score import to_json
from tests.examples import CELL_7
from tests.scoring.meeting import (
    ADOPTED,
    ALL_JUDGED,
    APPROVED,
    CALLED,
    DOCUMENTS,
    HANOI,
    MEETING,
    PERFECT,
    PREPARED,
    at,
    decided,
    held,
    instead,
    records,
    score_meeting,
    score_of,
    scored,
    voted,
    without,
)

IN_TOTAL = SelfScored(total=Decimal("93.5"))


def bands(*facts: object) -> tuple[str | None, ...]:
    told = score_of(*facts).bands  # type: ignore[arg-type]
    return told.computed, told.self, told.vote, told.superior


def test_a_perfect_meeting_has_a_hundred_points() -> None:
    told = score_of(*PERFECT)
    assert told.points == 100
    assert (told.band, told.complete, told.position) == ("good", True, 7)
    assert (told.meeting, told.cell, told.on) == (MEETING, CELL_7, date(2026, 3, 5))
    assert told.rubric is not None
    assert (told.rubric.number, told.rubric.on) == ("42-HD/BTCTW", date(2025, 10, 28))


def test_the_points_are_the_sum_of_the_lines() -> None:
    told = score_of(*instead(own=scored(discussion="22.5"), session=held(20, absent=5)))
    assert told.points == Decimal("92.5")
    assert told.points == sum(line.points or 0 for line in told.lines)


@pytest.mark.parametrize(
    ("judged", "computed"),
    [("20", "good"), ("19.5", "fair"), ("0", "fair")],
)
def test_ninety_is_good_and_below_it_is_fair(judged: str, computed: str) -> None:
    assert bands(*instead(own=scored(last_resolution=judged)))[0] == computed


@pytest.mark.parametrize(
    ("lost", "computed"),
    [
        ({"last_resolution": 0}, "fair"),  # 70
        ({"last_resolution": 0, "steps": "4.5"}, "average"),  # 69.5
        ({"last_resolution": 0, "discussion": 5}, "average"),  # 50
        ({"last_resolution": 0, "discussion": "4.5"}, "weak"),  # 49.5
    ],
)
def test_seventy_and_fifty_are_the_other_limits(lost: dict[str, int | str], computed: str) -> None:
    assert bands(*instead(own=scored(**lost)))[0] == computed


def test_without_a_judgement_there_is_no_computed_band() -> None:
    told = score_of(CALLED, PREPARED, DOCUMENTS, held(), ADOPTED, APPROVED)
    assert told.points == 20
    assert (told.complete, told.band) == (False, None)
    assert told.bands.computed is None


def test_a_total_of_old_books_is_a_band_of_the_committee_and_no_points_of_items() -> None:
    told = score_of(*instead(own=IN_TOTAL))
    assert told.points == 20
    assert not told.complete
    assert (told.bands.computed, told.bands.self, told.band) == (None, "good", "good")


def test_before_the_session_there_are_no_points_at_all() -> None:
    told = score_of(CALLED, PREPARED)
    assert (told.points, told.band, told.complete, told.on) == (None, None, False, date(2026, 3, 5))


def test_a_meeting_that_nobody_called_has_no_score() -> None:
    assert score_meeting(MEETING, [], shipped(), HANOI) is None


# The three bodies


def test_where_the_committee_judges_only_what_people_judge_the_facts_give_the_rest() -> None:
    assert bands(*PERFECT) == ("good", "good", None, None)
    assert bands(*instead(session=held(20, absent=5), own=scored(steps=0))) == ("good", "good", None, None)  # 90
    assert bands(*instead(session=held(20, absent=5), own=scored(steps=0, content=4))) == ("fair", "fair", None, None)


def test_the_committees_own_word_on_what_facts_decide_stays_its_own() -> None:
    everything = ALL_JUDGED | {"time": 5, "attendance": 5, "notice": 5, "closing": 5, "last-resolution": 20}
    own = SelfScored(items={item: Decimal(points) for item, points in everything.items()})
    told = score_of(*instead(own=own, session=held(20, absent=5)))
    assert told.points == 85
    assert (told.bands.computed, told.bands.self) == ("fair", "good")


def test_a_self_score_with_a_hole_is_no_band() -> None:
    assert bands(*instead(own=SelfScored(items={"content": Decimal(5)}))) == (None, None, None, None)
    assert bands(*instead(own=scored(steps=6))) == (None, None, None, None)


@pytest.mark.parametrize(("for_", "vote"), [(13, "good"), (12, None), (25, "good"), (0, None)])
def test_more_than_half_of_the_25_present_make_the_self_score_the_votes(for_: int, vote: str | None) -> None:
    assert score_of(*PERFECT, voted(for_)).bands.vote == vote


def test_half_of_those_present_is_no_majority_however_few_were_against() -> None:
    assert score_of(*instead(session=held(24)), voted(12, against=1)).bands.vote is None


def test_the_superiors_band_is_in_force_and_overwrites_nothing() -> None:
    told = score_of(*PERFECT, voted(20), decided(Band.AVERAGE))
    assert told.band == "average"
    assert bands(*PERFECT, voted(20), decided(Band.AVERAGE)) == ("good", "good", "good", "average")


@pytest.mark.parametrize(("for_", "vote"), [(11, "good"), (10, None)])
def test_more_than_half_of_those_present_with_a_vote_are_enough_where_they_are_known(
    for_: int, vote: str | None
) -> None:
    assert score_of(*PERFECT, replace(voted(for_), entitled=20)).bands.vote == vote


def test_without_a_superior_the_vote_holds_then_the_committee_then_the_computed() -> None:
    facts = instead(own=scored(last_resolution=0), session=held(20, absent=5))
    assert score_of(*facts, voted(20)).band == "average"
    assert score_of(*facts).band == "average"
    assert score_of(*instead(own=IN_TOTAL), voted(1)).band == "good"


# Late


def test_late_facts_count_in_the_points_and_in_no_decided_band() -> None:
    early = without(APPROVED, scored())
    facts = (*early, scored(last_resolution=15, content=3, steps=3), voted(20), decided(Band.FAIR))
    before, after = score_of(*facts), score_of(*facts, APPROVED)
    assert before.points == 76
    assert after.points == 81
    assert (before.late, after.late) == ((), (9,))
    assert before.bands == after.bands


def test_a_late_fact_moves_the_computed_band_alone() -> None:
    own = scored(last_resolution=20)
    facts = (CALLED, PREPARED, DOCUMENTS, held(), ADOPTED, own, voted(20), decided(Band.FAIR))
    assert bands(*facts) == ("fair", "fair", "fair", "fair")
    assert bands(*facts, APPROVED) == ("good", "fair", "fair", "fair")


def test_minutes_after_the_self_score_count_in_it_while_nobody_above_has_decided() -> None:
    own = scored(last_resolution=20)
    assert bands(CALLED, PREPARED, DOCUMENTS, held(), ADOPTED, own, APPROVED) == ("good", "good", None, None)


def test_a_self_score_after_the_decision_is_still_told() -> None:
    facts = (CALLED, PREPARED, DOCUMENTS, held(), ADOPTED, APPROVED, decided(Band.FAIR), scored())
    assert bands(*facts) == ("good", "good", None, "fair")
    assert score_of(*facts).late == (8,)


# Packs and days


def test_a_meeting_before_the_first_pack_has_only_the_superiors_band() -> None:
    old = MeetingCalled(cell=CELL_7, kind=MeetingKind.REGULAR, planned_at=at(5).replace(year=2025))
    session = held(start=at(5).replace(year=2025), end=at(5, "21:30").replace(year=2025))
    told = score_of(old, session, SelfScored(total=Decimal(95)), decided(Band.FAIR))
    assert (told.rubric, told.lines, told.points, told.complete) == (None, (), None, False)
    assert told.bands.superior == told.band == "fair"
    assert told.bands.self is None


def test_the_meetings_day_is_that_of_the_committees_clock() -> None:
    just_after_midnight = instead(session=held(start=at(6, "00:15"), end=at(6, "02:30")))
    assert score_of(*just_after_midnight).on == date(2026, 3, 6)


# As the outside sees it


def test_points_are_numbers_and_the_bodies_have_their_names() -> None:
    facts = instead(own=scored(discussion="22.5"))
    told = score_meeting(MEETING, records(facts), shipped(), HANOI)
    assert told is not None
    said = msgspec.json.decode(to_json(told))
    assert said["points"] == 97.5
    assert said["bands"] == {"computed": "good", "self": "good", "vote": None, "superior": None}
    assert set(said) >= {"points", "band", "rubric", "lines", "gates", "late", "position", "bands", "complete", "on"}
    assert set(said["rubric"]) == {"id", "version", "issuer", "number", "on"}
    assert set(said["lines"][0]) >= {"item", "title", "points", "max", "because", "facts", "source", "judged"}


def test_a_cancelled_meeting_has_no_score() -> None:
    cancelled = records((CALLED, PREPARED, MeetingCancelled()))
    assert score_meeting(MEETING, cancelled, shipped(), HANOI) is None


def test_a_meeting_that_was_put_off_is_judged_by_its_new_day_and_names_the_word_on_it() -> None:
    later = MeetingPostponed(planned_at=at(12))
    assert score_of(CALLED, later).on == date(2026, 3, 12)
    told = score_of(
        CALLED, later, PREPARED, replace(DOCUMENTS, sent_at=at(11)), held(start=at(12), end=at(12, "21:30"))
    )
    (notice,) = (line for line in told.lines if line.item == "notice")
    assert notice.points == 5
    assert notice.facts == (1, 2, 3, 4, 5)
