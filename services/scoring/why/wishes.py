"""What else a meeting's facts might have been: small changes of what one rule looks at, the smallest first."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, time, timedelta
from decimal import ROUND_CEILING, Decimal

from msgspec.structs import replace

from events.meeting import (
    DocumentsSent,
    MeetingHeld,
    MinutesApproved,
    PreMeetingHeld,
    ResolutionAdopted,
    SelfScored,
    Task,
)
from services.scoring.meetings.meeting_facts import MeetingFacts
from services.scoring.meetings.meeting_rules import figure
from services.scoring.why.wish import Items, Made, Wish, added, both, bounds, instead, said, session_of
from services.scoring.why.wishes_of_people import more_spoke, more_there

STEP = 5
"""Minutes by which a session is made longer, beside what the options name."""
LONGER = 120
"""Minutes; who misses more did not hold the meeting that the rubric speaks of."""
DAYS = (3, 2, 1, 0)
"""Days after the session by which the minutes may have been final, beside what the options name; the latest first."""


def _longer(facts: MeetingFacts, items: Items) -> Iterator[Wish]:
    """The session lasts longer, by the next step that the options name, or any."""
    held = facts.last(MeetingHeld)
    if held is None:
        return
    lasted = Decimal((held.fact.ended_at - held.fact.started_at).total_seconds()) / 60
    steps = {Decimal(minutes) for minutes in range(STEP, LONGER + 241, STEP)}
    for minutes in sorted(steps | bounds(items, "minutes")):
        if lasted < minutes <= lasted + LONGER:
            text = f"cuộc họp kéo dài ít nhất {figure(minutes)} phút (đã họp {figure(lasted)} phút)"
            yield Wish(text, _lasting(minutes))


def _lasting(minutes: Decimal) -> Made:
    def made(facts: MeetingFacts) -> MeetingFacts:
        held = session_of(facts)
        seconds = int((minutes * 60).to_integral_value(ROUND_CEILING))
        return instead(facts, replace(held, ended_at=held.started_at + timedelta(seconds=seconds)))

    return made


def _told_before(facts: MeetingFacts, items: Items) -> Iterator[Wish]:
    """The committee met before; documents went out some days ahead; both."""
    held = facts.last(MeetingHeld)
    if held is None:
        return
    start = facts.local(held.fact.started_at)
    met = PreMeetingHeld(held_at=start - timedelta(days=1), minutes=True)
    prepared = Wish("chi ủy họp trước cuộc họp, có biên bản", said(met))
    sent = []
    for days in sorted({Decimal(1)} | bounds(items, "days_before")):
        day = start - timedelta(days=int(days))
        documents = DocumentsSent(sent_at=day)
        text = f"tài liệu được gửi chậm nhất ngày {day:%d/%m/%Y}"
        sent.append(Wish(text, added(documents)))
    yield prepared
    yield from sent
    yield from (both(prepared, one) for one in sent)


def _closed(facts: MeetingFacts, items: Items) -> Iterator[Wish]:
    """A resolution; minutes that were final earlier, or sent; both."""
    held = facts.last(MeetingHeld)
    if held is None:
        return
    resolved = Wish("có kết luận, nghị quyết", said(ResolutionAdopted()))
    lacking = facts.last(ResolutionAdopted) is None
    if lacking:
        yield resolved
    days = sorted(
        {Decimal(day) for day in DAYS} | bounds(items, "days_after") | bounds(items, "days_sent"), reverse=True
    )
    written = [wish for day in days for wish in _written(facts, int(day))]
    yield from written
    if lacking:
        yield from (both(resolved, one) for one in written)
    yield from _with_tasks(facts, written)


def _with_tasks(facts: MeetingFacts, written: Sequence[Wish]) -> Iterator[Wish]:
    """The resolution gives somebody something to do; with minutes, too."""
    adopted = facts.last(ResolutionAdopted)
    if facts.cell is None or (adopted is not None and adopted.fact.tasks):
        return
    task = Task(to=facts.cell, what="Nhiệm vụ được giao trong nghị quyết")
    given = Wish("nghị quyết giao nhiệm vụ cụ thể", said(ResolutionAdopted(tasks=(task,))))
    yield given
    yield from (both(given, one) for one in written)


def _written(facts: MeetingFacts, days: int) -> Iterator[Wish]:
    """The minutes are approved, or approved and sent, within that many days."""
    end = facts.local(session_of(facts).ended_at)
    by = end if days <= 0 else datetime.combine(end.date() + timedelta(days=days), time(17), end.tzinfo)
    known = facts.last(MinutesApproved)
    approved = replace(known.fact, approved_at=by) if known else MinutesApproved(approved_at=by)
    day = f"chậm nhất ngày {by:%d/%m/%Y}"
    yield Wish(f"biên bản được thông qua {day}", said(approved))
    sent = replace(approved, approved_at=min(by, known.fact.approved_at) if known else by, sent_at=by)
    text = f"biên bản, nghị quyết được gửi {day}"
    yield Wish(text, said(sent))


def _done(facts: MeetingFacts, items: Items) -> Iterator[Wish]:
    """More of the last resolution is done, as far as the next option wants it."""
    scored = facts.last(SelfScored)
    if scored is None or scored.fact.last is None:
        return
    last = scored.fact.last
    for share in sorted(bounds(items, "share")):
        if last.share < share <= 1:
            told = replace(scored.fact, last=replace(last, share=share))
            text = f"nghị quyết kỳ trước thực hiện đạt ít nhất {figure(share * 100)} %"
            yield Wish(text, said(told))


WISHES: Mapping[str, Callable[[MeetingFacts, Items], Iterator[Wish]]] = {
    "duration": _longer,
    "attendance": more_there,
    "speakers": more_spoke,
    "notice": _told_before,
    "closing": _closed,
    "last-resolution": _done,
}
"""By the rule of items. A rule without any looks at what one meeting's committee cannot change."""
