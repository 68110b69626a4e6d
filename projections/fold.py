"""How records become rows with a time of knowledge: a stream's rows anew at each record, and what differs is kept."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from typing import Any, NamedTuple

import msgspec

from events import correction
from events.fact import Id, Record
from projections.columns import uuid_bytes
from projections.view import STANDS, View

WARM = 20_000
"""Streams that a fold keeps in memory."""
EACH_MOST = 4096
"""Rows of one record at most, where a view takes each record for itself: they are numbered by the record's version."""


class Row(msgspec.Struct, eq=False, gc=False):
    """One row, and whether the table has it. `key` is the stream's id in its 16 bytes."""

    key: bytes
    no: int
    known_from: int
    values: tuple[Any, ...]
    known_to: int = STANDS
    written: bool = False


class Changes(NamedTuple):
    """What a table must learn: rows that it has not, and rows that it has and that ended."""

    fresh: list[Row]
    ended: list[Row]


class Poison(NamedTuple):
    """A record that could not be read, for which its stream is parked."""

    stream: Id
    position: int
    record: str
    error: str


class Stream:
    """One stream: its subject, the rows that stand, and how many it ever had."""

    __slots__ = ("count", "key", "new", "replaced", "rows", "subject", "values")

    def __init__(self, view: View, stream: Id) -> None:
        assert view.subject is not None, "a view of single records remembers no stream"
        self.key = uuid_bytes(stream)
        self.new = view.subject
        self.subject = view.subject()
        self.replaced = 0
        """Records up to this version stand in the place of one that was struck through."""
        self.values: list[tuple[Any, ...]] = []
        self.rows: list[Row] = []
        self.count = 0

    def take(self, record: Record, past: Sequence[Record]) -> Sequence[Row]:
        """See one more record; the rows that ended with it. What raises has changed no row.

        `past` is needed only by a correction: all of the stream's records up to this one.
        """
        if record.version <= self.replaced or record.name in correction.NAMES:
            self._correct(record, past)
        else:
            self.subject.see(record)
        values, old = self.subject.rows(), self.values
        if not isinstance(values, list):
            values = list(values)  # A tuple is never equal to a list.
        same = len(old)
        if len(values) >= same:
            # Nearly always nothing changed, or something was added: compared in place, without touching what stands.
            added = values[same:]
            old += added
            if old == values:
                for value in added:
                    self.count += 1
                    self.rows.append(Row(self.key, self.count, record.position, value))
                return ()
            del old[same:]
        return self._replace(record, list(values))

    def _correct(self, record: Record, past: Sequence[Record]) -> None:
        """See all again, without what was struck and with what stands in its place."""
        if record.name in correction.NAMES:
            self.replaced = correction.replaces_upto(record)
        subject = self.new()
        for counts in correction.effective([one for one in past if one.version <= record.version]):
            subject.see(counts)
        self.subject = subject

    def _replace(self, record: Record, values: list[tuple[Any, ...]]) -> list[Row]:
        old = self.values
        same = next(i for i, (one, other) in enumerate(zip(old, [*values, None], strict=False)) if one != other)
        left: dict[tuple[Any, ...], list[Row]] = {}
        for row in reversed(self.rows[same:]):
            left.setdefault(row.values, []).append(row)
        rows = self.rows[:same]
        count = self.count
        for value in values[same:]:
            if again := left.get(value):
                rows.append(again.pop())
            else:
                count += 1
                rows.append(Row(self.key, count, record.position, value))
        self.values, self.rows, self.count = values, rows, count
        ended = [row for rows in left.values() for row in rows]
        for row in ended:
            row.known_to = record.position
        return ended

    def unwritten(self) -> list[Row]:
        """The rows that stand and that the table has not; from now on it has."""
        found = [row for row in self.rows if not row.written]
        for row in found:
            row.written = True
        return found


