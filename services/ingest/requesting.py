"""From a plan to what the ledger is asked: entries with their seals, claims, and what was looked at."""

from collections.abc import Callable
from typing import Any

from events.claims import claims
from events.fact import Id
from events.request import Entry, Request, Write
from services.ingest.asked import Asked, Plan, marks
from services.ingest.stored import entry_of


def request_of(asked: Asked[Any], plan: Plan, blind: Callable[[str], str], answer: bytes) -> Request:
    """The plan as the ledger takes it; `blind` hides claims that could be guessed, `answer` is of one without facts.

    Raises:
        NotLoaded: a stream that is written is not in memory.
    """
    looked_at = dict(asked.sight.looked_at)
    writes: list[Write] = []
    takes: list[tuple[str, Id]] = []
    releases: list[tuple[str, Id]] = list(plan.releases)
    for part in plan.parts:
        expected = looked_at.pop(part.stream, None)
        if expected is None:
            expected = asked.sight.warm(part.stream).version
        if not part.facts:
            looked_at[part.stream] = expected
            continue
        entries: list[Entry] = []
        for piece in part.pieces:
            body, on = piece.body or asked.body, piece.on or asked.on
            for fact in piece.facts:
                place = (part.stream, expected + len(entries) + 1)
                sealed = plan.seals.get((part.stream, len(entries)))
                entries.append(entry_of(fact, on, marks(body, fact), sealed, place))
                taken, released = claims(fact, part.stream)
                takes += taken
                releases += released
        writes.append(Write(part.stream, expected, entries))
    if releases and (kept := set(takes).intersection(releases)):
        # What is given up and taken again stays where it is.
        takes, releases = [one for one in takes if one not in kept], [one for one in releases if one not in kept]
    return Request(
        command=asked.command,
        by=asked.caller.id,
        writes=writes,
        # What was sealed with a fact about a person is not said beside it.
        reason="" if plan.seals else reason_of(asked, plan),
        cause=plan.cause,
        digest=asked.digest,
        conditions=list(looked_at.items()),
        takes=[(blind(claim), stream) for claim, stream in takes],
        releases=[(blind(claim), stream) for claim, stream in releases],
        answer=answer,
        unless=plan.unless if writes else None,
    )


def reason_of(asked: Asked[Any], plan: Plan) -> str:
    """Why it was asked; '' where a fact says it itself."""
    reason: str = asked.body.reason or plan.reason
    return "" if reason and _tells_its_reason(plan) else reason


def _tells_its_reason(plan: Plan) -> bool:
    """Some facts have a reason among their fields; then it is not said twice."""
    return any("reason" in fact.__struct_fields__ for part in plan.parts for fact in part.facts)
