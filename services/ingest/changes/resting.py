"""What rests, in other streams, on a fact that is to be corrected; and what stood when it was recorded."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from events import wire
from events.candidacy import Candidacy
from events.classification import Classification
from events.correction import effective, fold
from events.fact import Fact, Id, Record, Refused, State, stored_name
from events.member import Member
from events.mentions import mentions
from events.organisation import Organisation, OrganisationEstablished
from events.request import Unless
from events.timeline import Span
from services.ingest.asked import Asked
from services.ingest.past import MOST_NAMING, HistoriesOf, HistoryOf, NamedElsewhere, Naming
from services.ingest.stored import fact_of
from services.ingest.streams import NotLoaded, Question

LAST = 2**63 - 1
"""After whatever is on record."""
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


def history_of(asked: Asked[Any], stream: Id) -> Sequence[Record]:
    """All records of the stream, as far as the state goes that the append is conditional on."""
    question = HistoryOf(stream)
    history: Sequence[Record] = asked.sight.answer(question)
    _must_be_of_now(asked, {stream: history}, question)
    return history


def histories_of(asked: Asked[Any], streams: Sequence[Id]) -> Mapping[Id, Sequence[Record]]:
    """The same of many, in one question."""
    asked.sight.need(streams)
    question = HistoriesOf(tuple(streams))
    histories: Mapping[Id, Sequence[Record]] = asked.sight.answer(question)
    _must_be_of_now(asked, histories, question)
    return histories


def _must_be_of_now(asked: Asked[Any], histories: Mapping[Id, Sequence[Record]], question: Question) -> None:
    versions = {stream: asked.sight.warm(stream).version for stream in histories}
    stale = [stream for stream, known in histories.items() if (known[-1].version if known else 0) != versions[stream]]
    if stale:
        asked.answers.pop(question, None)
        raise NotLoaded(stale, question)


def must_still_fold(kind: str, history: Sequence[Record], facts: Sequence[Fact], days: Sequence[date]) -> State:
    """What a stream says when these facts follow all that it has; each is of its day.

    Raises:
        Refused: `correction.depended_on`.
    """
    last = history[-1]
    records = [
        last._replace(
            position=LAST - len(facts) + number, version=last.version + number, name=stored_name(fact),
            effective_on=day, data=wire.encode(fact),
        )
        for number, (fact, day) in enumerate(zip(facts, days, strict=True), start=1)
    ]  # fmt: skip
    try:
        return fold(wire.state_of(kind), [*history, *records], fact_of)
    except Exception:  # noqa: BLE001  # whatever a state finds impossible
        raise Refused(
            "correction.depended_on", "something on record rests on this fact: strike that through first", "/position"
        ) from None
