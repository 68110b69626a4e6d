"""Changes by which a meeting is judged: the committee scores itself, the cell votes, the superior decides."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated, Any

from pydantic import Field, model_validator

from events.bands import Band
from events.fact import Id
from events.meeting import BandDecided, LastResults, Meeting, MeetingKind, Presence, SelfScored, VoteTaken
from events.meeting.judgement import decide_band, self_score, vote
from events.meeting.results import share_done
from events.member import Member, Status
from projections import meetings
from projections.reading import last_position
from projections.waiting import at_least
from services.ingest.asked import Asked, Change, Plan
from services.ingest.bodies import NUMBER, Body, Count
from services.ingest.changes.meetings import day_of, here, of_superior
from services.ingest.rules import PackInForce, must_be_of_pack, must_score
from services.ingest.streams import Source

Points = Annotated[
    Decimal,
    # Not strict, because behind a validator a number of JSON counts as Python's, and only a Decimal would be one.
    Field(strict=False, ge=0, le=100, max_digits=6, decimal_places=3, allow_inf_nan=False),
    NUMBER,
]


@dataclass(frozen=True, slots=True)
class RegularBefore:
    """Which regular meeting the cell of a meeting held last before a day; its results are read from its own stream."""

    meeting: Id
    day: date
    exact: bool = False
    """By the whole log up to now; else as far as the view has read, at once."""

    def ask(self, source: Source) -> Id | None:
        """Its id.

        Raises:
            Behind: the view has not read the log to its end in time.
        """
        connection = source.connection
        if self.exact:
            at_least(connection, (meetings.VIEW.name,), last_position(connection))
        return meetings.regular_before(connection, self.meeting, self.day)


Item = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,59}$")]


class SelfScoreBody(Body):
    """The committee's own points: by item, or in total."""

    items: Annotated[dict[Item, Points], Field(max_length=100)] | None = None
    total: Points | None = None

    @model_validator(mode="after")
    def _one_of_the_two(self) -> "SelfScoreBody":
        if bool(self.items) == (self.total is not None):
            raise ValueError("give `items` or `total`, one of the two")
        return self


class VoteBody(Body):
    """The cell's vote on the self-score."""

    for_: Annotated[int, Field(ge=0, le=100_000, alias="for")]
    against: Count
    abstained: Count


class BandBody(Body):
    """The superior's word; `reason` is its reason."""

    band: Band


def _self_score(asked: Asked[SelfScoreBody]) -> Plan:
    ident, meeting = here(asked)
    last = _last_results(asked, ident, meeting)
    # What is kept for good hangs on it. A total, as old books are entered by the thousand, has no items to look at.
    exact = asked.body.items is not None
    if (pack := _must_score(asked, meeting, "self", exact=exact)) is not None:
        must_be_of_pack(asked, pack, asked.body.items)
    scored = SelfScored(items=dict(asked.body.items or {}), total=asked.body.total, last=last)
    return Plan.one(ident, Meeting.KIND, self_score(meeting, scored, asked.on))


def _must_score(asked: Asked[Any], meeting: Meeting, body: str, *, exact: bool = False) -> PackInForce | None:
    """Asks for the pack of the day of the session, which names the bodies that score; None before there was one.

    Raises:
        Problem: 403, this body does not score by it.
    """
    if meeting.called is None or meeting.held is None:
        return None
    pack = PackInForce("meeting", meeting.called.cell, day_of(meeting.held.started_at, asked.now), exact)
    must_score(asked, pack, body)
    return pack


def _last_results(asked: Asked[SelfScoreBody], ident: Id, meeting: Meeting) -> LastResults | None:
    """What is on record by now of the last resolution, for a regular meeting that scores itself for the first time."""
    called, held = meeting.called, meeting.held
    if called is None or called.kind is not MeetingKind.REGULAR or held is None or meeting.self_score is not None:
        return None
    question = RegularBefore(ident, day_of(held.started_at, asked.now), exact=asked.body.items is not None)
    before: Id | None = asked.sight.answer(question)
    share = share_done(asked.sight.of(Meeting, before)) if before is not None else None
    return LastResults(meeting=before, share=share) if before is not None and share is not None else None


def _vote(asked: Asked[VoteBody]) -> Plan:
    ident, meeting = here(asked)
    _must_score(asked, meeting, "vote")
    taken = VoteTaken(
        for_=asked.body.for_, against=asked.body.against, abstained=asked.body.abstained,
        entitled=_entitled(asked, meeting),
    )  # fmt: skip
    return Plan.one(ident, Meeting.KIND, vote(meeting, taken, asked.on))


def _entitled(asked: Asked[VoteBody], meeting: Meeting) -> int | None:
    """How many of those present had a vote; None where the session has only counts.

    At a glance: what is recorded of a member at the same moment need not stop the vote.
    """
    if meeting.called is None or meeting.held is None or not meeting.attendance:
        return None
    present = [one.member for one in meeting.attendance if one.status is Presence.PRESENT]
    asked.sight.need(present)
    cell, day = meeting.called.cell, day_of(meeting.held.started_at, asked.now)
    return sum(_votes_in(asked.sight.glance(Member, member), cell, day) for member in present)


def _votes_in(member: Member, cell: Id, day: date) -> bool:
    """Official, and not here for a time only; who came into the book later counts by what he was then."""
    status = member.status_on(day) or (member.admitted.status if member.admitted is not None else None)
    away = member.away(day)
    return status is not Status.PROBATIONARY and (away is None or away.introduced.to != cell)


def _band(asked: Asked[BandBody]) -> Plan:
    """The superior decides: a token of the cell's own does not."""
    ident, meeting = of_superior(asked)
    _must_score(asked, meeting, "superior")
    decided = BandDecided(band=asked.body.band, reason=asked.body.reason)
    return Plan.one(ident, Meeting.KIND, decide_band(meeting, decided, asked.on, history=asked.body.backfill))


CHANGES = (
    Change("/meetings/{id}/self-scores", SelfScoreBody, _self_score, "Record the committee's self-score"),
    Change("/meetings/{id}/votes", VoteBody, _vote, "Record the cell's vote on the self-score"),
    Change("/meetings/{id}/bands", BandBody, _band, "Decide the band, as the superior"),
)
