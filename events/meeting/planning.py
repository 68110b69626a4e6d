"""How a meeting that was called is put off, called off, or chosen to be shown to others."""

from datetime import date

from events.fact import Fact, Refused
from events.meeting.facts import MeetingCancelled, MeetingChosenAsModel, MeetingKind, MeetingPostponed
from events.meeting.state import Meeting, must_be_called


def postpone(meeting: Meeting, postponed: MeetingPostponed, _on: date) -> list[Fact]:
    """It is to be at another time, as often as need be until it is held.

    Raises:
        Refused: `meeting.not_called`, `meeting.cancelled`, `meeting.held`.
    """
    if meeting.cancelled_on is None and meeting.planned_at == postponed.planned_at:
        return []
    must_be_called(meeting)
    if meeting.held is not None:
        raise Refused("meeting.held", "this meeting is held already; its time is the session's")
    return [postponed]


def cancel(meeting: Meeting, _on: date) -> list[Fact]:
    """It will not be; nothing more happens to it, and it is worth no score.

    Raises:
        Refused: `meeting.not_called`, `meeting.held`.
    """
    if meeting.cancelled_on is not None:
        return []
    must_be_called(meeting)
    if meeting.held is not None:
        raise Refused("meeting.held", "this meeting is held already, and cannot be called off")
    return [MeetingCancelled()]


def choose_as_model(meeting: Meeting, _on: date) -> list[Fact]:
    """The superior lets other cells learn from it, before it is held or afterwards.

    Each year 5 to 10 % of the cells hold a model regular meeting, 3 to 5 % a model thematic one; that is an indicator,
    and no limit here.

    Raises:
        Refused: `meeting.not_called`, `meeting.cancelled`, `meeting.model_extraordinary`.
    """
    if meeting.is_model:
        return []
    if must_be_called(meeting).kind is MeetingKind.EXTRAORDINARY:
        raise Refused("meeting.model_extraordinary", "only regular and thematic meetings are shown as models")
    return [MeetingChosenAsModel()]
