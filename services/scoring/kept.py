"""Scores on their way into the view that keeps them: judged by the packs at hand, in the committees' time zone."""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from events.fact import Record
from events.meeting import Meeting
from projections import scores
from projections.view import View
from services.scoring.meeting_score import score_meeting
from services.scoring.score import to_json
from services.scoring.shelf import Shelf


def scores_view(shelf: Shelf, zone: ZoneInfo) -> View:
    """The view of scores, with its judge. Other packs or another zone are another judge: the view is made anew."""

    def judge(records: Sequence[Record]) -> scores.Row | None:
        return row(records, shelf, zone)

    return scores.view(judge)


def row(records: Sequence[Record], shelf: Shelf, zone: ZoneInfo) -> scores.Row | None:
    """What is kept of the score of one meeting; None of one that nobody called."""
    score = score_meeting(records[0].stream, records, shelf, zone) if records else None
    if score is None:
        return None
    items = {line.item: line.points for line in score.lines}
    return scores.Row(
        kind=Meeting.KIND,
        cell=score.cell,
        held_on=score.on,
        points=score.points,
        complete=score.complete,
        band=score.band,
        computed=score.bands.computed,
        self_=score.bands.self,
        vote=score.bands.vote,
        superior=score.bands.superior,
        rubric=f"{score.rubric.id}/{score.rubric.version}" if score.rubric else None,
        items=to_json(items).decode(),
    )
