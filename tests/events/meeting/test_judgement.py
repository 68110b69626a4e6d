"""How a meeting is judged by three bodies, none of which overwrites another."""

from datetime import date
from decimal import Decimal

import pytest
from msgspec.structs import replace

from events.bands import Band
from events.meeting import BandDecided, LastResults, Meeting, SelfScored, VoteTaken
from events.meeting.judgement import decide_band, self_score, vote
from tests.examples import HELD_BY_NAME, MARCH_MEETING, NINETY_TWO, an_id
from tests.given import given, seen

HELD = (MARCH_MEETING, HELD_BY_NAME)
BY_ITEM = SelfScored(items={"time": Decimal(5), "content": Decimal("22.5")})
TWO_FOR = VoteTaken(for_=2, against=0, abstained=0)
FAIR = BandDecided(band=Band.FAIR, reason="biên bản gửi muộn")
MARCH_10, MARCH_11 = date(2026, 3, 10), date(2026, 3, 11)

# The committee


@pytest.mark.parametrize("scored", [NINETY_TWO, BY_ITEM])
def test_the_committee_scores_itself_by_item_or_in_total(scored: SelfScored) -> None:
    given(Meeting, *HELD).when(self_score, scored).then(scored)


def test_scored_again_is_ignored_because_already_done() -> None:
    given(Meeting, *HELD, NINETY_TWO).when(self_score, SelfScored(total=Decimal("92.50"))).ignored()


def test_scored_otherwise_is_refused() -> None:
    given(Meeting, *HELD, NINETY_TWO).when(self_score, BY_ITEM).refused("meeting.self_scored")


def test_a_meeting_that_was_not_held_is_not_scored() -> None:
    given(Meeting, MARCH_MEETING).when(self_score, NINETY_TWO).refused("meeting.not_held")
    given(Meeting).when(self_score, NINETY_TWO).refused("meeting.not_called")


@pytest.mark.parametrize("scored", [SelfScored(), replace(BY_ITEM, total=Decimal(27))])
def test_points_are_by_item_or_in_total_and_never_both(scored: SelfScored) -> None:
    given(Meeting, *HELD).when(self_score, scored).refused("meeting.items_or_total")


@pytest.mark.parametrize(
    "scored",
    [
        SelfScored(total=Decimal("100.5")),
        SelfScored(total=Decimal(-1)),
        SelfScored(total=Decimal("NaN")),
        SelfScored(total=Decimal("Infinity")),
        SelfScored(items={"time": Decimal(-5)}),
        SelfScored(items={"time": Decimal(60), "content": Decimal("40.5")}),
    ],
)
def test_points_are_from_nought_to_a_hundred(scored: SelfScored) -> None:
    given(Meeting, *HELD).when(self_score, scored).refused("meeting.points")


def test_points_are_exact() -> None:
    assert BY_ITEM.points == Decimal("27.5")
    assert NINETY_TWO.points == Decimal("92.5")


# The cell


def test_the_cell_votes() -> None:
    given(Meeting, *HELD, NINETY_TWO).when(vote, TWO_FOR).then(TWO_FOR)


def test_voted_again_is_ignored_because_already_done() -> None:
    given(Meeting, *HELD, NINETY_TWO, TWO_FOR).when(vote, TWO_FOR).ignored()


def test_voted_otherwise_is_refused() -> None:
    other = VoteTaken(for_=1, against=1, abstained=0)
    given(Meeting, *HELD, NINETY_TWO, TWO_FOR).when(vote, other).refused("meeting.voted")


def test_there_is_no_vote_before_the_session_and_the_self_score() -> None:
    given(Meeting, MARCH_MEETING).when(vote, TWO_FOR).refused("meeting.not_held")
    given(Meeting, *HELD).when(vote, TWO_FOR).refused("meeting.not_self_scored")


