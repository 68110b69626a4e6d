"""How a meeting is judged, by three bodies: the committee scores itself, the cell votes on it, the superior decides."""

from datetime import date

from msgspec.structs import replace

from events.fact import Fact, Refused
from events.meeting.facts import BandDecided, SelfScored, VoteTaken
from events.meeting.state import Meeting, must_be_held

FULL_MARKS = 100


def self_score(meeting: Meeting, scored: SelfScored, on: date) -> list[Fact]:
    """The committee gives itself points, once; what is told of the last resolution afterwards changes none of them.

    Raises:
        Refused: `meeting.not_called`, `meeting.not_held`, `meeting.self_scored` (otherwise, already),
            `meeting.items_or_total`, `meeting.points` (below 0 or, together, above 100), `meeting.band_decided` (on an
            earlier day).
    """
    if meeting.self_score is not None and replace(meeting.self_score, last=None) == replace(scored, last=None):
        return []
    must_be_held(meeting)
    if meeting.self_score is not None:
        raise Refused("meeting.self_scored", "the self-score is on record already, and otherwise")
    _must_be_undecided(meeting, on)
    if bool(scored.items) == (scored.total is not None):
        raise Refused("meeting.items_or_total", "give the points by item, or in total, one of the two", "")
    given = [*scored.items.values()] if scored.total is None else [scored.total]
    if not all(points.is_finite() and points >= 0 for points in given) or sum(given) > FULL_MARKS:
        raise Refused("meeting.points", f"points are from 0 to {FULL_MARKS}, all together", "")
    return [scored]


def vote(meeting: Meeting, taken: VoteTaken, on: date) -> list[Fact]:
    """The cell votes on the self-score, once.

    Raises:
        Refused: `meeting.not_called`, `meeting.not_held`, `meeting.not_self_scored`, `meeting.voted` (otherwise,
            already), `meeting.votes` (below nought, or more than were present with a vote), `meeting.band_decided` (on
            an earlier day).
    """
    if meeting.vote is not None and _votes(meeting.vote) == _votes(taken):
        return []
    _must_be_self_scored(meeting)
    if meeting.vote is not None:
        raise Refused("meeting.voted", "the vote is on record already, and otherwise")
    _must_be_undecided(meeting, on)
    if min(taken.for_, taken.against, taken.abstained) < 0:
        raise Refused("meeting.votes", "a count is never below nought", "")
    voters = meeting.present if taken.entitled is None else taken.entitled
    if taken.for_ + taken.against + taken.abstained > voters:
        raise Refused("meeting.votes", f"more votes than the {voters} who were present with a vote", "")
    return [taken]


def decide_band(meeting: Meeting, decided: BandDecided, _on: date, *, history: bool = False) -> list[Fact]:
    """The superior decides, with or without a vote; in old books (`history`) also where no self-score was kept.

    Raises:
        Refused: `meeting.not_called`, `meeting.not_held`, `meeting.not_self_scored`, `meeting.band_decided` (otherwise,
            already).
    """
    if meeting.band == decided:
        return []
    must_be_held(meeting)
    if meeting.band is not None:
        raise Refused("meeting.band_decided", "the band is decided already, and otherwise")
    if not history:
        _must_be_self_scored(meeting)
    return [decided]


def _votes(taken: VoteTaken) -> VoteTaken:
    """The vote without who was entitled to it: members' own facts may count those otherwise by now."""
    return replace(taken, entitled=None)


def _must_be_self_scored(meeting: Meeting) -> None:
    must_be_held(meeting)
    if meeting.self_score is None:
        raise Refused("meeting.not_self_scored", "the committee has not scored itself yet")


def _must_be_undecided(meeting: Meeting, on: date) -> None:
    """By the days in the world: what was said before the decision and only recorded after it is welcome."""
    if meeting.band_on is not None and on > meeting.band_on:
        raise Refused("meeting.band_decided", f"the superior decided on {meeting.band_on}")
