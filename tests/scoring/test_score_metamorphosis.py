"""What must hold between two scores: where more came, where facts came in another order, where others met."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from decimal import Decimal
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from events import wire
from events.correction import MeetingStruck
from events.fact import Fact, Id, Record, stored_name
from events.meeting import (
    Attendance,
    Counts,
    DocumentsSent,
    LastResults,
    MeetingHeld,
    MeetingKind,
    MinutesApproved,
    PreMeetingHeld,
    Presence,
    ResolutionAdopted,
    SelfScored,
    Task,
)
from projections.circumstances import Spell
from projections.view import FOREVER, STANDS
from services.scoring.meetings.cell_year import CellYear, Sources, made, score_year
from services.scoring.meetings.circumstances import Circumstances
from services.scoring.meetings.meeting_bands import self_points
from services.scoring.meetings.meeting_facts import MeetingFacts, Told, decoded
from services.scoring.meetings.meeting_lines import marks
from services.scoring.meetings.meeting_score import score
from services.scoring.rules.rulebook import Pack
from services.scoring.rules.rules_in_force import RulesInForce
from services.scoring.rules.shelf import shipped
from services.scoring.score import Score
from tests.examples import CELL_7, CELL_8, HOA, LAN, MINH, an_id
from tests.scoring.meeting import CALLED, HANOI, MEETING, START, at, decided, voted

RUBRICS = ("meeting-national", "meeting-ward", "meeting-gated")
every_rubric = pytest.mark.parametrize("rubric", RUBRICS)
few = settings(max_examples=60, deadline=None)


def pack(rubric: str) -> Pack:
    return shipped().versions(rubric)[-1]


def judged(rubric: str, share: Decimal | None) -> SelfScored:
    last = None if share is None else LastResults(meeting=an_id("before"), share=share)
    return SelfScored(items={item.id: item.max for item in pack(rubric).items if item.judged}, last=last)


def score_of(rubric: str, facts: Iterable[Fact]) -> Score:
    told = [Told(position, fact) for position, fact in enumerate(facts, start=1)]
    return score(MeetingFacts(MEETING, told, HANOI), CELL_7, date(2026, 3, 5), pack(rubric))


heads = st.integers(0, 40)
hours = st.integers(-100, 100).map(lambda count: timedelta(hours=count))
shares = st.one_of(st.none(), st.decimals(0, 1, places=4))
steps = st.tuples(
    st.booleans().map(lambda minutes: PreMeetingHeld(held_at=START - timedelta(hours=30), minutes=minutes)),
    hours.map(lambda by: DocumentsSent(sent_at=START + by)),
    st.integers(0, 3).map(lambda tasks: ResolutionAdopted(tasks=(Task(to=CELL_7, what="việc"),) * tasks)),
    hours.map(lambda by: MinutesApproved(approved_at=START + abs(by), sent_at=START + 2 * abs(by))),
)


def session(counts: Counts, minutes: int) -> MeetingHeld:
    return MeetingHeld(started_at=START, ended_at=START + timedelta(minutes=minutes), counts=counts)


# More attendance never lowers points


@every_rubric
@given(heads, heads, heads, st.integers(0, 40), st.integers(1, 200), st.sampled_from(["excused", "absent"]))
@few
def test_who_comes_after_all_and_speaks_never_lowers_the_points(
    rubric: str, present: int, excused: int, absent: int, spoke: int, minutes: int, who: str
) -> None:
    before = Counts(present=present, excused=excused, absent=absent, spoke=min(spoke, present))
    if getattr(before, who) == 0:
        before = replace(before, **{who: 1})
    assert before.spoke is not None
    after = replace(before, present=present + 1, spoke=before.spoke + 1, **{who: getattr(before, who) - 1})
    facts = [CALLED, judged(rubric, Decimal(1))]
    lower = score_of(rubric, [*facts, session(before, minutes)])
    higher = score_of(rubric, [*facts, session(after, minutes)])
    assert (higher.points or 0) >= (lower.points or 0)
    line = {told.item: told.points or 0 for told in lower.lines}
    assert all((told.points or 0) >= line[told.item] for told in higher.lines)


# The order of independent facts does not matter


@every_rubric
@given(steps, heads, heads, st.integers(1, 200), shares, st.randoms(use_true_random=False))
@few
def test_the_order_in_which_facts_were_recorded_changes_no_line(
    rubric: str, of: tuple[Fact, ...], present: int, excused: int, minutes: int, share: Decimal | None, chance: Random
) -> None:
    held = session(Counts(present=present, excused=excused, absent=0), minutes)
    facts: list[Fact] = [CALLED, held, *of, judged(rubric, share), voted(min(present, 3))]
    shuffled = list(facts)
    chance.shuffle(shuffled)
    one, other = score_of(rubric, facts), score_of(rubric, shuffled)
    assert (one.points, one.bands, one.gates) == (other.points, other.bands, other.gates)
    assert [(line.points, line.because) for line in one.lines] == [(line.points, line.because) for line in other.lines]


# A year: what is elsewhere, and what was known when

Story = Sequence[tuple[Id, Fact]]
people = st.dictionaries(st.sampled_from([LAN, HOA, MINH]), st.sampled_from(Presence), min_size=1)
numbers = st.integers(1, 5)


def called(number: int, cell: Id = CELL_7) -> tuple[Id, Fact]:
    kind = MeetingKind.THEMATIC if number == 3 else MeetingKind.REGULAR
    return an_id(f"{cell} {number}"), replace(CALLED, cell=cell, kind=kind, planned_at=at(5, month=(number + 1) // 2))


def happened(number: int, cell: Id, there: dict[Id, Presence]) -> tuple[Id, Fact]:
    start = at(5, month=(number + 1) // 2)
    names = tuple(Attendance(member, status) for member, status in there.items())
    return an_id(f"{cell} {number}"), MeetingHeld(
        started_at=start, ended_at=start + timedelta(hours=2), attendance=names
    )


def scored(number: int) -> tuple[Id, Fact]:
    given_by_people = judged("meeting-ward", None).items
    items = {item: points for item, points in given_by_people.items() if item != "excused-in-a-row"}
    return an_id(f"{CELL_7} {number}"), SelfScored(items=items)


def banded(number: int) -> tuple[Id, Fact]:
    return an_id(f"{CELL_7} {number}"), decided()


happenings = st.lists(
    st.one_of(
        st.builds(happened, numbers, st.just(CELL_7), people), st.builds(scored, numbers), st.builds(banded, numbers)
    ),
    max_size=12,
)
elsewhere = st.lists(st.builds(happened, numbers, st.just(CELL_8), people), max_size=5)
ALL_CALLED = [called(number) for number in range(1, 6)]


def logged(story: Story) -> dict[Id, list[Record]]:
    """The story as the log keeps it, and after it a correction of what was told last."""
    found: dict[Id, list[Record]] = {}
    for position, (stream, fact) in enumerate(story, start=1):
        its = found.setdefault(stream, [])
        name, data = stored_name(fact), wire.encode(fact)
        its.append(Record(position, stream, len(its) + 1, name, date(2026, 1, 1), 0, "", "", "", 0, data))
    return found


def year(story: Story, known: int = 999, around: Circumstances | None = None) -> CellYear:
    records = logged(story)
    told = {one.position: one for its in records.values() for one in decoded(its)}
    return made(CELL_7, 2026, Sources(records, told, around or AROUND, HANOI, date.max), known)


def exempt(member: Id, known_from: int) -> Spell:
    return Spell(member, None, date(2026, 2, 1), FOREVER, known_from, STANDS)


AROUND = Circumstances(absences={MINH: [exempt(MINH, 9)]})
EVERYWHERE = {rubric: RulesInForce([pack(rubric).model_copy(update={"id": "meeting-national"})]) for rubric in RUBRICS}
"""Each table as if it held everywhere."""


def shown(found: CellYear, rubric: str = "meeting-ward") -> list[Score]:
    return score_year(found, EVERYWHERE[rubric])


@every_rubric
@given(st.lists(st.builds(happened, numbers, st.just(CELL_7), people), min_size=1, max_size=5), st.data())
@few
def test_who_comes_after_all_to_one_of_a_years_meetings_lowers_the_points_of_none(
    rubric: str, story: list[tuple[Id, Fact]], data: st.DataObject
) -> None:
    which = data.draw(st.integers(0, len(story) - 1))
    meeting, held = story[which]
    assert isinstance(held, MeetingHeld)
    # Of everybody it is known whether he spoke: where it is not, people judge.
    named = [replace(one, spoke=one.status is Presence.PRESENT) for one in held.attendance]
    who = data.draw(st.sampled_from(named))
    come = [replace(one, status=Presence.PRESENT, spoke=True) if one == who else one for one in named]
    told = [(meeting, replace(held, attendance=tuple(there))) for there in (named, come)]
    story, other = ([*story[:which], one, *story[which + 1 :]] for one in told)
    own = [(an_id(f"{CELL_7} {number}"), judged(rubric, None)) for number in range(1, 6)]
    lower, higher = (shown(year([*ALL_CALLED, *of, *own]), rubric) for of in (story, other))
    for before, after in zip(lower, higher, strict=True):
        assert (after.points or 0) >= (before.points or 0)
        less = {line.item: line.points or 0 for line in before.lines}
        assert all((line.points or 0) >= less[line.item] for line in after.lines)


@every_rubric
@given(happenings, elsewhere)
@few
def test_a_fact_about_another_cell_changes_nothing(rubric: str, here: Story, there: Story) -> None:
    other = [called(number, CELL_8) for number in range(1, 6)]
    alone = [*ALL_CALLED, *here]
    together = [*alone, *other, *there]
    neighbours = Circumstances(
        absences={**AROUND.absences, an_id("somebody else"): [exempt(an_id("somebody else"), 1)]}
    )
    assert shown(year(together, around=neighbours), rubric) == shown(year(alone), rubric)


@given(happenings, st.integers(1, 20))
@few
def test_a_year_at_a_position_is_what_the_log_up_to_there_gives(story: Story, position: int) -> None:
    whole = [*ALL_CALLED, *story]
    then = year(whole).at(position)
    assert shown(then) == shown(year(whole[:position], known=position))


@given(happenings, st.integers(1, 5), people)
@few
def test_no_later_fact_changes_a_band_that_was_decided(story: Story, number: int, there: dict[Id, Presence]) -> None:
    """Not even one of the other meetings, whose absences go on in this one."""
    before = [
        *ALL_CALLED,
        happened(4, CELL_7, {MINH: Presence.EXCUSED, LAN: Presence.EXCUSED}),
        *story,
        scored(4),
        banded(4),
    ]
    later = [*before, happened(number, CELL_7, there)] if number != 4 else before
    assert own_points(year(later)) == own_points(year(before))


def own_points(told: CellYear) -> Decimal | None:
    """What the committee gave the fourth meeting, with what the facts give where it said nothing."""
    facts = next(facts for facts in told.meetings if facts.meeting == an_id(f"{CELL_7} 4"))
    table = pack("meeting-ward")
    return self_points(facts, table, marks(facts, table))


def test_a_struck_fact_counts_up_to_its_correction_and_not_after_it() -> None:
    there = happened(2, CELL_7, {LAN: Presence.PRESENT})
    story = [*ALL_CALLED, there, (there[0], MeetingStruck(position=6))]
    told = year(story)
    assert [facts.there() is None for facts in told.meetings] == [True] * 5
    assert [facts.there() is None for facts in told.at(6).meetings] == [True, False, True, True, True]
