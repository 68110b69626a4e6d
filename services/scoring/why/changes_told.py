"""A change of facts as it is told: in a sentence, and as what a committee would have to record or strike through."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

import msgspec

from events import wire
from events.fact import Fact, stored_name
from events.meeting import (
    AttendanceRecorded,
    DocumentsSent,
    MeetingPostponed,
    MinutesApproved,
    PreMeetingHeld,
    ResolutionAdopted,
    SelfScored,
    VoteTaken,
)
from services.scoring.meetings.meeting_facts import MeetingFacts
from services.scoring.meetings.meeting_rules import figure
from services.scoring.rules.rulebook import Pack
from services.scoring.score import Change, Line, Score
from services.scoring.why.wish import altered

WHAT: dict[type[Fact], str] = {
    MeetingPostponed: "dời cuộc họp",
    PreMeetingHeld: "họp chi ủy trước",
    DocumentsSent: "gửi tài liệu",
    AttendanceRecorded: "danh sách tham dự",
    ResolutionAdopted: "kết luận, nghị quyết",
    MinutesApproved: "thông qua biên bản",
    SelfScored: "tự chấm điểm",
    VoteTaken: "biểu quyết của chi bộ",
}
"""The records that may be struck through while the meeting stays one that was held."""
DECIDED = " Mức do cấp trên quyết định vẫn giữ nguyên cho đến khi cấp trên quyết định lại."


@dataclass(frozen=True, slots=True)
class Tried:
    """The facts on record, by which pack they are judged, and the score that they have."""

    facts: MeetingFacts
    pack: Pack
    score: Score


def watched(score: Score) -> str | None:
    """The band that facts can move."""
    return score.bands.computed if score.bands.superior else score.band


def made_change(
    tried: Tried, facts: MeetingFacts, wished: Sequence[str], items: tuple[str, ...], score: Score
) -> Change:
    """What leads from the facts on record to others, whose score that is. `items` are those that may have changed."""
    before = {told.position: told.fact for told in tried.facts.told}
    after = {told.position: told.fact for told in facts.told}
    own = {line.item: line.points for line in tried.score.lines}
    then = {line.item: line.points for line in score.lines}
    said = f"Nếu {'; '.join(wished)} thì {_worth(tried.pack, score)} (hiện nay {_worth(tried.pack, tried.score)})."
    return Change(
        sentence=said + (DECIDED if tried.score.bands.superior else ""),
        points=score.points,
        band=watched(score) or "",
        items=tuple(item for item in items if own.get(item) != then.get(item)),
        strikes=tuple(position for position in before if position not in after),
        facts=tuple(
            {"name": stored_name(type(fact)), "data": msgspec.json.decode(wire.encode(fact))}
            for position, fact in after.items()
            if position not in before
        ),
    )


def striking(tried: Tried, judge: Callable[[MeetingFacts], Score]) -> Iterator[Change]:
    """The records on which the band hangs: struck through, each alone would move it."""
    for told in tried.facts.told:
        if (what := WHAT.get(type(told.fact))) is None:
            continue
        less = altered(tried.facts, {told.position})
        score = judge(less)
        if None not in {watched(score), watched(tried.score)} and watched(score) != watched(tried.score):
            text = f"bản ghi số {told.position} ({what}) bị gạch bỏ"
            yield made_change(tried, less, [text], tuple(line.item for line in score.lines), score)


def judged_text(lines: Sequence[Line], needed: Decimal) -> str:
    """How many points people would have to give more."""
    if any(line.points is None for line in lines):
        least = sum((line.points or Decimal() for line in lines), max(needed, Decimal()))
        most = sum((line.max for line in lines), Decimal())
        if not least:
            return "các mục do tập thể đánh giá được chấm đủ"
        return f"các mục do tập thể đánh giá được chấm đủ, tổng cộng ít nhất {figure(least)}/{figure(most)} điểm"
    room = [(line.title, line.max - (line.points or 0)) for line in lines if line.points != line.max]
    short = ", ".join(f"“{title}” còn {figure(more)}" for title, more in room)
    return f"các mục do tập thể đánh giá được thêm {figure(needed)} điểm ({short})"


def total_text(least: Decimal, total: Decimal) -> str:
    """Which total the committee would have had to give."""
    return f"tổng điểm tự chấm đạt ít nhất {figure(least)} điểm (đã tự chấm {figure(total)} điểm)"


def _worth(pack: Pack, score: Score) -> str:
    """A total that the committee gave is nobody's sum of lines, so only its band is told."""
    band = watched(score)
    title = next((one.title.lower() for one in pack.bands if one.id == band), band)
    said = f"xếp loại {title}" if title else "chưa xếp loại"
    if score.points is None or (band is not None and not score.complete):
        return said
    return f"{figure(score.points)} điểm, {said}"
