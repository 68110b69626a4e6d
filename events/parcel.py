"""A request in the form in which the database takes it: packed once, before its group is known."""

import struct
from collections.abc import Mapping, Sequence

from events import packed, rows
from events.request import Request
from events.rows import Oids, uuid_bytes


class Parcel:
    """The rows of one request, each array's apart."""

    __slots__ = ("begun", "claims", "command", "conditions", "continued", "facts", "silent")

    def __init__(self, request: Request, names: Mapping[str, int], actors: Mapping[str, int]) -> None:
        """Packs it; `names` and `actors` are the numbers that stand for them.

        Raises:
            KeyError: one of them has no number there.
            ValueError, OverflowError, struct.error: it cannot be stored.
        """
        command = self.command = uuid_bytes(request.command)
        self.begun: list[bytes] = []
        self.continued: list[bytes] = []
        self.conditions = [rows.condition(command, uuid_bytes(of), version) for of, version in request.conditions]
        self.claims = rows.claims(command, request)
        self.facts: list[bytes] = []
        reason, by = request.reason.encode(), actors[request.by]
        for stream, expected, entries in request.writes:
            key = uuid_bytes(stream)
            if not entries:
                self.conditions.append(rows.condition(command, key, expected))
                continue
            heads = self.continued if expected else self.begun
            heads.append(rows.head(command, key, expected, expected + len(entries)))
            same = rows.facts_end(request.cause, request.digest, by, key, command, reason)
            self.facts += rows.facts(expected, entries, names, same)
        self.silent = [] if self.facts else [rows.silent(command, request.digest, request.answer)]


def pack_group(parcels: Sequence[Parcel], facts: int, oids: Oids) -> list[bytes]:
    """So many facts in all, as the seven values of `ledger.append`."""
    begun = [row for parcel in parcels for row in parcel.begun]
    continued = [row for parcel in parcels for row in parcel.continued]
    conditions = [row for parcel in parcels for row in parcel.conditions]
    claims = [row for parcel in parcels for row in parcel.claims]
    pieces = [piece for parcel in parcels for piece in parcel.facts]
    silent = [row for parcel in parcels for row in parcel.silent]
    return [
        packed.uuids([parcel.command for parcel in parcels]),
        rows.array(oids.head, len(begun), begun),
        rows.array(oids.head, len(continued), continued),
        rows.array(oids.condition, len(conditions), conditions),
        rows.array(oids.claim, len(claims), claims),
        rows.array(oids.fact, facts, pieces),
        rows.array(oids.silent, len(silent), silent),
    ]


def is_plain(request: Request) -> bool:
    """One fact for one stream, with neither conditions nor claims."""
    return (
        len(request.writes) == 1
        and len(request.writes[0].entries) == 1
        and not (request.conditions or request.takes or request.releases)
    )


def pack_one(request: Request, names: Mapping[str, int], actors: Mapping[str, int]) -> list[bytes]:
    """A plain request as the ten values of `ledger.append_one`."""
    stream, expected, entries = request.writes[0]
    name, on, data = entries[0]
    return [
        struct.pack(">q", request.cause), struct.pack(">q", request.digest), struct.pack(">i", expected),
        struct.pack(">i", on.toordinal() - packed.PG_EPOCH), struct.pack(">i", actors[request.by]),
        struct.pack(">h", names[name]),
        uuid_bytes(stream), uuid_bytes(request.command), request.reason.encode(), data,
    ]  # fmt: skip