@pytest.mark.parametrize(
    "taken", [VoteTaken(for_=2, against=0, abstained=1), VoteTaken(for_=2, against=-1, abstained=0)]
)
def test_no_more_vote_than_were_present(taken: VoteTaken) -> None:
    given(Meeting, *HELD, NINETY_TWO).when(vote, taken).refused("meeting.votes")


def test_no_more_vote_than_were_present_with_a_vote() -> None:
    given(Meeting, *HELD, NINETY_TWO).when(vote, replace(TWO_FOR, entitled=1)).refused("meeting.votes")
    entitled = replace(TWO_FOR, entitled=2)
    given(Meeting, *HELD, NINETY_TWO).when(vote, entitled).then(entitled)


def test_voted_again_is_ignored_also_when_those_entitled_would_be_counted_otherwise_by_now() -> None:
    voted = given(Meeting, *HELD, NINETY_TWO, replace(TWO_FOR, entitled=2))
    voted.when(vote, replace(TWO_FOR, entitled=1)).ignored()
    voted.when(vote, TWO_FOR).ignored()


# The superior


def test_the_superior_decides_with_or_without_a_vote() -> None:
    given(Meeting, *HELD, NINETY_TWO, TWO_FOR).when(decide_band, FAIR).then(FAIR)
    given(Meeting, *HELD, NINETY_TWO).when(decide_band, FAIR).then(FAIR)


def test_decided_again_is_ignored_because_already_done() -> None:
    given(Meeting, *HELD, NINETY_TWO, FAIR).when(decide_band, FAIR).ignored()


def test_decided_otherwise_is_refused() -> None:
    decided = given(Meeting, *HELD, NINETY_TWO, FAIR)
    decided.when(decide_band, BandDecided(band=Band.GOOD)).refused("meeting.band_decided")


def test_there_is_no_band_before_the_session_and_the_self_score() -> None:
    given(Meeting, MARCH_MEETING).when(decide_band, FAIR).refused("meeting.not_held")
    given(Meeting, *HELD).when(decide_band, FAIR).refused("meeting.not_self_scored")


def test_old_books_may_hold_a_band_without_a_self_score() -> None:
    given(Meeting, *HELD).when(decide_band, FAIR, history=True).then(FAIR)
    given(Meeting, MARCH_MEETING).when(decide_band, FAIR, history=True).refused("meeting.not_held")


def test_after_the_superior_s_day_nobody_else_speaks() -> None:
    decided = given(Meeting, *HELD, NINETY_TWO, (FAIR, MARCH_10))
    decided.when(vote, TWO_FOR, on=MARCH_11).refused("meeting.band_decided")
    given(Meeting, *HELD, (FAIR, MARCH_10)).when(self_score, NINETY_TWO, on=MARCH_11).refused("meeting.band_decided")


def test_what_was_said_before_it_and_recorded_late_is_welcome() -> None:
    given(Meeting, *HELD, NINETY_TWO, (FAIR, MARCH_10)).when(vote, TWO_FOR, on=MARCH_10).then(TWO_FOR)


def test_three_bodies_stand_side_by_side() -> None:
    state = seen(Meeting, *HELD, NINETY_TWO, TWO_FOR, FAIR)
    assert (state.self_score, state.vote, state.band) == (NINETY_TWO, TWO_FOR, FAIR)


def test_results_told_of_the_last_resolution_since_then_make_no_other_self_score() -> None:
    looked_back = replace(NINETY_TWO, last=LastResults(meeting=an_id("the meeting before"), share=Decimal("0.9")))
    given(Meeting, MARCH_MEETING, HELD_BY_NAME).when(self_score, looked_back).then(looked_back)
    given(Meeting, MARCH_MEETING, HELD_BY_NAME, NINETY_TWO).when(self_score, looked_back).ignored()
    given(Meeting, MARCH_MEETING, HELD_BY_NAME, looked_back).when(self_score, NINETY_TWO).ignored()
