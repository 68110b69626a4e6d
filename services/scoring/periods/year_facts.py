"""What is on record about the year of an organisation or a member, as far as the frame asks or committees look."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from events import wire
from events.bands import Band
from events.correction import effective
from events.excellence import SHARE
from events.fact import Fact, Id, Record, stored_name
from events.liaison import RemarkConfirmed, RemarkDrafted
from events.meeting import Presence, ResolutionAdopted, TaskResultsRecorded
from events.member import MemberDisciplined, RewardGiven
from events.organisation_papers import OrganisationDisciplined, OrganisationRewarded
from services.scoring.meetings.meeting_facts import MeetingFacts
from services.scoring.meetings.meeting_rules import Finding, figure
from services.scoring.periods.year_score import Evidence
from services.scoring.score import BANDS

FRAME = "Quy định số 366-QĐ/TW ngày 30/8/2025 của Bộ Chính trị"
LOG = "Sổ ghi sự kiện"
"""Whose word it is, where no paper asks for it."""
UNKNOWN = Finding(None, "chưa có kết quả thực hiện nhiệm vụ nào được ghi nhận.")


@dataclass(frozen=True, slots=True)
class Due:
    """A task with its day, and when all of it was done; `facts` are the positions that say so."""

    due_on: date
    done_on: date | None
    facts: tuple[int, ...]


def discipline(records: Iterable[Record], year: int) -> Finding:
    """`sanctions`: how many were announced in the year, by the effective records of an organisation's stream."""
    kinds = (OrganisationDisciplined, MemberDisciplined)
    found = [record for record, fact in _said(records, kinds) if record.effective_on.year == year]
    said = f"{len(found)} quyết định kỷ luật được công bố trong năm {year}."
    return Finding({"sanctions": Decimal(len(found))}, said, tuple(record.position for record in found))


def rewards(records: Iterable[Record], year: int) -> Evidence:
    """How many were given in the year, by the effective records of an organisation's or a member's stream."""
    kinds = (OrganisationRewarded, RewardGiven)
    found = [record.position for record, _ in _said(records, kinds) if record.effective_on.year == year]
    said = f"{len(found)} quyết định khen thưởng trong năm {year}."
    return Evidence("rewards", "Khen thưởng trong năm", Decimal(len(found)), said, tuple(found), LOG)


def sanctions(records: Sequence[Record], year: int) -> Evidence:
    """The same of sanctions, as evidence."""
    found = discipline(records, year)
    value = found.measures["sanctions"] if found.measures else None
    return Evidence("sanctions", "Kỷ luật trong năm", value, found.figures, found.facts, LOG)


def tasks(pasts: Mapping[Id, Sequence[Record]], year: int, today: date) -> Finding:
    """`on_time`: the share (0 to 1) of the tasks that were due in the year by `today` and were wholly done by then.

    `pasts` are the records of the meetings whose resolutions gave them. None while nobody has told of any result.
    """
    due = [task for records in pasts.values() for task in _due(effective(records))]
    due = [task for task in due if task.due_on.year == year and task.due_on <= today]
    if not any(len(task.facts) > 1 for task in due):
        return UNKNOWN
    in_time = [task for task in due if task.done_on is not None and task.done_on <= task.due_on]
    said = f"{len(in_time)}/{len(due)} nhiệm vụ có hạn trong năm {year} hoàn thành đúng hạn."
    facts = tuple(sorted({position for task in due for position in task.facts}))
    return Finding({"on_time": Decimal(len(in_time)) / len(due)}, said, facts)


