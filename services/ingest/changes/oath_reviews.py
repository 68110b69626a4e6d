"""Changes of oath reviews: opened with frozen rolls, reported, excused, closed."""

from typing import Annotated, TypeVar

from pydantic import Field

from events.fact import Fact, Id, Refused
from events.meeting import Meeting
from events.member import Member
from events.member.state import must_be_listed
from events.oath_campaign import OathCampaign, OathCampaignOpened, close_campaign, open_campaign
from events.oath_review import (
    Excuse,
    OathReported,
    OathReview,
    OathReviewOpened,
    excuse,
    open_review,
    report,
    stream_of,
)
from events.organisation import Organisation
from services.ingest.asked import Asked, Change, Nothing, Part, Plan, must_be_new
from services.ingest.bodies import Body, Day, Ident, Line
from services.ingest.rolls import Rolls, RollsBelow

B = TypeVar("B", bound=Body)

Number = Annotated[int, Field(ge=0, le=1000)]


class OathReviewBody(Body):
    """A campaign for every cell below `scope`; rolls are frozen as they stood on `opens_on`."""

    scope: Ident
    title: Line
    opens_on: Day
    closes_on: Day


class ReportBody(Body):
    """A member presented the review: promises kept, not done well, not done, and opinions heard."""

    member: Ident
    meeting: Ident | None = None
    kept: Number
    not_well: Number
    not_done: Number
    opinions: Number


class ExcuseBody(Body):
    """Why a member on the roll does not report; `reason` is a word of the list."""

    member: Ident
    reason: Excuse


class ClosingBody(Body):
    """The campaign is over."""


def _open(asked: Asked[OathReviewBody]) -> Plan:
    body, ident = asked.body, asked.ident()
    asked.must_reach(body.scope)
    must_be_new(asked, ident, OathCampaign.KIND)
    scope = asked.sight.of(Organisation, body.scope)
    if not scope.begun_by(body.opens_on):
        raise Refused("oath_campaign.scope_unknown", "there is no such organisation on that day", "/scope")
    opened = OathCampaignOpened(
        scope=body.scope, title=body.title, opens_on=body.opens_on, closes_on=body.closes_on, code=body.code
    )
    # Whatever day the change is dated: what nobody can know yet is the roll of a day after today.
    facts = open_campaign(asked.sight.of(OathCampaign, ident), opened, asked.now.date())
    parts, unless = [Part(ident, facts)], None
    if facts:
        rolls: Rolls = asked.sight.answer(RollsBelow(body.scope, body.opens_on))
        unless = rolls.unless
        streams = {cell: stream_of(ident, cell) for cell in rolls.cells}
        asked.sight.need(streams.values())
        for cell, roll in sorted(rolls.cells.items()):
            frozen = OathReviewOpened(campaign=ident, cell=cell, roll=roll, closes_on=body.closes_on)
            review = asked.sight.of(OathReview, streams[cell])
            parts.append(Part(streams[cell], open_review(review, frozen, asked.on)))
    return Plan(ident, OathCampaign.KIND, parts, unless=unless)


def _campaign(asked: Asked[B]) -> tuple[Id, OathCampaign, OathCampaignOpened]:
    (ident,) = asked.path
    campaign = asked.sight.of(OathCampaign, ident)
    if campaign.opened is None:
        raise Nothing("oath review")
    return ident, campaign, campaign.opened


def _of_member(asked: Asked[B], member: Id) -> tuple[Id, OathReview]:
    """The review of the cell on whose roll the member was frozen: one of the cells that he was ever in."""
    ident, campaign, _ = _campaign(asked)
    if campaign.closed_on is not None and asked.on >= campaign.closed_on:
        raise Refused("oath_review.closed", f"the review was closed on {campaign.closed_on}")
    found = asked.sight.glance(Member, member)
    cells = dict.fromkeys(span.value for span in found.cell_spans())
    for cell in cells:
        stream = stream_of(ident, cell)
        if member in asked.sight.glance(OathReview, stream).roll:
            asked.must_reach(cell, found.cell_on(asked.on))
            return stream, asked.sight.of(OathReview, stream)
    asked.must_reach(found.cell_on(asked.on), *cells)
    raise Refused("oath_review.not_on_roll", "not on any roll that was frozen at the start", "/member")


def _plan(stream: Id, facts: list[Fact]) -> Plan:
    return Plan.one(stream, OathReview.KIND, facts)


def _report(asked: Asked[ReportBody]) -> Plan:
    body = asked.body
    stream, review = _of_member(asked, body.member)
    if body.meeting is not None and asked.sight.glance(Meeting, body.meeting).called is None:
        raise Refused("oath_review.meeting_unknown", "there is no such meeting on record", "/meeting")
    reported = OathReported(
        member=body.member, meeting=body.meeting, kept=body.kept, not_well=body.not_well, not_done=body.not_done,
        opinions=body.opinions,
    )  # fmt: skip
    facts = report(review, reported, asked.on)
    if facts:
        must_be_listed(asked.sight.of(Member, body.member), asked.on)
    return _plan(stream, facts)


def _excuse(asked: Asked[ExcuseBody]) -> Plan:
    stream, review = _of_member(asked, asked.body.member)
    return _plan(stream, excuse(review, asked.body.member, asked.body.reason, asked.on))


def _close(asked: Asked[ClosingBody]) -> Plan:
    ident, campaign, opened = _campaign(asked)
    asked.must_reach(opened.scope)
    return Plan.one(ident, OathCampaign.KIND, close_campaign(campaign, asked.on))


CHANGES = (
    Change("/oath-reviews", OathReviewBody, _open, "Open an oath review and freeze its rolls"),
    Change("/oath-reviews/{id}/reports", ReportBody, _report, "Record that a member presented the review"),
    Change("/oath-reviews/{id}/excuses", ExcuseBody, _excuse, "Record why a member does not present it"),
    Change("/oath-reviews/{id}/closings", ClosingBody, _close, "Close an oath review"),
)
