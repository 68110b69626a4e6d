"""What may happen to a meeting: called, prepared, held, written up, and then judged by three bodies in turn."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from msgspec import Struct, field

from events.bands import Band
from events.fact import Fact, Id
from events.papers import IdOrName

# Preparation


class MeetingKind(StrEnum):
    """Regular ones are monthly, thematic ones at least once a quarter."""

    REGULAR = "regular"
    THEMATIC = "thematic"
    EXTRAORDINARY = "extraordinary"


class MeetingCalled(Fact, frozen=True, tag="meeting.called"):
    """`campaign` is the oath review that a thematic meeting serves."""

    cell: Id
    kind: MeetingKind
    planned_at: datetime
    theme: str | None = None
    campaign: Id | None = None
    agenda: tuple[str, ...] = ()
    code: str | None = None


class MeetingPostponed(Fact, frozen=True, tag="meeting.postponed"):
    """It is to be at another time; the last one that was said counts."""

    planned_at: datetime


class MeetingCancelled(Fact, frozen=True, tag="meeting.cancelled"):
    """It will not be; another one is called anew."""


class PreMeetingHeld(Fact, frozen=True, tag="meeting.pre_meeting_held"):
    """The committee met before; `minutes`: whether they were written, or where they lie; None: the book is silent."""

    held_at: datetime
    minutes: bool | str | None = None


class DocumentsSent(Fact, frozen=True, tag="meeting.documents_sent"):
    """What was sent, by its titles, and when; whether that was early enough is for the score to say."""

    sent_at: datetime
    titles: tuple[str, ...] = ()


# Session


class Presence(StrEnum):
    """Excused is absent with a reason; members outside the base (exempt, away, suspended) are not listed at all."""

    PRESENT = "present"
    EXCUSED = "excused"
    ABSENT = "absent"


class Attendance(Struct, frozen=True, omit_defaults=True):
    """One member at one session; `spoke` is None where nobody noted it."""

    member: Id
    status: Presence
    spoke: bool | None = None


class Counts(Struct, frozen=True, omit_defaults=True):
    """All that old books kept of an attendance."""

    present: int
    excused: int
    absent: int
    spoke: int | None = None


class MeetingHeld(Fact, frozen=True, tag="meeting.held"):
    """The session took place, with its attendance by name or, from old books, in counts: never both."""

    started_at: datetime
    ended_at: datetime
    chair: Id | None = None
    secretary: Id | None = None
    attendance: tuple[Attendance, ...] = ()
    counts: Counts | None = None


class AttendanceRecorded(Fact, frozen=True, tag="meeting.attendance_recorded"):
    """The names behind the counts of a session that was recorded with counts."""

    attendance: tuple[Attendance, ...]


class Task(Struct, frozen=True, omit_defaults=True):
    """What the cell resolved that somebody does."""

    to: IdOrName
    what: str
    due_on: date | None = None


class ResolutionAdopted(Fact, frozen=True, tag="meeting.resolution_adopted"):
    """The conclusion, by the tasks that it gives."""

    tasks: tuple[Task, ...] = ()


class TaskResult(Struct, frozen=True, omit_defaults=True):
    """How much of a task is done, from 0 to 1; `task` is its number in the resolution, from 1 on."""

    task: int
    share: Decimal


class TaskResultsRecorded(Fact, frozen=True, tag="meeting.task_results_recorded"):
    """What has come of this meeting's resolution by that day; of each task the last word counts."""

    results: tuple[TaskResult, ...]


class MinutesApproved(Fact, frozen=True, tag="meeting.minutes_approved"):
    """The minutes are final; their text stays outside, `sha256` (hexadecimal) proves which it was."""

    approved_at: datetime
    sent_at: datetime | None = None
    sha256: str | None = None


# Judgement


class LastResults(Struct, frozen=True):
    """What had come of the resolution of the meeting before, over all of its tasks: `share` from 0 to 1."""

    meeting: Id
    share: Decimal


class SelfScored(Fact, frozen=True, tag="meeting.self_scored"):
    """The committee's own points, by the rubric's items or, from old books, in total: never both.

    `last`: the results of the last resolution that were on record by then; None where nobody had told any.
    """

    items: dict[str, Decimal] = field(default_factory=dict)
    total: Decimal | None = None
    last: LastResults | None = None

    @property
    def points(self) -> Decimal:
        """The sum, whichever way it was given."""
        return self.total if self.total is not None else sum(self.items.values(), Decimal())


class VoteTaken(Fact, frozen=True, tag="meeting.vote_taken", rename={"for_": "for"}):
    """The cell voted on the committee's self-score.

    `entitled`: how many of those present had a vote (official members, not temporarily here); None where nobody knows.
    """

    for_: int
    against: int
    abstained: int
    entitled: int | None = None


class MeetingChosenAsModel(Fact, frozen=True, tag="meeting.chosen_as_model"):
    """The superior shows it to other cells as an example."""


class BandDecided(Fact, frozen=True, tag="meeting.band_decided"):
    """The superior's word; what the committee and the cell said stays beside it."""

    band: Band
    reason: str | None = None
