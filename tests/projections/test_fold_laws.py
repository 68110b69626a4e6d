"""Live in any batches, with any memory, or anew: the same rows; and what was known then is what was made then."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from events.correction import NAMES, STRIKES
from events.fact import Id, Record, stored_name
from projections.catalogue import VIEWS
from projections.fold import Changes, Fold
from projections.view import STANDS, View
from tests.examples import an_id
from tests.projections.log import Said, records_of
from tests.projections.stories import STORIES

Key = tuple[bytes, int]
Kept = dict[Key, tuple[int, int, tuple[object, ...]]]


class AsTold:
    """The rows are what the last record says they are."""

    def __init__(self) -> None:
        self._rows: list[tuple[int]] = []

    def see(self, record: Record) -> None:
        self._rows = [(number,) for number in json.loads(record.data)]

    def rows(self) -> Sequence[tuple[int]]:
        return self._rows


AS_TOLD = View(name="as_told", columns={"number": "bigint NOT NULL"}, reads=frozenset({"told"}), subject=AsTold)


class AsATuple(AsTold):
    """The same rows in a tuple."""

    def rows(self) -> Sequence[tuple[int]]:
        return tuple(super().rows())


STREAMS = [an_id(name) for name in "abc"]
TELLINGS = st.lists(
    st.tuples(
        st.sampled_from(STREAMS), st.lists(st.integers(0, 3), max_size=5), st.sampled_from(["told", "told", "other"])
    ),
    max_size=30,
)


def told(tellings: list[tuple[Id, list[int], str]]) -> list[Record]:
    versions: dict[Id, int] = {}
    found = []
    for position, (stream, numbers, name) in enumerate(tellings, 1):
        versions[stream] = versions.get(stream, 0) + 1
        data = json.dumps(numbers).encode()
        found.append(Record(position, stream, versions[stream], name, date.min, position, "", "", Id(""), 0, data))
    return found


def write(kept: Kept, changes: Changes) -> None:
    for row in changes.fresh:
        assert (row.key, row.no) not in kept, "a row is written once"
        kept[row.key, row.no] = (row.known_from, row.known_to, row.values)
    for row in changes.ended:
        known_from, known_to, values = kept[row.key, row.no]
        assert known_to == STANDS, "a row ends once"
        kept[row.key, row.no] = (known_from, row.known_to, values)


def of(records: list[Record], streams: set[Id]) -> dict[Id, list[Record]]:
    return {stream: [record for record in records if record.stream == stream] for stream in streams}


def live(view: View, records: list[Record], cuts: Sequence[int], memory: int) -> tuple[Kept, set[Id]]:
    """Fed in batches that end at the cuts, with so many warm streams; at every other cut all memory is lost."""
    fold, kept = Fold(view, warm=memory), Kept()
    ends = sorted({min(cut, len(records)) for cut in cuts} | {0, len(records)})
    for first, end in pairwise(ends):
        batch = records[first:end]
        fold.warm(of(records[:first], fold.cold(batch)))
        fold.know(of(records[: first + len(batch)], fold.corrected(batch)))
        fold.take(batch)
        write(kept, fold.changes())
        if end % 2:
            fold.forget()
    return kept, fold.parked


def anew(view: View, records: list[Record], memory: int = 100) -> tuple[Kept, set[Id]]:
    """Filled from the beginning, in pages of three."""
    fold, kept = Fold(view, warm=memory, whole=True), Kept()
    for first in range(0, len(records), 3):
        batch = records[first : first + 3]
        fold.warm(of(records[:first], fold.cold(batch)))
        fold.know(of(records[: first + len(batch)], fold.corrected(batch)))
        fold.take(batch)
        write(kept, fold.passed())
    write(kept, fold.standing())
    return kept, fold.parked


def known(kept: Kept, position: int) -> list[tuple[Key, int, tuple[object, ...]]]:
    return sorted((key, row[0], row[2]) for key, row in kept.items() if row[0] <= position < row[1])


CUTS = st.lists(st.integers(1, 40), max_size=8)
MEMORY = st.integers(1, 4)
EVERY_VIEW = pytest.mark.parametrize("view", VIEWS, ids=lambda view: view.name)


@settings(max_examples=100)
@given(TELLINGS, CUTS, MEMORY, MEMORY)
def test_any_rows_come_out_the_same_live_and_anew(
    tellings: list[tuple[Id, list[int], str]], cuts: list[int], memory: int, other: int
) -> None:
    records = told(tellings)
    assert live(AS_TOLD, records, cuts, memory) == anew(AS_TOLD, records, other)


@settings(max_examples=80)
@given(TELLINGS, CUTS)
def test_any_rows_known_then_are_those_that_were_told_then(
    tellings: list[tuple[Id, list[int], str]], cuts: list[int]
) -> None:
    records = told(tellings)
    kept, _ = live(AS_TOLD, records, cuts, 2)
    for position in range(len(records) + 1):
        last = {r.stream: json.loads(r.data) for r in records[:position] if r.name == "told"}
        by_stream = [values for _, _, values in known(kept, position)]
        assert sorted(by_stream) == sorted((number,) for numbers in last.values() for number in numbers)


@settings(max_examples=80)
@given(TELLINGS)
def test_a_row_that_stays_is_not_written_again(tellings: list[tuple[Id, list[int], str]]) -> None:
    kept, _ = anew(AS_TOLD, told(tellings))
    ends = {(key[0], row[2], row[1]) for key, row in kept.items()}
    begins = {(key[0], row[2], row[0]) for key, row in kept.items()}
    assert ends.isdisjoint(begins), "what ends with a record does not begin again with it"


@settings(max_examples=100)
@given(TELLINGS)
def test_rows_are_numbered_from_one_in_the_order_in_which_they_came(tellings: list[tuple[Id, list[int], str]]) -> None:
    kept, _ = anew(AS_TOLD, told(tellings))
    for stream in {key[0] for key in kept}:
        numbers = sorted(no for key, no in kept if key == stream)
        assert numbers == list(range(1, len(numbers) + 1))
        begins = [kept[stream, no][0] for no in numbers]
        assert begins == sorted(begins)


@EVERY_VIEW
@settings(max_examples=40)
@given(story=STORIES, cuts=CUTS, memory=MEMORY)
def test_each_view_is_the_same_live_and_anew(view: View, story: list[Said], cuts: list[int], memory: int) -> None:
    records = records_of(story)
    assert live(view, records, cuts, memory) == anew(view, records)


CORRECTIONS = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40), st.integers(0, 2)), min_size=1, max_size=4)


def corrected(story: list[Said], corrections: list[tuple[int, int, int]]) -> list[Said]:
    """The story, in which some facts are struck through later on, and what stands instead follows at once."""
    said = list(story)
    for at, which, instead in corrections:
        at %= len(said) + 1  # noqa: PLW2901  # some place in the story
        kinds = [stored_name(one.fact).partition(".")[0] for one in said]
        wrong = [n for n in range(at) if kinds[n] in STRIKES and stored_name(said[n].fact) not in NAMES]
        if not wrong or any(stored_name(one.fact) in NAMES for one in said[at:]):
            continue
        stream, fact, on = said[place := wrong[which % len(wrong)]]
        strike = STRIKES[kinds[place]](position=place + 1, instead=instead)
        said[at:at] = [Said(stream, strike, on), *[Said(stream, fact, on)] * instead]
    return said


@EVERY_VIEW
@settings(max_examples=60)
@given(story=STORIES, corrections=CORRECTIONS, cuts=CUTS, memory=MEMORY)
def test_each_view_is_the_same_live_and_anew_when_facts_are_corrected(
    view: View, story: list[Said], corrections: list[tuple[int, int, int]], cuts: list[int], memory: int
) -> None:
    records = records_of(corrected(story, corrections))
    assert live(view, records, cuts, memory) == anew(view, records)


@EVERY_VIEW
@settings(max_examples=40)
@given(story=STORIES, which=st.integers(0, 40))
def test_each_view_without_a_struck_fact_is_as_if_it_had_never_been_said(
    view: View, story: list[Said], which: int
) -> None:
    wrong = which % len(story)
    if view.subject is None or (kind := stored_name(story[wrong].fact).partition(".")[0]) not in STRIKES:
        return
    strike = Said(story[wrong].stream, STRIKES[kind](position=wrong + 1), story[wrong].on)
    kept, parked = anew(view, records_of([*story, strike]))
    never, parked_never = anew(view, [r for r in records_of(story) if r.position != wrong + 1])
    if not parked | parked_never:
        assert sorted((key[0], str(row)) for key, _, row in known(kept, STANDS - 1)) == sorted(
            (key[0], str(row)) for key, _, row in known(never, STANDS - 1)
        )


@EVERY_VIEW
@settings(max_examples=20)
@given(story=STORIES)
def test_each_view_as_known_then_is_what_would_have_been_made_then(view: View, story: list[Said]) -> None:
    records = records_of(story)
    kept, _ = anew(view, records)
    for position in range(0, len(records) + 1, 5):
        then, _ = anew(view, records[:position])
        assert known(kept, position) == known(then, STANDS - 1)


@given(TELLINGS)
def test_rows_that_a_subject_gives_as_a_tuple_are_the_same_rows(tellings: list[tuple[Id, list[int], str]]) -> None:
    folds = [Fold(view, whole=True) for view in (AS_TOLD, replace(AS_TOLD, subject=AsATuple))]
    kept: list[Kept] = [{}, {}]
    for record in told(tellings):
        for fold, rows in zip(folds, kept, strict=True):
            fold.take([record])
            write(rows, fold.changes())
    assert kept[0] == kept[1]
    assert not folds[1].poisons
