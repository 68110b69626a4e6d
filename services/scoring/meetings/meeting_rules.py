"""The rules that measure a meeting's facts: which numbers they take, which positions gave them, told in a sentence."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_DOWN, Decimal
from functools import lru_cache

import msgspec

from events.meeting import (
    DocumentsSent,
    MeetingHeld,
    MinutesApproved,
    PreMeetingHeld,
    ResolutionAdopted,
    SelfScored,
)
from services.scoring.meetings.meeting_facts import MeetingFacts, Told

SECOND = timedelta(seconds=1)
NO, YES = Decimal(0), Decimal(1)


class Finding(msgspec.Struct, frozen=True):
    """What a rule found. `measures` is None where nothing can be known yet; one that is missing lies in no bounds.

    Where only bounds are known, `measures` are at the one end of them and `or_else` at the other. Most who ask want to
    know what it is worth, and few the words: these are put together when somebody reads them.
    """

    measures: Mapping[str, Decimal] | None
    say: str | Callable[[], str]
    facts: tuple[int, ...] = ()
    or_else: Mapping[str, Decimal] | None = None

    @property
    def figures(self) -> str:
        """What was found, in a sentence."""
        return self.say if isinstance(self.say, str) else self.say()


@dataclass(frozen=True, slots=True)
class Rule:
    """`measures` are the names that an option's bounds may speak of."""

    measures: frozenset[str]
    find: Callable[[MeetingFacts], Finding]


NOT_HELD = Finding(None, "Chưa ghi nhận cuộc họp.")


