"""The bands of the three bodies, told apart: none overwrites another, and what comes late changes no decided one."""

from collections.abc import Sequence
from decimal import Decimal

from events.meeting import BandDecided, SelfScored, VoteTaken
from services.scoring.meetings.meeting_facts import MeetingFacts
from services.scoring.meetings.meeting_lines import Mark, marks
from services.scoring.rules.rulebook import Item, Pack
from services.scoring.score import Bands, GateLine


def bands(facts: MeetingFacts, pack: Pack | None, computed: str | None, of: Sequence[Mark]) -> Bands:
    """What each body says; `of` is what each item gives, by all that is known."""
    points = self_points(facts, pack, of) if pack else None
    own = pack.band(points) if pack and points is not None else None
    decided = facts.last(BandDecided)
    return Bands(
        computed=computed,
        self=own,
        vote=own if agreed(facts) else None,
        superior=decided.fact.band.value if decided else None,
    )


def computed_band(pack: Pack, points: Decimal, gates: tuple[GateLine, ...]) -> str:
    """The band of the points; a gate that is not met leads to the band that stands behind it."""
    band = pack.band(points)
    for gate, told in zip(pack.gates, gates, strict=True):
        if band == gate.band and not told.met:
            band = gate.otherwise
    return band


def self_points(facts: MeetingFacts, pack: Pack, of: Sequence[Mark]) -> Decimal | None:
    """The committee's total: as given, or its values item by item and, where it gave none, what the facts decide.

    None where an item has no value at all, or one above its maximum. Once the superior has decided, the facts are those
    that were on record then: what comes later changes no band that was decided.
    """
    scored, decided = facts.last(SelfScored), facts.last(BandDecided)
    if scored is None or scored.fact.total is not None:
        return scored.fact.total if scored else None
    given = scored.fact.items
    asks = any(item.when is not None or item.full_when is not None for item in pack.items)
    around = facts.context.last if asks else facts.context.position
    if decided is not None and decided.position < max(facts.position, around):
        then = facts.upto(max(decided.position, scored.position))
        # Only what the committee left open, or what may not be asked for, hangs on anything but its own word.
        of = marks(then, pack, [item for item in pack.items if item.id not in given or item.when is not None])
        unasked = {mark.of.id for mark in of if not mark.applies}
        values = [
            *(mark.points for mark in of if mark.applies and mark.of.id not in given),
            *(_within(given[item.id], item) for item in pack.items if item.id in given and item.id not in unasked),
        ]
    else:
        values = [_within(given.get(mark.of.id, mark.points), mark.of) for mark in of if mark.applies]
    known = [value for value in values if value is not None]
    return sum(known, Decimal()) if len(known) == len(values) else None


def _within(value: Decimal | None, of: Item) -> Decimal | None:
    """A value above the maximum is none."""
    return None if value is None or value > of.max else value


def agreed(facts: MeetingFacts) -> bool:
    """Whether more than half of those present with a vote voted for the self-score; who abstained was present.

    Where nobody knows who had a vote (old books keep counts), all who were present had one.
    """
    vote, there = facts.last(VoteTaken), facts.there()
    if vote is None or there is None:
        return False
    voters = there[0].present if vote.fact.entitled is None else vote.fact.entitled
    return 2 * vote.fact.for_ > voters


def late(facts: MeetingFacts, of: Sequence[Mark]) -> tuple[int, ...]:
    """What was recorded, or struck through, after the superior had decided: of the meeting, or of a member, an office
    or another meeting where a line follows from it.
    """
    decided = facts.last(BandDecided)
    if decided is None or decided.position >= max(facts.position, facts.context.last):
        return ()
    own = {told.position for told in facts.told}.union(facts.struck)
    return tuple(sorted(at for at in own.union(*(mark.facts for mark in of)) if at > decided.position))
