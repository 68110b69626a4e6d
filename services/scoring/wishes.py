"""What else a meeting's facts might have been: small changes of what one rule looks at, the smallest first."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, time, timedelta
from decimal import ROUND_CEILING, Decimal
from typing import NamedTuple

from msgspec.structs import replace

from events.fact import Fact
from events.meeting import (
    Attendance,
    AttendanceRecorded,
    Counts,
    DocumentsSent,
    MeetingHeld,
    MinutesApproved,
    PreMeetingHeld,
    Presence,
    ResolutionAdopted,
    SelfScored,
    Task,
)
from services.scoring.meeting_facts import MeetingFacts, Told
from services.scoring.meeting_rules import figure
from services.scoring.rulebook import Item

STEP = 5
"""Minutes by which a session is made longer, beside what the options name."""
LONGER = 120
"""Minutes; who misses more did not hold the meeting that the rubric speaks of."""
DAYS = (3, 2, 1, 0)
"""Days after the session by which the minutes may have been final, beside what the options name; the latest first."""
HEADS = 60
"""People about whom something else is tried; of more, nobody would say that they were nearly there."""


Items = Sequence[Item]
"""The items of a pack that one rule measures."""
Made = Callable[[MeetingFacts], MeetingFacts]
"""A change of facts."""


class Wish(NamedTuple):
    """One change: in words that go on after `Nếu`, and how it is made."""

    text: str
    made: Made


def instead(facts: MeetingFacts, *new: Fact) -> MeetingFacts:
    """The facts with new ones in the place of the last of their classes, as after a correction: they come last."""
    gone = {last.position for fact in new if (last := facts.last(type(fact))) is not None}
    return altered(facts, gone, new)


def altered(facts: MeetingFacts, gone: set[int], new: Sequence[Fact] = ()) -> MeetingFacts:
    """Without those at some positions, and with new ones after the last position."""
    kept = [told for told in facts.told if told.position not in gone]
    after = facts.position + 1
    told = [*kept, *(Told(after + number, fact) for number, fact in enumerate(new))]
    return MeetingFacts(facts.meeting, told, facts.zone, facts.context)


def _said(fact: Fact) -> Made:
    """The fact, in the place of the last one of its class."""
    return lambda facts: instead(facts, fact)


def _added(fact: Fact) -> Made:
    """The fact, beside those of its class."""
    return lambda facts: altered(facts, set(), [fact])


def _longer(facts: MeetingFacts, items: Items) -> Iterator[Wish]:
    """The session lasts longer, by the next step that the options name, or any."""
    held = facts.last(MeetingHeld)
    if held is None:
        return
    lasted = Decimal((held.fact.ended_at - held.fact.started_at).total_seconds()) / 60
    steps = {Decimal(minutes) for minutes in range(STEP, LONGER + 241, STEP)}
    for minutes in sorted(steps | _bounds(items, "minutes")):
        if lasted < minutes <= lasted + LONGER:
            text = f"cuộc họp kéo dài ít nhất {figure(minutes)} phút (đã họp {figure(lasted)} phút)"
            yield Wish(text, _lasting(minutes))


def _lasting(minutes: Decimal) -> Made:
    def made(facts: MeetingFacts) -> MeetingFacts:
        held = _held(facts)
        seconds = int((minutes * 60).to_integral_value(ROUND_CEILING))
        return instead(facts, replace(held, ended_at=held.started_at + timedelta(seconds=seconds)))

    return made


def _more_there(facts: MeetingFacts, _items: Items) -> Iterator[Wish]:
    """Somebody gave a reason, or somebody came; those who were away without a reason first, after those unrecorded."""
    there = facts.there()
    if there is None:
        return
    yield from _noted(facts, there[0].absent)
    absent, away = there[0].absent, there[0].absent + there[0].excused
    for heads in range(1, min(away, HEADS) + 1):
        if heads <= absent:
            text = f"{heads} đảng viên vắng không lý do có lý do vắng mặt được chấp nhận"
            yield Wish(text, _turned(heads, Presence.EXCUSED, (Presence.ABSENT,)))
        came = _turned(heads, Presence.PRESENT, (Presence.ABSENT, Presence.EXCUSED))
        yield Wish(f"có mặt thêm {heads} đảng viên", came)


def _noted(facts: MeetingFacts, absent: int) -> Iterator[Wish]:
    """Of all who are on the roll and not listed it is recorded that they came, or had a reason; fewer came first."""
    heads = len(facts.unlisted)
    for came in range(min(heads, HEADS) + 1 if heads else 0):
        there = [f"{came} có mặt"] if came else []
        there += [f"{heads - came} vắng có lý do"] if came < heads else []
        noted = Wish(f"ghi nhận đủ {heads} đảng viên chưa được ghi nhận: {', '.join(there)}", _on_record(came))
        yield noted
        if absent and came == heads:
            text = f"{absent} đảng viên vắng không lý do có lý do vắng mặt được chấp nhận"
            yield _both(Wish(text, _turned(absent, Presence.EXCUSED, (Presence.ABSENT,))), noted)


def _on_record(came: int) -> Made:
    """That many of those who are not listed were present, and the others had a reason."""

    def made(facts: MeetingFacts) -> MeetingFacts:
        held, named, missing = _held(facts), facts.last(AttendanceRecorded), sorted(facts.unlisted)
        more = tuple(
            Attendance(member, Presence.PRESENT if number < came else Presence.EXCUSED)
            for number, member in enumerate(missing)
        )
        counts = held.counts and replace(
            held.counts, present=held.counts.present + came, excused=held.counts.excused + len(missing) - came
        )
        if named is None:
            return instead(facts, replace(held, attendance=(*held.attendance, *more)))
        facts = instead(facts, replace(held, counts=counts))
        return instead(facts, replace(named.fact, attendance=(*named.fact.attendance, *more)))

    return made


def _turned(heads: int, to: Presence, of: Sequence[Presence]) -> Made:
    """That many of those who were counted among `of`, the first of these before the others, are counted as `to`."""

    def made(facts: MeetingFacts) -> MeetingFacts:
        held, named = _held(facts), facts.last(AttendanceRecorded)
        changed = replace(
            held,
            counts=held.counts and _counted(held.counts, heads, to, of),
            attendance=_named(held.attendance, heads, to, of, facts),
        )
        facts = instead(facts, changed)
        return instead(facts, _renamed(named.fact, heads, to, of, facts)) if named else facts

    return made


def _counted(counts: Counts, heads: int, to: Presence, of: Sequence[Presence]) -> Counts:
    by = {Presence.PRESENT: counts.present, Presence.EXCUSED: counts.excused, Presence.ABSENT: counts.absent}
    for presence in of:
        moved = min(heads, by[presence])
        by[presence] -= moved
        by[to] += moved
        heads -= moved
    return replace(counts, present=by[Presence.PRESENT], excused=by[Presence.EXCUSED], absent=by[Presence.ABSENT])


def _renamed(
    named: AttendanceRecorded, heads: int, to: Presence, of: Sequence[Presence], facts: MeetingFacts
) -> AttendanceRecorded:
    return replace(named, attendance=_named(named.attendance, heads, to, of, facts))


def _named(
    attendance: tuple[Attendance, ...], heads: int, to: Presence, of: Sequence[Presence], facts: MeetingFacts
) -> tuple[Attendance, ...]:
    candidates = [one.member for presence in of for one in attendance if one.status is presence]
    turned = set([member for member in candidates if member not in facts.context.outside][:heads])
    return tuple(replace(one, status=to) if one.member in turned else one for one in attendance)


def _more_spoke(facts: MeetingFacts, _items: Items) -> Iterator[Wish]:
    """More of those who were there spoke, as far as it was noted who did."""
    there = facts.there()
    if there is None or there[0].spoke is None:
        return
    for heads in range(1, min(there[0].present - there[0].spoke, HEADS) + 1):
        yield Wish(f"có thêm {heads} đảng viên phát biểu", _speaking(heads))


def _speaking(heads: int) -> Made:
    def made(facts: MeetingFacts) -> MeetingFacts:
        held, named = _held(facts), facts.last(AttendanceRecorded)
        counts = held.counts and replace(held.counts, spoke=(held.counts.spoke or 0) + heads)
        spoken = replace(held, counts=counts, attendance=_heard(held.attendance, heads, facts))
        facts = instead(facts, spoken)
        if named is None:
            return facts
        return instead(facts, replace(named.fact, attendance=_heard(named.fact.attendance, heads, facts)))

    return made


def _heard(attendance: tuple[Attendance, ...], heads: int, facts: MeetingFacts) -> tuple[Attendance, ...]:
    """That many of those who were there and did not speak spoke; those outside the base speak for nobody."""
    silent = [one.member for one in attendance if one.status is Presence.PRESENT and not one.spoke]
    heard = set([member for member in silent if member not in facts.context.outside][:heads])
    return tuple(replace(one, spoke=True) if one.member in heard else one for one in attendance)


def _told_before(facts: MeetingFacts, items: Items) -> Iterator[Wish]:
    """The committee met before; documents went out some days ahead; both."""
    held = facts.last(MeetingHeld)
    if held is None:
        return
    start = facts.local(held.fact.started_at)
    met = PreMeetingHeld(held_at=start - timedelta(days=1), minutes=True)
    prepared = Wish("chi ủy họp trước cuộc họp, có biên bản", _said(met))
    sent = []
    for days in sorted({Decimal(1)} | _bounds(items, "days_before")):
        day = start - timedelta(days=int(days))
        documents = DocumentsSent(sent_at=day)
        text = f"tài liệu được gửi chậm nhất ngày {day:%d/%m/%Y}"
        sent.append(Wish(text, _added(documents)))
    yield prepared
    yield from sent
    yield from (_both(prepared, one) for one in sent)


def _closed(facts: MeetingFacts, items: Items) -> Iterator[Wish]:
    """A resolution; minutes that were final earlier, or sent; both."""
    held = facts.last(MeetingHeld)
    if held is None:
        return
    resolved = Wish("có kết luận, nghị quyết", _said(ResolutionAdopted()))
    lacking = facts.last(ResolutionAdopted) is None
    if lacking:
        yield resolved
    days = sorted(
        {Decimal(day) for day in DAYS} | _bounds(items, "days_after") | _bounds(items, "days_sent"), reverse=True
    )
    written = [wish for day in days for wish in _written(facts, int(day))]
    yield from written
    if lacking:
        yield from (_both(resolved, one) for one in written)
    yield from _with_tasks(facts, written)


def _with_tasks(facts: MeetingFacts, written: Sequence[Wish]) -> Iterator[Wish]:
    """The resolution gives somebody something to do; with minutes, too."""
    adopted = facts.last(ResolutionAdopted)
    if facts.cell is None or (adopted is not None and adopted.fact.tasks):
        return
    task = Task(to=facts.cell, what="Nhiệm vụ được giao trong nghị quyết")
    given = Wish("nghị quyết giao nhiệm vụ cụ thể", _said(ResolutionAdopted(tasks=(task,))))
    yield given
    yield from (_both(given, one) for one in written)


def _written(facts: MeetingFacts, days: int) -> Iterator[Wish]:
    """The minutes are approved, or approved and sent, within that many days."""
    end = facts.local(_held(facts).ended_at)
    by = end if days <= 0 else datetime.combine(end.date() + timedelta(days=days), time(17), end.tzinfo)
    known = facts.last(MinutesApproved)
    approved = replace(known.fact, approved_at=by) if known else MinutesApproved(approved_at=by)
    day = f"chậm nhất ngày {by:%d/%m/%Y}"
    yield Wish(f"biên bản được thông qua {day}", _said(approved))
    sent = replace(approved, approved_at=min(by, known.fact.approved_at) if known else by, sent_at=by)
    text = f"biên bản, nghị quyết được gửi {day}"
    yield Wish(text, _said(sent))


def _done(facts: MeetingFacts, items: Items) -> Iterator[Wish]:
    """More of the last resolution is done, as far as the next option wants it."""
    scored = facts.last(SelfScored)
    if scored is None or scored.fact.last is None:
        return
    last = scored.fact.last
    for share in sorted(_bounds(items, "share")):
        if last.share < share <= 1:
            told = replace(scored.fact, last=replace(last, share=share))
            text = f"nghị quyết kỳ trước thực hiện đạt ít nhất {figure(share * 100)} %"
            yield Wish(text, _said(told))


WISHES: Mapping[str, Callable[[MeetingFacts, Items], Iterator[Wish]]] = {
    "duration": _longer,
    "attendance": _more_there,
    "speakers": _more_spoke,
    "notice": _told_before,
    "closing": _closed,
    "last-resolution": _done,
}
"""By the rule of items. A rule without any looks at what one meeting's committee cannot change."""


def _both(first: Wish, second: Wish) -> Wish:
    return Wish(f"{first.text} và {second.text}", lambda facts: second.made(first.made(facts)))


def _bounds(items: Items, measure: str) -> set[Decimal]:
    """The figures that the items' options name for a measure."""
    options = (option for item in items for option in item.options)
    said = (option.bounds[measure] for option in options if measure in option.bounds)
    figures = (figure for one in said for figure in (one.at_least, one.above, one.at_most, one.below))
    return {figure for figure in figures if figure is not None}


def _held(facts: MeetingFacts) -> MeetingHeld:
    held = facts.last(MeetingHeld)
    assert held is not None, "only of a meeting that was held something else is wished"
    return held.fact
