"""What was recorded wrongly: struck through, never removed, and what is put in its place counts where it stood.

A stream whose facts were corrected is folded as `effective` says; the log itself keeps all that was ever written.
"""

from collections.abc import Callable, Sequence
from datetime import date

import msgspec

from events.fact import Fact, Record, Refused, State, stored_name


class Struck(Fact, frozen=True):
    """The fact at `position` of the same stream does not count; the `instead` facts after this one stand in its place.

    A correction takes effect on the day on which it is made; what stands in the place of the other has its own day.
    """

    position: int
    instead: int = 0


class OrganisationStruck(Struck, frozen=True, tag="organisation.struck"):
    """Of an organisation."""


class MemberStruck(Struck, frozen=True, tag="member.struck"):
    """Of a member."""


class MeetingStruck(Struck, frozen=True, tag="meeting.struck"):
    """Of a meeting."""


class LiaisonStruck(Struck, frozen=True, tag="liaison.struck"):
    """Of a liaison."""


class OathReviewStruck(Struck, frozen=True, tag="oath_review.struck"):
    """Of one cell's oath review."""


class CandidacyStruck(Struck, frozen=True, tag="candidacy.struck"):
    """Of a four-good candidacy."""


class ClassificationStruck(Struck, frozen=True, tag="classification.struck"):
    """Of the classification of a year."""


class CollectiveTransferStruck(Struck, frozen=True, tag="collective_transfer.struck"):
    """Of a hand-over list; what each who is on it has in his own stream of it is struck through in the same append."""


STRIKES: dict[str, type[Struck]] = {
    stored_name(kind).partition(".")[0]: kind
    for kind in (
        OrganisationStruck,
        MemberStruck,
        MeetingStruck,
        LiaisonStruck,
        OathReviewStruck,
        CandidacyStruck,
        ClassificationStruck,
        CollectiveTransferStruck,
    )
}
"""By the kind of stream in which facts can be corrected."""
NAMES = frozenset(stored_name(kind) for kind in STRIKES.values())
"""Of the records that strike others through."""


class _Said(msgspec.Struct):
    position: int
    instead: int = 0


_read = msgspec.json.Decoder(_Said).decode


def effective(records: Sequence[Record]) -> Sequence[Record]:
    """The records of a stream that count, in the order in which they count.

    `records` are all of the stream up to some place, or all of them that somebody looks at, its corrections included.
    """
    if not any(record.name in NAMES for record in records):
        return records
    struck: set[int] = set()
    places: dict[int, int] = {}
    place, upto = 0, 0
    for record in records:
        if record.name in NAMES:
            said = _read(record.data)
            struck.add(said.position)
            place, upto = places.get(said.position, said.position), record.version + said.instead
        else:
            places[record.position] = place if record.version <= upto else record.position
    standing = [record for record in records if record.position in places and record.position not in struck]
    return sorted(standing, key=lambda record: (places[record.position], record.position))


def replaces_upto(strike: Record) -> int:
    """The version of the last record that stands in the place of the one that this record strikes; or its own."""
    return strike.version + _read(strike.data).instead


def fold(new_state: Callable[[], State], records: Sequence[Record], fact_of: Callable[[Record], Fact]) -> State:
    """The state of a stream whose records these are, whatever was corrected in it."""
    state = new_state()
    for record in effective(records):
        state.see(fact_of(record), record.effective_on, record.position)
    return state


# Decision


def strike(kind: str, standing: Sequence[Record], position: int, instead: int, _on: date) -> list[Fact]:
    """The fact at a position does not count any longer; `standing` are the effective records of its stream.

    Raises:
        Refused: `correction.kind` (nothing of this kind is corrected), `correction.struck_already`.
    """
    strikes = STRIKES.get(kind)
    if strikes is None:
        raise Refused("correction.kind", f"what is recorded of a {kind} is not corrected", "/position")
    if not any(record.position == position for record in standing):
        raise Refused("correction.struck_already", "this fact is struck through already", "/position")
    return [strikes(position=position, instead=instead)]
