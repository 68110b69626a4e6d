"""A request in the form in which the database takes it: packed once, before its group is known."""

import struct
from collections.abc import Mapping, Sequence

from events import packed, rows
from events.request import Request, Unless
from events.rows import Oids, uuid_bytes

NONE: Sequence[bytes] = ()


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
        begun: list[bytes] = []
        continued: list[bytes] = []
        facts: list[bytes] = []
        conditions = [rows.condition(command, uuid_bytes(of), version) for of, version in request.conditions]
        reason, by = request.reason.encode(), actors[request.by]
        for stream, expected, entries in request.writes:
            key = uuid_bytes(stream)
            if not entries:
                conditions.append(rows.condition(command, key, expected))
                continue
            head = rows.head(command, key, expected, expected + len(entries))
            (continued if expected else begun).append(head)
            same = rows.facts_end(request.cause, request.digest, by, key, command, reason)
            facts += rows.facts(expected, entries, names, same)
        self.begun, self.continued, self.conditions, self.facts = begun, continued, conditions, facts
        self.claims = rows.claims(command, request) if request.takes or request.releases else NONE
        self.silent = NONE if facts else [rows.silent(command, request.digest, request.answer)]


def pack_group(parcels: Sequence[Parcel], facts: int, oids: Oids) -> list[bytes]:
    """So many facts in all, as the seven values of `ledger.append`."""
    begun: list[bytes] = []
    continued: list[bytes] = []
    conditions: list[bytes] = []
    claims: list[bytes] = []
    pieces: list[bytes] = []
    silent: list[bytes] = []
    for parcel in parcels:
        begun += parcel.begun
        pieces += parcel.facts
        if parcel.continued:
            continued += parcel.continued
        if parcel.conditions:
            conditions += parcel.conditions
        if parcel.claims:
            claims += parcel.claims
        if parcel.silent:
            silent += parcel.silent
    return [
        packed.uuids([parcel.command for parcel in parcels]),
        rows.array(oids.head, len(begun), begun),
        rows.array(oids.head, len(continued), continued),
        rows.array(oids.condition, len(conditions), conditions),
        rows.array(oids.claim, len(claims), claims),
        rows.array(oids.fact, facts, pieces),
        rows.array(oids.silent, len(silent), silent),
    ]


def pack_unless(unless: Unless) -> list[bytes]:
    """The first three values of `ledger.append_unless`; the others are those of `ledger.append`."""
    ids = packed.uuids([uuid_bytes(ident) for ident in unless.ids])
    return [unless.after.to_bytes(8, "big"), ids, packed.texts(unless.names)]


def is_plain(request: Request) -> bool:
    """One fact for one stream, with no conditions and no claims."""
    return (
        len(request.writes) == 1
        and len(request.writes[0].entries) == 1
        and not (request.conditions or request.takes or request.releases or request.unless)
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