class Fold:
    """A view's streams in memory: those seen last are warm, the others are read from the log when they are needed.

    `whole` says that it sees the log from its beginning, so that a stream it does not know has no past.
    """

    def __init__(self, view: View, *, warm: int = WARM, whole: bool = False) -> None:
        self.view = view
        self.parked: set[Id] = set()
        self.poisons: list[Poison] = []
        self.erased: set[Id] = set()
        """Persons of whom it shall see nothing personal any more."""
        self._warm = warm
        self._left: set[Id] | None = set() if whole else None
        self._streams: dict[Id, Stream] = {}
        self._touched: dict[Id, Stream] = {}
        self._fresh: list[Row] = []
        self._ended: list[Row] = []
        self._pasts: Mapping[Id, Sequence[Record]] = {}
        self._correcting: dict[Id, int] = {}
        """Streams of which a fact was struck, and the version of the last one that stands in its place."""

    def forget(self) -> None:
        """Empty the memory: the log has it all. What is parked stays so."""
        self._left = None
        self._pasts = {}
        for kept in (self._streams, self._touched, self._fresh, self._ended, self._correcting):
            kept.clear()

    def drop(self, stream: Id) -> None:
        """Forget one stream, and what it was about to change."""
        if self._streams.pop(stream, None) is not None and self._left is not None:
            self._left.add(stream)
        if self._touched.pop(stream, None) is not None:
            key = uuid_bytes(stream)
            self._fresh = [row for row in self._fresh if row.key != key]
            self._ended = [row for row in self._ended if row.key != key]

    def cold(self, records: Iterable[Record]) -> set[Id]:
        """The streams that these records continue and that are not in memory."""
        if self.view.subject is None:
            return set()
        reads, streams = self.view.reads, self._streams
        if self._left is not None:
            if not self._left:
                return set()
            return self._left.intersection(record.stream for record in records if record.name in reads)
        first: dict[Id, int] = {}
        for record in records:
            if record.name in reads and record.stream not in streams:
                first.setdefault(record.stream, record.version)
        return {stream for stream, version in first.items() if version > 1 and stream not in self.parked}

    def corrected(self, records: Sequence[Record]) -> set[Id]:
        """The streams that these records correct: what they said up to there must be known before they are taken."""
        if self.view.subject is None:
            return set()
        reads, correcting = self.view.reads, self._correcting
        for strike in [record for record in records if record.name in correction.NAMES and record.name in reads]:
            correcting[strike.stream] = correction.replaces_upto(strike)
        if not correcting:
            return set()
        found = {record.stream: record.version for record in records if record.stream in correcting}
        for stream, version in found.items():
            if version >= correcting[stream]:
                del correcting[stream]
        return set(found)

    def know(self, pasts: Mapping[Id, Sequence[Record]]) -> None:
        """All records of these streams up to the last of those that are taken next."""
        reads = self.view.reads
        self._pasts = {stream: [one for one in past if one.name in reads] for stream, past in pasts.items()}

    def warm(self, streams: Mapping[Id, Sequence[Record]]) -> None:
        """Bring cold streams to where the table has them."""
        for name, records in streams.items():
            if self.corrected(records):
                self.know({name: records})
            self.take(records)
        for stream in self._touched.values():
            stream.unwritten()
        self._touched, self._fresh, self._ended = {}, [], []
        if self._left is not None:
            self._left.difference_update(streams)

    def take(self, records: Iterable[Record]) -> None:
        """See the next records; `changes` says what follows from them."""
        if self.view.subject is None:
            self._take_each(records)
            return
        reads, streams, touched, past = self.view.reads, self._streams, self._touched, self._pasts
        for record in records:
            if record.name not in reads:
                continue
            name = record.stream
            stream = streams.get(name)
            if stream is None:
                if name in self.parked:
                    continue
                stream = streams[name] = Stream(self.view, name)
            touched[name] = stream
            try:
                ended = stream.take(record, past.get(name, ()))
            except Exception as error:  # noqa: BLE001  # whatever it is, it must not stop the other streams
                self.park(record, error)
                continue
            for row in ended:
                (self._ended if row.written else self._fresh).append(row)

    def changes(self) -> Changes:
        """What the table must learn of the records seen since it was last asked."""
        for stream in self._touched.values():
            self._fresh += stream.unwritten()
        changes = Changes(self._fresh, self._ended)
        self._settle()
        return changes

    def passed(self) -> Changes:
        """The same without the rows that still stand: who fills a table writes those once, at the end (`standing`)."""
        changes = Changes(self._fresh, self._ended)
        for stream in self._settle():
            changes.fresh.extend(stream.unwritten())
        return changes

    def standing(self) -> Changes:
        """The rows that stand and that the table has not."""
        return Changes([row for stream in self._streams.values() for row in stream.unwritten()], [])

    def park(self, record: Record, error: Exception) -> None:
        """Let a stream be; its rows stay as they were before the record."""
        self.parked.add(record.stream)
        self.poisons.append(Poison(record.stream, record.position, record.name, type(error).__name__))
        self._streams.pop(record.stream, None)

    def _take_each(self, records: Iterable[Record]) -> None:
        reads = self.view.reads
        for record in records:
            if record.name not in reads or record.stream in self.parked:
                continue
            try:
                self._fresh += self._rows_of(record)
            except Exception as error:  # noqa: BLE001  # as above
                self.park(record, error)

    def _rows_of(self, record: Record) -> list[Row]:
        assert self.view.each is not None, "a view has a subject, or says the rows of each record"
        values = list(self.view.each(record))
        if len(values) > EACH_MOST:
            raise OverflowError(f"more than {EACH_MOST} rows of one record")
        key, first = uuid_bytes(record.stream), record.version * EACH_MOST
        return [Row(key, no, record.position, row) for no, row in enumerate(values, first)]

    def _settle(self) -> list[Stream]:
        """Begin new lists of changes and keep the streams touched last; those that leave the memory."""
        streams = self._streams
        gone = [stream for name, stream in self._touched.items() if name not in streams]
        for name in self._touched:
            if name in streams:
                streams[name] = streams.pop(name)
        surplus = len(streams) - self._warm
        if surplus > 0:
            coldest = list(islice(streams, surplus))
            gone += [streams.pop(name) for name in coldest]
            if self._left is not None:
                self._left.update(coldest)
        self._touched, self._fresh, self._ended = {}, [], []
        return gone
