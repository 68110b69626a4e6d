"""What holds from day to day, whatever the order in which it was learnt."""

from datetime import date, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from events.timeline import Span, Timeline

FIRST = date(2026, 1, 1)
CHANGES = st.lists(st.tuples(st.integers(0, 20), st.sampled_from("abc")), max_size=8)


def day(number: int) -> date:
    return FIRST + timedelta(days=number)


def a_timeline(changes: list[tuple[int, str]]) -> Timeline[str]:
    timeline: Timeline[str] = Timeline()
    for position, (on, value) in enumerate(changes, start=1):
        timeline.change(day(on), position, value)
    return timeline


def test_nothing_holds_before_the_first_change() -> None:
    assert a_timeline([(3, "a")]).at(day(2)) is None


def test_a_change_holds_from_its_day_until_the_next() -> None:
    timeline = a_timeline([(3, "a"), (5, "b")])
    assert [timeline.at(day(n)) for n in (3, 4, 5, 9)] == ["a", "a", "b", "b"]
    assert timeline.spans() == (Span(day(3), day(5), "a"), Span(day(5), None, "b"))


def test_a_change_learnt_late_takes_its_place() -> None:
    assert a_timeline([(5, "b"), (3, "a")]).spans() == a_timeline([(3, "a"), (5, "b")]).spans()


def test_within_a_day_the_later_word_counts() -> None:
    assert a_timeline([(3, "a"), (3, "b")]).spans() == (Span(day(3), None, "b"),)


def test_within_a_day_the_word_that_is_told_last_counts_whatever_its_place_in_the_log() -> None:
    timeline: Timeline[str] = Timeline()
    for position, value in ((9, "a"), (2, "b")):
        timeline.change(day(3), position, value)
    assert timeline.spans() == (Span(day(3), None, "b"),)


def test_what_stays_the_same_is_one_span() -> None:
    assert a_timeline([(3, "a"), (5, "a"), (7, "b")]).spans() == (Span(day(3), day(7), "a"), Span(day(7), None, "b"))


def test_an_end_for_good_cuts_it_off() -> None:
    timeline = a_timeline([(3, "a"), (5, "b")])
    assert timeline.spans(end=day(7)) == (Span(day(3), day(5), "a"), Span(day(5), day(7), "b"))
    assert timeline.spans(end=day(4)) == (Span(day(3), day(4), "a"),)
    assert timeline.spans(end=day(3)) == ()


def test_it_knows_of_later_changes() -> None:
    timeline = a_timeline([(3, "a"), (5, "b")])
    assert [timeline.changes_after(day(n)) for n in (2, 4, 5)] == [True, True, False]


@given(CHANGES, st.integers(0, 25))
def test_spans_and_days_say_the_same(changes: list[tuple[int, str]], end: int) -> None:
    timeline = a_timeline(changes)
    spans = timeline.spans(end=day(end))
    for number in range(end):
        held = [span.value for span in spans if span.since <= day(number) < (span.until or date.max)]
        assert held == [value for value in [timeline.at(day(number))] if value is not None]
    for before, after in pairwise(spans):
        assert before.until == after.since
        assert before.value != after.value
