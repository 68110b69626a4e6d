"""What has come of a resolution is told task by task, and a later word replaces an earlier one."""

from decimal import Decimal

import pytest

from events.meeting import Meeting, ResolutionAdopted, Task, TaskResult, TaskResultsRecorded
from events.meeting.results import record_results, share_done
from tests.examples import HELD_BY_NAME, LAN, MARCH_MEETING
from tests.given import given, seen

ADOPTED = ResolutionAdopted(tasks=(Task(to=LAN, what="đọc"), Task(to="Tổ đảng số 2", what="viết")))
RESOLVED = (MARCH_MEETING, HELD_BY_NAME, ADOPTED)


def results(**shares: str) -> TaskResultsRecorded:
    """`_1="0.5"`: of the first task one half."""
    told = (TaskResult(task=int(task[1:]), share=Decimal(share)) for task, share in shares.items())
    return TaskResultsRecorded(results=tuple(told))


def test_results_are_told_of_some_tasks_or_of_all() -> None:
    given(Meeting, *RESOLVED).when(record_results, results(_2="0.5")).then(results(_2="0.5"))
    given(Meeting, *RESOLVED).when(record_results, results(_1="1", _2="0.9")).then(results(_1="1", _2="0.9"))


def test_the_last_word_on_a_task_counts() -> None:
    given(Meeting, *RESOLVED, results(_1="0.5")).when(record_results, results(_1="1")).then(results(_1="1"))
    assert seen(Meeting, *RESOLVED, results(_1="0.5", _2="1"), results(_1="1")).results == {
        1: TaskResult(task=1, share=Decimal(1)),
        2: TaskResult(task=2, share=Decimal(1)),
    }


def test_what_is_on_record_of_every_task_says_nothing_new() -> None:
    given(Meeting, *RESOLVED, results(_1="0.50", _2="1")).when(record_results, results(_1="0.5")).ignored()


@pytest.mark.parametrize(
    ("told", "rule"),
    [
        (results(_3="1"), "meeting.task_unknown"),
        (results(_0="1"), "meeting.task_unknown"),
        (results(_1="1.01"), "meeting.task_share"),
        (results(_1="-0.1"), "meeting.task_share"),
        (results(_1="NaN"), "meeting.task_share"),
        (results(), "meeting.results_missing"),
        (TaskResultsRecorded(results=results(_1="1").results * 2), "meeting.task_twice"),
    ],
)
def test_what_cannot_be_a_result_is_refused(told: TaskResultsRecorded, rule: str) -> None:
    given(Meeting, *RESOLVED).when(record_results, told).refused(rule)


def test_without_a_session_or_a_resolution_there_are_no_results() -> None:
    given(Meeting, MARCH_MEETING).when(record_results, results(_1="1")).refused("meeting.not_held")
    given(Meeting, MARCH_MEETING, HELD_BY_NAME).when(record_results, results(_1="1")).refused("meeting.no_resolution")


def test_the_share_of_a_resolution_is_the_mean_of_its_tasks_and_cut_off() -> None:
    def done(*told: TaskResultsRecorded) -> Decimal | None:
        return share_done(seen(Meeting, *RESOLVED, *told))

    assert done() is None
    assert done(results(_1="1")) == Decimal("0.5")
    assert done(results(_1="0.9999", _2="1")) == Decimal("0.9999")
    assert share_done(seen(Meeting, MARCH_MEETING, HELD_BY_NAME, ResolutionAdopted())) is None