def duration(facts: MeetingFacts) -> Finding:
    """`minutes` from start to end, and the `base`: present, excused, absent, and on the roll without being listed."""
    held, those = facts.last(MeetingHeld), facts.base
    if held is None or those is None:
        return NOT_HELD
    base, positions = those
    minutes = Decimal((held.fact.ended_at - held.fact.started_at) // SECOND) / 60

    def say() -> str:
        return f"Họp {figure(minutes)} phút; {base} đảng viên thuộc diện dự họp{_without(facts)}."

    return Finding({"minutes": minutes, "base": Decimal(base)}, say, positions)


def attendance(facts: MeetingFacts) -> Finding:
    """`share` of the base that was present (0 to 1), and how many were `excused` and `absent` without a reason.

    Who is on the roll and not listed was not present; whether he had a reason nobody knows.
    """
    there, those = facts.there(), facts.base
    if there is None or those is None:
        return NOT_HELD
    counts, (base, positions) = there[0], those
    if base == 0:
        return Finding(None, "Không có đảng viên nào thuộc diện dự họp.", positions)
    share = Decimal(counts.present) / base

    def say() -> str:
        return (
            f"Có mặt {counts.present}/{base} đảng viên thuộc diện dự họp ({figure(share * 100)} %){_without(facts)}; "
            f"vắng có lý do {counts.excused}, vắng không lý do {counts.absent}{_unlisted(facts)}."
        )

    measures = {"share": share, "excused": Decimal(counts.excused), "absent": Decimal(counts.absent)}
    if not (more := len(facts.unlisted)):
        return Finding(measures, say, positions)
    at_most = {"share": share, "excused": measures["excused"] + more, "absent": measures["absent"] + more}
    return Finding(measures, say, positions, at_most)


def excused_in_a_row(facts: MeetingFacts) -> Finding:
    """`meetings` in a row, this one the last of them, that one member missed with a reason, since 1 January."""
    if facts.last(MeetingHeld) is None:
        return NOT_HELD
    run = facts.context.excused_run
    positions = run.facts or facts.session
    least, most = {"meetings": Decimal(run.at_least)}, {"meetings": Decimal(run.at_most)}
    if run.at_most == 0:
        return Finding(least, "Không có đảng viên vắng có lý do.", positions)
    if run.at_least == run.at_most:
        said = f"Đảng viên vắng có lý do liên tiếp nhiều nhất: {run.at_most} cuộc họp tính từ đầu năm."
        return Finding(least, said, positions)
    said = f"Sổ cũ chỉ ghi số lượng: đảng viên vắng có lý do liên tiếp từ {run.at_least} đến {run.at_most} cuộc họp."
    return Finding(least, said, positions, most)


def speakers(facts: MeetingFacts) -> Finding:
    """`share` of those present who spoke (0 to 1)."""
    there = facts.there()
    if there is None:
        return NOT_HELD
    counts, positions = there
    if counts.spoke is None or counts.present == 0:
        return Finding(None, "Chưa ghi nhận số đảng viên phát biểu.", positions)
    share = Decimal(counts.spoke) / counts.present

    def say() -> str:
        return f"Phát biểu {counts.spoke}/{counts.present} đảng viên có mặt ({figure(share * 100)} %)."

    return Finding({"share": share}, say, positions)


def notice(facts: MeetingFacts) -> Finding:
    """`pre_meeting` and `called` (1: before the session began), `pre_minutes` (1: minutes of the pre-meeting), and
    `days_before`: of the first documents, by calendar.

    A meeting that is on record was called; one entered afterwards as history counts as called.
    """
    held, planned = facts.last(MeetingHeld), facts.planned
    if held is None or planned is None:
        return NOT_HELD
    started = held.fact.started_at
    measures = {"called": YES, "pre_meeting": NO, "pre_minutes": NO}
    positions = [*planned[1], held.position]
    before, sent = facts.last(PreMeetingHeld), _first_sent(facts)
    if before is not None:
        positions.append(before.position)
        measures["pre_meeting"] = YES if before.fact.held_at < started else NO
        measures["pre_minutes"] = YES if before.fact.minutes else NO
    if sent is not None:
        positions.append(sent.position)
        measures["days_before"] = Decimal(_days_before(facts, started, sent.fact.sent_at))

    def say() -> str:
        said = [
            "chưa ghi nhận họp chi ủy trước" if before is None else _prepared(facts, before.fact, started),
            "chưa ghi nhận gửi tài liệu" if sent is None else _sent(facts, started, sent.fact.sent_at),
        ]
        return f"Cuộc họp bắt đầu {moment(facts.local(started))}; {'; '.join(said)}."

    return Finding(measures, say, tuple(sorted(positions)))


def _first_sent(facts: MeetingFacts) -> Told[DocumentsSent] | None:
    last = facts.last(DocumentsSent)
    return last and min(facts.all(DocumentsSent), key=lambda told: told.fact.sent_at)


def _days_before(facts: MeetingFacts, started: datetime, instant: datetime) -> int:
    return (facts.local(started).date() - facts.local(instant).date()).days


def _prepared(facts: MeetingFacts, before: PreMeetingHeld, started: datetime) -> str:
    when, in_time = moment(facts.local(before.held_at)), before.held_at < started
    book = "có biên bản" if before.minutes else "chưa ghi nhận biên bản"
    return f"họp chi ủy {when}, {'trước' if in_time else 'không trước'} cuộc họp, {book}"


def _sent(facts: MeetingFacts, started: datetime, instant: datetime) -> str:
    return f"tài liệu gửi {moment(facts.local(instant))}, {_ahead(_days_before(facts, started, instant))}"


def closing(facts: MeetingFacts) -> Finding:
    """`resolution` (1: adopted), its `tasks`, `approved` (1: minutes), `days_after` and `days_sent`: calendar days from
    the session's end to the minutes' approval, and to their sending.
    """
    held = facts.last(MeetingHeld)
    if held is None:
        return NOT_HELD
    ended = held.fact.ended_at
    adopted, approved = facts.last(ResolutionAdopted), facts.last(MinutesApproved)
    tasks = len(adopted.fact.tasks) if adopted else 0
    measures = {"resolution": YES if adopted else NO, "tasks": Decimal(tasks), "approved": YES if approved else NO}
    if approved is not None:
        measures["days_after"] = Decimal(_days_after(facts, ended, approved.fact.approved_at))
        if approved.fact.sent_at is not None:
            measures["days_sent"] = Decimal(_days_after(facts, ended, approved.fact.sent_at))

    def say() -> str:
        said = [f"đã có kết luận, nghị quyết ({tasks} nhiệm vụ)" if adopted else "chưa ghi nhận kết luận, nghị quyết"]
        if approved is None:
            said.append("chưa ghi nhận biên bản được thông qua")
        else:
            said.append(f"biên bản thông qua {_after(facts, ended, approved.fact.approved_at)}")
            if approved.fact.sent_at is not None:
                said.append(f"gửi cấp trên {_after(facts, ended, approved.fact.sent_at)}")
        return f"Cuộc họp kết thúc {moment(facts.local(ended))}; {'; '.join(said)}."

    positions = (told.position for told in (held, adopted, approved) if told is not None)
    return Finding(measures, say, tuple(sorted(positions)))


def _days_after(facts: MeetingFacts, end: datetime, instant: datetime) -> int:
    """A meeting that runs over midnight may have its minutes approved at the table: nought days, not less."""
    return max((facts.local(instant).date() - facts.local(end).date()).days, 0)


def _after(facts: MeetingFacts, end: datetime, instant: datetime) -> str:
    return f"{moment(facts.local(instant))}, {_days_after(facts, end, instant)} ngày sau cuộc họp"


def last_resolution(facts: MeetingFacts) -> Finding:
    """`share` of the last resolution that is done (0 to 1), by what was on record when the committee scored itself, and
    by what was told of that time since: see `last_results`.
    """
    scored = facts.last(SelfScored)
    if scored is None or scored.fact.last is None:
        return Finding(None, "Chưa ghi nhận kết quả thực hiện nghị quyết kỳ trước.")
    share = scored.fact.last.share
    return Finding(
        {"share": share},
        lambda: f"Nghị quyết kỳ trước thực hiện đạt {figure(share * 100)} %.",
        tuple(sorted({scored.position, *facts.context.result_facts})),
    )


RULES = {
    "duration": Rule(frozenset({"minutes", "base"}), duration),
    "attendance": Rule(frozenset({"share", "excused", "absent"}), attendance),
    "excused-in-a-row": Rule(frozenset({"meetings"}), excused_in_a_row),
    "notice": Rule(frozenset({"called", "pre_meeting", "pre_minutes", "days_before"}), notice),
    "speakers": Rule(frozenset({"share"}), speakers),
    "last-resolution": Rule(frozenset({"share"}), last_resolution),
    "closing": Rule(frozenset({"resolution", "tasks", "approved", "days_after", "days_sent"}), closing),
}


@lru_cache(4096)
def figure(value: Decimal) -> str:
    """As people write it here, `92,5`; cut off after two decimals, so that what fell short never looks reached."""
    return f"{value.quantize(Decimal('0.01'), ROUND_DOWN).normalize():f}".replace(".", ",")


def moment(local: datetime) -> str:
    """An instant on the committees' clock: `19:30 ngày 05/01/2026`."""
    return f"{local.hour:02}:{local.minute:02} ngày {local.day:02}/{local.month:02}/{local.year}"


def _without(facts: MeetingFacts) -> str:
    """Said where somebody who is listed does not count."""
    if not facts.context.outside:
        return ""
    outside = sum(one.member in facts.context.outside for one in facts.attendance)
    return f", không tính {outside} đảng viên được miễn, bị đình chỉ hoặc đang ở nơi khác" if outside else ""


def _unlisted(facts: MeetingFacts) -> str:
    """Said where somebody is on the roll of whom the session's record says nothing."""
    heads = len(facts.unlisted)
    return f"; {heads} đảng viên có tên trong chi bộ chưa được ghi nhận có mặt hay vắng" if heads else ""


def _ahead(days: int) -> str:
    if days > 0:
        return f"trước ngày họp {days} ngày"
    return "trong ngày họp" if days == 0 else "sau ngày họp"
