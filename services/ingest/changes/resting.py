"""What rests, in other streams, on a fact that is to be corrected; and what stood when it was recorded."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from events.candidacy import Candidacy
from events.classification import Classification
from events.correction import effective, fold
from events.fact import Fact, Id, Record, Refused, State
from events.member import Member
from events.mentions import mentions
from events.organisation import Organisation, OrganisationEstablished
from events.request import Unless
from events.timeline import Span
from services.ingest.asked import Asked
from services.ingest.past import MOST_NAMING, HistoryOf, NamedElsewhere, Naming
from services.ingest.stored import fact_of

STEPS = frozenset({Candidacy.KIND, Classification.KIND})
"""Kinds of streams in which each fact follows from the one before."""


def as_they_stood(asked: Asked[Any], record: Record, before: Sequence[Record]) -> dict[Id, Organisation]:
    """Organisations that have ended since the record, as they were then, of those that it and what it follows name.

    What is wrong in it can be put right although the cell, or the parent, has become a part of another one meanwhile.
    """
    named = dict.fromkeys(ident for one in (*before, record) for ident in mentions(fact_of(one)))
    asked.sight.need(named)
    ended = [ident for ident in named if asked.sight.glance(Organisation, ident).ended_on is not None]
    return {ident: _stood(asked, ident, record.position) for ident in ended}


def _stood(asked: Asked[Any], organisation: Id, position: int) -> Organisation:
    history: Sequence[Record] = asked.sight.answer(HistoryOf(organisation))
    state = fold(Organisation, [one for one in history if one.position < position], fact_of)
    assert isinstance(state, Organisation), "it is one today"
    return state


def must_keep_its_steps(record: Record, standing: Sequence[Record], instead: date | None) -> None:
    """Where facts are steps, one after the other, none is left out under the next one, nor dated after it.

    `instead` is the day of what stands in its place; None where nothing does.

    Raises:
        Refused: `correction.depended_on`, `correction.later_facts`.
    """
    if record.kind not in STEPS:
        return
    later = [one.effective_on for one in standing if one.position != record.position]
    later = later[[one.position for one in standing].index(record.position) :]
    if later and instead is None:
        raise Refused("correction.depended_on", "the next step rests on it: strike that through first", "/position")
    if later and instead is not None and instead > min(later):
        raise Refused("correction.later_facts", f"the next step is of {min(later)}", "/instead/effective_on")


def must_be_among_living(asked: Asked[Any], before: State, after: State) -> None:
    """A correction puts nobody on the roll of a cell that is gone, and nothing below what is gone.

    Raises:
        Refused: `correction.cell_ended`, `correction.parent_ended`.
    """
    known, what = set(_places(before)), "cell" if isinstance(after, Member) else "parent"
    for since, until, place in set(_places(after)) - known:
        ended_on = asked.sight.of(Organisation, place).ended_on if place is not None else None
        if ended_on is not None and max(since, until or date.max) > ended_on:
            raise Refused(
                f"correction.{what}_ended",
                f"without this fact it would be with a {what} that ended on {ended_on}: use a change of its own",
                "/position",
            )


def _places(state: State) -> Iterable[Span[Any]]:
    match state:
        case Member():
            return state.cell_spans()
        case Organisation():
            return state.parents.spans(end=state.ended_on)
        case _:
            return ()


def must_not_be_built_on(asked: Asked[Any], record: Record, instead: Fact | None, on: date) -> Unless | None:
    """What other streams name has begun, is of its kind, and began no later than they say; `instead` is from `on`.

    Answers that nobody has named it since, where that matters.

    Raises:
        Refused: `correction.begins` (nothing stands instead), `correction.depended_on`.
    """
    if instead is None:
        if _is_named(asked, record.stream, date.max):
            raise Refused("correction.begins", "others name it on record: say what stands instead", "/position")
        return _still(asked, record.stream)
    first = fact_of(record)
    if not isinstance(instead, OrganisationEstablished) or not isinstance(first, OrganisationEstablished):
        return None
    if instead.kind is not first.kind:
        by = date.max
    elif on > record.effective_on:
        by = on
    else:
        return None
    if _is_named(asked, record.stream, by):
        raise Refused(
            "correction.depended_on", "others name it on record, as it is and for days before that", "/instead"
        )
    return _still(asked, record.stream)


def _still(asked: Asked[Any], stream: Id) -> Unless:
    naming: Naming = asked.sight.answer(NamedElsewhere(stream))
    return Unless(naming.position, (stream,))


def _is_named(asked: Asked[Any], stream: Id, by: date) -> bool:
    """Whether anything on record that counts, of a day before that one, names it."""
    naming: Naming = asked.sight.answer(NamedElsewhere(stream))
    if len(naming.streams) == MOST_NAMING:
        return True
    for one in naming.streams:
        for record in effective(asked.sight.answer(HistoryOf(one))):
            if record.effective_on < by and stream in mentions(fact_of(record)):
                return True
    return False
