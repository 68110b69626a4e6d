"""What has come of a resolution: its tasks by their numbers, how much of each is done, and of all of them."""

from collections.abc import Iterable
from datetime import date
from decimal import ROUND_DOWN, Decimal

from events.fact import Fact, Refused
from events.meeting.facts import TaskResultsRecorded
from events.meeting.state import Meeting, must_be_held

DIGITS = Decimal("0.0001")


def record_results(meeting: Meeting, recorded: TaskResultsRecorded, _on: date) -> list[Fact]:
    """Results of this meeting's tasks, some or all of them; work goes on, so a later word replaces an earlier one.

    Raises:
        Refused: `meeting.not_called`, `meeting.cancelled`, `meeting.not_held`, `meeting.no_resolution`,
            `meeting.results_missing` (none is told), `meeting.task_unknown`, `meeting.task_twice`,
            `meeting.task_share` (below 0 or above 1).
    """
    must_be_held(meeting)
    if meeting.resolution is None:
        raise Refused("meeting.no_resolution", "no resolution is on record whose tasks could have results")
    if not recorded.results:
        raise Refused("meeting.results_missing", "say of at least one task what has come of it", "/results")
    known, told = len(meeting.resolution.tasks), set[int]()
    for number, result in enumerate(recorded.results):
        if not 1 <= result.task <= known:
            raise Refused("meeting.task_unknown", f"the resolution has {known} tasks", f"/results/{number}/task")
        if result.task in told:
            raise Refused("meeting.task_twice", "one result a task", f"/results/{number}/task")
        if not (result.share.is_finite() and 0 <= result.share <= 1):
            raise Refused("meeting.task_share", "a share is from 0 to 1", f"/results/{number}/share")
        told.add(result.task)
    if all(meeting.results.get(result.task) == result for result in recorded.results):
        return []
    return [recorded]


def share_done(meeting: Meeting) -> Decimal | None:
    """How much of its resolution is done, from 0 to 1: the mean of its tasks, nought where nothing is told of one.

    None where there is no task, or nobody has told of any. Cut off after four digits, so that nothing looks reached.
    """
    tasks = meeting.resolution.tasks if meeting.resolution is not None else ()
    return mean_of(len(tasks), [TaskResultsRecorded(tuple(meeting.results.values()))])


def mean_of(tasks: int, told: Iterable[TaskResultsRecorded]) -> Decimal | None:
    """The same of so many tasks, by what was told of them in its order."""
    last = {result.task: result.share for one in told for result in one.results}
    if not tasks or not last:
        return None
    return (sum(last.values(), Decimal()) / tasks).quantize(DIGITS, ROUND_DOWN)
