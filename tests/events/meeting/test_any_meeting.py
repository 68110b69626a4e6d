"""Whatever is asked of a meeting, in whatever order and however late: what must always hold, holds."""

from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from events.bands import Band
from events.fact import Fact, Refused, stored_name
from events.meeting import (
    BandDecided,
    DocumentsSent,
    Meeting,
    MeetingCancelled,
    MeetingChosenAsModel,
    MeetingHeld,
    MeetingPostponed,
    MinutesApproved,
    ResolutionAdopted,
    SelfScored,
    Task,
    TaskResult,
    TaskResultsRecorded,
    VoteTaken,
)
from events.meeting.judgement import decide_band, self_score, vote
from events.meeting.planning import cancel, choose_as_model, postpone
from events.meeting.preparation import call, send_documents
from events.meeting.results import record_results
from events.meeting.session import adopt, approve_minutes, hold
from events.wire import decode, encode
from tests.examples import ENDED, HELD_BY_NAME, HELD_IN_COUNTS, MARCH_MEETING, NINETY_TWO, STARTED, an_organisation
from tests.given import DAY

CELL = an_organisation()
DECISIONS: dict[type[Fact], Callable[..., list[Fact]]] = {
    DocumentsSent: send_documents,
    MeetingHeld: hold,
    MeetingPostponed: postpone,
    MeetingCancelled: lambda meeting, _, on: cancel(meeting, on),
    MeetingChosenAsModel: lambda meeting, _, on: choose_as_model(meeting, on),
    TaskResultsRecorded: record_results,
    ResolutionAdopted: adopt,
    MinutesApproved: approve_minutes,
    SelfScored: self_score,
    VoteTaken: vote,
    BandDecided: decide_band,
}
POOL: list[Fact] = [
    *[HELD_BY_NAME, HELD_IN_COUNTS, replace(HELD_BY_NAME, chair=None)],
    *[NINETY_TWO, SelfScored(items={"time": Decimal(5)}), SelfScored(total=Decimal(101))],
    *[VoteTaken(for_=n, against=against, abstained=0) for n in (-1, 1, 2) for against in (0, 1)],
    *[BandDecided(band=band) for band in Band],
    *[DocumentsSent(sent_at=at) for at in (STARTED, ENDED)],
    *[MinutesApproved(approved_at=at) for at in (ENDED - timedelta(days=1), ENDED)],
    *[MeetingPostponed(planned_at=at) for at in (STARTED, ENDED)],
    *[MeetingCancelled(), MeetingChosenAsModel()],
    *[TaskResultsRecorded(results=(TaskResult(task=n, share=Decimal("0.5")),)) for n in (1, 2)],
    *[ResolutionAdopted(), ResolutionAdopted(tasks=(Task(to="Tổ đảng số 2", what="đọc"),))],
]
DAYS = st.integers(0, 5).map(lambda days: DAY + timedelta(days=days))
ASKED = st.lists(st.tuples(st.sampled_from(POOL), DAYS), min_size=10, max_size=40)
Life = list[tuple[Fact, date]]


def fold(life: Life) -> Meeting:
    meeting = Meeting()
    for position, (fact, on) in enumerate(life, start=1):
        meeting.see(fact, on, position)
    return meeting


def live(asked: Life) -> Life:
    """What comes of asking these after a call, each of what is on record by then, and each twice."""
    life: Life = [(fact, DAY) for fact in call(Meeting(), CELL, MARCH_MEETING, DAY)]
    for fact, on in asked:
        decide = DECISIONS[type(fact)]
        try:
            facts = decide(fold(life), fact, on)
        except Refused:
            continue
        life = [*life, *((new, on) for new in facts)]
        assert decide(fold(life), fact, on) == [], "asked twice, it must be silent"
    return life


@settings(max_examples=200)
@given(ASKED)
def test_every_step_is_taken_once_and_in_its_order(asked: Life) -> None:
    life = live(asked)
    often = (DocumentsSent, MeetingPostponed, TaskResultsRecorded)
    times = Counter(type(fact) for fact, _ in life if not isinstance(fact, often))
    assert not times or max(times.values()) == 1
    order: list[type[Fact]] = [type(fact) for fact, _ in life]
    steps: list[tuple[type[Fact], type[Fact]]] = [
        (VoteTaken, SelfScored),
        (BandDecided, SelfScored),
        (SelfScored, MeetingHeld),
        (TaskResultsRecorded, ResolutionAdopted),
        (ResolutionAdopted, MeetingHeld),
    ]
    for later, earlier in steps:
        if later in order:
            assert order.index(earlier) < order.index(later)


@settings(max_examples=200)
@given(ASKED)
def test_no_more_vote_than_were_there(asked: Life) -> None:
    meeting = fold(live(asked))
    if meeting.vote is not None:
        assert 0 <= meeting.vote.for_ + meeting.vote.against + meeting.vote.abstained <= meeting.present


@settings(max_examples=200)
@given(ASKED)
def test_a_meeting_is_held_or_cancelled_and_nothing_follows_the_latter(asked: Life) -> None:
    facts: list[type[Fact]] = [type(fact) for fact, _ in live(asked)]
    assert MeetingCancelled not in facts or (facts[-1] is MeetingCancelled and MeetingHeld not in facts)


@settings(max_examples=100)
@given(ASKED)
def test_what_is_read_from_the_log_is_what_happened(asked: Life) -> None:
    life = live(asked)
    assert fold([(decode(stored_name(fact), encode(fact)), on) for fact, on in life]) == fold(life)