def attendance(meetings: Iterable[MeetingFacts], member: Id) -> Evidence:
    """How often a member was present at those meetings of the year for which he is named; `value` is the share."""
    found: dict[Presence, int] = dict.fromkeys(Presence, 0)
    spoke, facts = 0, set[int]()
    for meeting in meetings:
        mine = [one for one in meeting.attendance if one.member == member]
        if mine and member not in meeting.context.outside and not meeting.is_cancelled:
            found[mine[0].status] += 1
            spoke += bool(mine[0].spoke)
            facts.update(meeting.session)
    named = sum(found.values())
    title = "Dự sinh hoạt chi bộ"
    if not named:
        return Evidence("attendance", title, None, "Không có cuộc họp nào ghi tên đảng viên này.", (), LOG)
    share = Decimal(found[Presence.PRESENT]) / named
    said = (
        f"Có mặt {found[Presence.PRESENT]}/{named} cuộc họp ({figure(share * 100)} %), vắng có lý do "
        f"{found[Presence.EXCUSED]}, vắng không lý do {found[Presence.ABSENT]}; phát biểu {spoke} lần."
    )
    return Evidence("attendance", title, share.quantize(Decimal("0.0001")), said, tuple(sorted(facts)), LOG)


def remark(pasts: Mapping[Id, Sequence[Record]], year: int) -> Evidence | None:
    """What the committee where a member lives has confirmed of him for the year; None where it follows him not.

    `pasts` are the effective records of his liaisons. A draft that nobody has confirmed says nothing yet.
    """
    if not pasts:
        return None
    title = "Nhận xét của cấp ủy nơi cư trú"
    for records in pasts.values():
        drafted: tuple[int, Band] | None = None
        for record, fact in _said(records, (RemarkDrafted, RemarkConfirmed)):
            if isinstance(fact, RemarkDrafted) and fact.year == year:
                drafted = record.position, fact.band
            elif isinstance(fact, RemarkConfirmed) and fact.year == year and drafted is not None:
                said = f"Cấp ủy nơi cư trú nhận xét năm {year}: {BANDS[drafted[1]]}."
                return Evidence("residence-remark", title, None, said, (drafted[0], record.position), LOG)
    said = f"Chưa có nhận xét năm {year} được cấp ủy nơi cư trú xác nhận."
    return Evidence("residence-remark", title, None, said, (), LOG)


def cap(within: str, good: int, taken: int) -> Evidence:
    """How many may be excellent where a cell or a member counts: at most a fifth of those rated good, rounded down."""
    allowed = good // SHARE
    said = f"Trong {within}: {good} xếp loại tốt, được xếp xuất sắc tối đa {allowed}, đã xếp {taken}."
    return Evidence("excellent-cap", "Giới hạn xếp loại xuất sắc", Decimal(allowed), said, (), FRAME)


def exempt(*, is_exempt: bool) -> Evidence | None:
    """That an exempt member gets no rating; None for anybody else."""
    said = "Đảng viên được miễn công tác và sinh hoạt đảng: không xếp loại."
    return Evidence("exempt", "Diện xếp loại", None, said, (), FRAME) if is_exempt else None


def _said(records: Iterable[Record], kinds: tuple[type[Fact], ...]) -> Iterable[tuple[Record, Fact]]:
    wanted = {stored_name(kind) for kind in kinds}
    return ((record, wire.decode(record.name, record.data)) for record in records if record.name in wanted)


def _due(records: Iterable[Record]) -> list[Due]:
    """The tasks of one meeting's resolution that have a day; a later word on a task replaces an earlier one."""
    given: list[tuple[date, int]] = []
    done: dict[int, date | None] = {}
    told: dict[int, list[int]] = {}
    adopted = 0
    for record, fact in _said(records, (ResolutionAdopted, TaskResultsRecorded)):
        match fact:
            case ResolutionAdopted():
                given = [(task.due_on, number) for number, task in enumerate(fact.tasks, 1) if task.due_on is not None]
                adopted = record.position
            case TaskResultsRecorded():
                for result in fact.results:
                    was = done.get(result.task)
                    done[result.task] = (was or record.effective_on) if result.share == 1 else None
                    told.setdefault(result.task, []).append(record.position)
    return [Due(day, done.get(number), (adopted, *told.get(number, ()))) for day, number in given]
