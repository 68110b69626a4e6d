"""What holds of every meeting's score, whatever happened at it."""

from datetime import timedelta
from decimal import Decimal

from hypothesis import example, given
from hypothesis import strategies as st

from events.bands import Band
from events.fact import Fact
from events.meeting import DocumentsSent, MinutesApproved, PreMeetingHeld, SelfScored
from services.scoring.rules.shelf import shipped
from services.scoring.score import Score
from tests.examples import an_id
from tests.scoring.meeting import (
    ADOPTED,
    ALL_JUDGED,
    CALLED,
    END,
    HANOI,
    MEETING,
    START,
    decided,
    held,
    record,
    records,
    score_meeting,
    scored,
    voted,
)

hours = st.integers(-100, 100).map(lambda count: timedelta(hours=count))
heads = st.integers(0, 60)
values = st.decimals(0, 40, places=2)
self_scores = st.one_of(
    st.builds(lambda items: SelfScored(items=items), st.dictionaries(st.sampled_from([*ALL_JUDGED, "time"]), values)),
    st.builds(lambda total: SelfScored(total=total), st.decimals(0, 100, places=2)),
)
sessions = st.builds(
    lambda present, excused, absent, minutes: held(present, excused, absent, end=START + timedelta(minutes=minutes)),
    heads,
    heads,
    heads,
    st.integers(1, 300),
)
steps = st.lists(
    st.one_of(
        hours.map(lambda by: PreMeetingHeld(held_at=START + by)),
        hours.map(lambda by: DocumentsSent(sent_at=START + by)),
        hours.map(lambda by: MinutesApproved(approved_at=END + by)),
        st.just(ADOPTED),
        self_scores,
        heads.map(voted),
        st.sampled_from(Band).map(decided),
    ),
    max_size=10,
)
meetings = st.builds(
    lambda before, session, after: (CALLED, *before, session, *after), steps, sessions, steps
) | steps.map(lambda facts: (CALLED, *facts))


def score(facts: tuple[Fact, ...]) -> Score:
    told = score_meeting(MEETING, records(facts), shipped(), HANOI)
    assert told is not None
    return told


@given(meetings)
def test_no_line_gives_more_than_its_maximum_or_less_than_nothing(facts: tuple[Fact, ...]) -> None:
    assert all(line.points is None or 0 <= line.points <= line.max for line in score(facts).lines)


@given(meetings)
def test_the_points_are_the_sum_of_the_lines_and_the_maxima_a_hundred(facts: tuple[Fact, ...]) -> None:
    told = score(facts)
    assert (told.points or 0) == sum(line.points or 0 for line in told.lines)
    assert sum(line.max for line in told.lines) == 100


@given(meetings)
def test_facts_give_all_of_an_items_points_or_none(facts: tuple[Fact, ...]) -> None:
    assert all(line.points in (None, 0, line.max) for line in score(facts).lines if not line.judged)


@given(meetings)
def test_there_is_a_computed_band_if_and_only_if_every_line_has_points(facts: tuple[Fact, ...]) -> None:
    told = score(facts)
    assert told.complete == all(line.points is not None for line in told.lines)
    assert (told.bands.computed is not None) == told.complete


@given(meetings)
def test_every_line_with_points_names_facts_of_this_meeting(facts: tuple[Fact, ...]) -> None:
    told = score(facts)
    here = set(range(1, len(facts) + 1))
    assert all(line.facts for line in told.lines if line.points is not None)
    assert all(set(line.facts) <= here for line in told.lines)
    assert set(told.late) <= here


@given(meetings)
def test_a_later_record_that_no_item_looks_at_changes_nothing(facts: tuple[Fact, ...]) -> None:
    strange = record(CALLED, 99)._replace(name="meeting.model_chosen", data=b"{}")
    assert score_meeting(MEETING, [*records(facts), strange], shipped(), HANOI) == score(facts)


@given(meetings, st.randoms(use_true_random=False))
def test_the_place_in_the_log_orders_the_facts_and_not_their_arrival(facts: tuple[Fact, ...], chance: object) -> None:
    shuffled = records(facts)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert score_meeting(MEETING, shuffled, shipped(), HANOI) == score(facts)


# What is recorded later lifts the facts' own points by ten, and with them, were they looked at, the self-score's band.
@example((CALLED, PreMeetingHeld(held_at=START - timedelta(days=1)), held(), scored(discussion=20)))
@given(meetings)
def test_what_comes_after_the_superiors_decision_changes_no_decided_band(facts: tuple[Fact, ...]) -> None:
    later = (ADOPTED, DocumentsSent(sent_at=START - timedelta(days=3)), MinutesApproved(approved_at=END))
    before, after = score((*facts, decided())), score((*facts, decided(), *later))
    assert (before.bands.self, before.bands.vote, before.bands.superior) == (
        after.bands.self,
        after.bands.vote,
        after.bands.superior,
    )
    assert after.late == tuple(range(len(facts) + 2, len(facts) + 5))


@given(heads, heads, heads, heads)
def test_more_attendance_never_lowers_the_points(present: int, more: int, excused: int, absent: int) -> None:
    def attendance(of: int) -> Decimal:
        told = score((CALLED, held(of, excused, absent)))
        return next(line.points or Decimal() for line in told.lines if line.item == "attendance")

    assert attendance(present + more) >= attendance(present)


def test_a_score_is_of_one_meeting_alone() -> None:
    other = an_id("another meeting")
    told = score_meeting(other, records((CALLED, held())), shipped(), HANOI)
    assert told is not None
    assert told.meeting == other
