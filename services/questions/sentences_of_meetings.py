"""What the facts of a meeting say: called, prepared, held, and judged by three bodies."""

from collections.abc import Callable
from typing import Any

from events import meeting
from events.fact import Fact
from services.questions import words
from services.questions.words import Called, moment


def _called(fact: meeting.MeetingCalled, _called: Called) -> str:
    theme = f" “{fact.theme}”" if fact.theme else ""
    return f"triệu tập họp {words.MEETINGS[fact.kind]}{theme}, {moment(fact.planned_at)}"


def _postponed(fact: meeting.MeetingPostponed, _called: Called) -> str:
    return f"hoãn họp đến {moment(fact.planned_at)}"


def _cancelled(_fact: meeting.MeetingCancelled, _called: Called) -> str:
    return "hủy cuộc họp"


def _prepared(fact: meeting.PreMeetingHeld, _called: Called) -> str:
    return f"cấp ủy họp trước, {moment(fact.held_at)}"


def _sent(fact: meeting.DocumentsSent, _called: Called) -> str:
    return f"gửi tài liệu, {moment(fact.sent_at)}"


def _held(fact: meeting.MeetingHeld, _called: Called) -> str:
    return f"đã họp, từ {moment(fact.started_at)} đến {moment(fact.ended_at)}"


def _attended(fact: meeting.AttendanceRecorded, _called: Called) -> str:
    return f"ghi danh sách dự họp, {len(fact.attendance)} người"


def _resolved(fact: meeting.ResolutionAdopted, _called: Called) -> str:
    return f"kết luận, {len(fact.tasks)} nhiệm vụ được giao"


def _results(fact: meeting.TaskResultsRecorded, _called: Called) -> str:
    each = ", ".join(f"nhiệm vụ {one.task} đạt {100 * one.share:.0f} %" for one in fact.results)
    return f"kết quả thực hiện kết luận: {each}"


def _minuted(fact: meeting.MinutesApproved, _called: Called) -> str:
    return f"thông qua biên bản, {moment(fact.approved_at)}"


def _scored(fact: meeting.SelfScored, _called: Called) -> str:
    return f"cấp ủy tự chấm {fact.points} điểm".replace(".", ",")


def _voted(fact: meeting.VoteTaken, _called: Called) -> str:
    return f"chi bộ biểu quyết: {fact.for_} tán thành, {fact.against} không tán thành, {fact.abstained} ý kiến khác"


def _model(_fact: meeting.MeetingChosenAsModel, _called: Called) -> str:
    return "cấp trên chọn làm buổi sinh hoạt mẫu"


def _decided(fact: meeting.BandDecided, _called: Called) -> str:
    return f"cấp trên xếp loại {words.BANDS[fact.band]}"


OF_MEETINGS: dict[type[Fact], Callable[[Any, Called], str]] = {
    meeting.MeetingCalled: _called,
    meeting.MeetingPostponed: _postponed,
    meeting.MeetingCancelled: _cancelled,
    meeting.PreMeetingHeld: _prepared,
    meeting.DocumentsSent: _sent,
    meeting.MeetingHeld: _held,
    meeting.AttendanceRecorded: _attended,
    meeting.ResolutionAdopted: _resolved,
    meeting.TaskResultsRecorded: _results,
    meeting.MinutesApproved: _minuted,
    meeting.SelfScored: _scored,
    meeting.VoteTaken: _voted,
    meeting.MeetingChosenAsModel: _model,
    meeting.BandDecided: _decided,
}
