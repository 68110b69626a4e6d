"""Corrections: a fact is struck through, and another one may stand in its place; the wrong text stays readable."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any

from pydantic import Field

from events import wire
from events.claims import claims
from events.collective_transfer import CollectiveTransfer
from events.correction import effective, fold, strike
from events.fact import Fact, Id, Record, Refused, State
from events.persons import person
from services.ingest.asked import Asked, Change, Nothing, Part, Plan
from services.ingest.bodies import Body, Text
from services.ingest.changes.corrections_of_lists import correct_list, must_be_on_a_list
from services.ingest.changes.instead import PATHS, Place, asked_again, must_be_correctable, place_of
from services.ingest.changes.resting import (
    LAST,
    as_they_stood,
    history_of,
    must_be_among_living,
    must_keep_its_steps,
    must_not_be_built_on,
    must_still_fold,
)
from services.ingest.changes.whose import whose
from services.ingest.past import RecordAt, Recorded
from services.ingest.proposing import propose
from services.ingest.stored import fact_of


class CorrectionBody(Body):
    """`position` is that of the fact that is wrong; `instead` is a body for the same change, as it should have been."""

    position: Annotated[int, Field(ge=1, le=LAST)]
    reason: Text
    instead: dict[str, Any] | None = None


def change(changes: Sequence[Change[Any]]) -> Change[CorrectionBody]:
    """The change of corrections, which knows the changes that may be asked again."""
    by_path = {one.path: one for one in changes}

    def plan(asked: Asked[CorrectionBody]) -> Plan:
        position = asked.body.position
        found: Recorded | None = asked.sight.answer(RecordAt(position))
        if found is None:
            raise Nothing("record")
        record = found.record
        must_be_correctable(record)
        if record.kind == CollectiveTransfer.KIND:
            return correct_list(asked, record, by_path[PATHS[record.name]])
        organisation = whose(asked, record)
        asked.must_reach(organisation)
        if found.streams > 1:
            must_be_on_a_list(record, is_told_again=asked.body.instead is not None)
        history = history_of(asked, record.stream)
        again = _again(asked, record, history, by_path)
        facts = again.parts[0].facts if again is not None else ()
        struck = strike(record.kind, effective(history), position, len(facts), asked.on)
        after, unless = _must_still_follow(record, history, struck, again, asked.on), None
        must_keep_its_steps(record, effective(history), again.parts[0].on or asked.on if again else None)
        if effective(history)[0].position == position:
            first = again.parts[0] if again is not None else None
            on = (first and first.on) or asked.on
            unless = must_not_be_built_on(asked, record, first.facts[0] if first else None, on)
        must_be_among_living(asked, fold(wire.state_of(record.kind), history, fact_of), after)
        part = Part(record.stream, struck, asked.now.date(), then=again.parts[0] if again is not None else None)
        taken, _ = claims(fact_of(record), record.stream)
        releases = [*taken, *(again.releases if again else ())]
        whole = Plan(record.stream, record.kind, [part], releases=releases, unless=unless)
        return propose(asked, whole, organisation, path=f"/corrections/{position}", person=_person(asked, record))

    return Change("/corrections", CorrectionBody, plan, "Strike a fact through and say what should stand (propose it)")


def _again(
    asked: Asked[CorrectionBody], record: Record, history: Sequence[Record], by_path: dict[str, Change[Any]]
) -> Plan | None:
    """What the change comes to when it is asked as it should have been, of whom it was asked, as he was then."""
    if asked.body.instead is None:
        return None
    standing = effective(history)
    before = list(standing[: next((n for n, one in enumerate(standing) if one.position == record.position), 0)])
    state = fold(wire.state_of(record.kind), before, fact_of)
    where: Place = place_of(record, state)
    same = by_path[PATHS[record.name]]
    otherwise = {**as_they_stood(asked, record, before), record.stream: state}
    inner = asked_again(asked, record, where, same, otherwise)
    plan = same.plan(inner)
    if len(plan.parts) != 1 or plan.parts[0].stream != record.stream or not plan.parts[0].facts:
        raise Refused(
            "correction.instead", "what stands instead is a change of the same, and of nothing else", "/instead"
        )
    (part,) = plan.parts
    return Plan(
        plan.stream, plan.kind, [Part(part.stream, part.facts, part.on or inner.on, inner.body)], releases=plan.releases
    )


def _must_still_follow(
    record: Record, history: Sequence[Record], struck: Sequence[Fact], again: Plan | None, on: date
) -> State:
    """What was recorded later must still follow from what stands then; answers the state that it comes to.

    Raises:
        Refused: `correction.begins` (everything else rests on it), `correction.later_facts`, `correction.depended_on`.
    """
    instead = again.parts[0] if again is not None else Part(record.stream, ())
    facts = [*struck, *instead.facts]
    days = [on] * len(struck) + [instead.on or on] * len(instead.facts)
    standing = effective(history)
    others = [one for one in standing if one.position != record.position]
    if standing[0].position == record.position:
        if again is None and others:
            raise Refused(
                "correction.begins", "all that is recorded later rests on it: say what stands instead", "/position"
            )
        if again is not None and others and days[-1] > min(one.effective_on for one in others):
            raise Refused(
                "correction.later_facts", "something on record took effect before that day", "/instead/effective_on"
            )
    return must_still_fold(record.kind, history, facts, days)


def _person(asked: Asked[Any], record: Record) -> Id | None:
    """Whom the record is about: with his key is sealed what somebody proposes to say instead."""
    return person(fact_of(record), record.stream, record.kind, asked.sight.warm(record.stream).state)
