"""Who else might have been at a meeting, with which reason away, and who might have spoken."""

from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from events.meeting import Attendance, AttendanceRecorded, Counts, Presence
from services.scoring.meetings.meeting_facts import MeetingFacts
from services.scoring.why.wish import Items, Made, Wish, both, instead, session_of

HEADS = 60
"""People about whom something else is tried; of more, nobody would say that they were nearly there."""


def more_there(facts: MeetingFacts, _items: Items) -> Iterator[Wish]:
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
            yield both(Wish(text, _turned(absent, Presence.EXCUSED, (Presence.ABSENT,))), noted)


def _on_record(came: int) -> Made:
    """That many of those who are not listed were present, and the others had a reason."""

    def made(facts: MeetingFacts) -> MeetingFacts:
        held, named, missing = session_of(facts), facts.last(AttendanceRecorded), sorted(facts.unlisted)
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
        held, named = session_of(facts), facts.last(AttendanceRecorded)
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


def more_spoke(facts: MeetingFacts, _items: Items) -> Iterator[Wish]:
    """More of those who were there spoke, as far as it was noted who did."""
    there = facts.there()
    if there is None or there[0].spoke is None:
        return
    for heads in range(1, min(there[0].present - there[0].spoke, HEADS) + 1):
        yield Wish(f"có thêm {heads} đảng viên phát biểu", _speaking(heads))


def _speaking(heads: int) -> Made:
    def made(facts: MeetingFacts) -> MeetingFacts:
        held, named = session_of(facts), facts.last(AttendanceRecorded)
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
