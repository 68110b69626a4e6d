"""Corrections of hand-over lists: what is struck through of the list is so of everybody on it, in one append."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from events.claims import claims
from events.collective_transfer import CollectiveTransfer, transfer_of
from events.correction import effective, fold, strike
from events.fact import Fact, Id, Record, Refused
from events.member import Member, TransferIntroduced, TransferReceived
from services.ingest.asked import Asked, Change, Part, Plan
from services.ingest.changes.instead import PATHS, asked_again, place_of
from services.ingest.changes.resting import (
    as_they_stood,
    histories_of,
    history_of,
    must_be_among_living,
    must_still_fold,
)
from services.ingest.proposing import propose
from services.ingest.stored import fact_of

INTRODUCED, RECEIVED = "member.transfer_introduced", "member.transfer_received"
ON_A_LIST = frozenset({INTRODUCED, RECEIVED})
"""What a member's own stream says of a list."""
OF_EACH = {"collective_transfer.introduced": INTRODUCED, "collective_transfer.received": RECEIVED}
"""What it is called in their streams."""


class Theirs(NamedTuple):
    """What the list's fact came to in a member's stream, which has this history."""

    history: Sequence[Record]
    record: Record
    before: Member


class Again(NamedTuple):
    """The change as it should have been asked, and what it comes to, by stream."""

    asked: Asked[Any]
    facts: Mapping[Id, Sequence[Fact]]
    releases: Sequence[tuple[str, Id]]


def correct_list(asked: Asked[Any], record: Record, same: Change[Any]) -> Plan:
    """The plan of striking through what `record` says of a list; `same` is the change that recorded it.

    Whoever was meanwhile answered by himself, or struck from the list alone, keeps what is on record of him.

    Raises:
        Refused: `correction.struck_already`, `correction.depended_on` (the reception is on record, or something rests
            on what one of them did), `correction.cell_ended`, `correction.instead`, or any rule of the change itself.
        Problem: 403, 422.
    """
    history = history_of(asked, record.stream)
    standing = effective(history)
    strike(record.kind, standing, record.position, 0, asked.on)
    number = [one.position for one in standing].index(record.position)
    if number < len(standing) - 1:
        raise Refused("correction.depended_on", "its reception is on record: strike that through first", "/position")
    whole, before = fold(CollectiveTransfer, standing, fact_of), fold(CollectiveTransfer, standing[:number], fact_of)
    assert isinstance(whole, CollectiveTransfer), "a list is a list"
    assert whole.introduced is not None, "it was on record"
    organisation = whole.introduced.to if whole.received is not None else whole.introduced.from_cell
    asked.must_reach(organisation)
    theirs = _theirs(asked, record, whole)
    otherwise = {one: told.before for one, told in theirs.items()} | {record.stream: before}
    again = _again(asked, record, same, {**as_they_stood(asked, record, standing[:number]), **otherwise})
    parts = [_part(asked, record.stream, history, record, again)]
    for number, (member, told) in enumerate(theirs.items(), start=1):
        try:
            parts.append(_part(asked, member, told.history, told.record, again))
        except Refused as refused:
            raise Refused(refused.rule, f"{refused} (number {number} of those on it)", refused.pointer) from None
    struck = {part.stream for part in parts}
    parts += [
        Part(one, facts, again.asked.on, again.asked.body) for one, facts in again.facts.items() if one not in struck
    ]
    releases = [
        claim
        for one in (record, *(told.record for told in theirs.values()))
        for claim in claims(fact_of(one), one.stream)[0]
    ]
    plan = Plan(record.stream, record.kind, parts, releases=[*releases, *again.releases])
    return propose(asked, plan, organisation, path=f"/corrections/{record.position}")


def must_be_on_a_list(record: Record, *, is_told_again: bool) -> None:
    """What a change wrote about several at once is not struck through of one alone, but for who is on a list.

    Raises:
        Refused: `correction.of_many`, `correction.of_list` (of one alone an introduction is not told again).
    """
    if record.name not in ON_A_LIST:
        raise Refused(
            "correction.of_many", "that change wrote about several at once: undo it by a change of its own", "/position"
        )
    if is_told_again and record.name == INTRODUCED:
        raise Refused(
            "correction.of_list",
            "he was sent with others: correct their list, or strike this through and introduce him by himself",
            "/instead",
        )


def _theirs(asked: Asked[Any], record: Record, whole: CollectiveTransfer) -> dict[Id, Theirs]:
    """Of each in whose stream it still stands, in the order of the list."""
    assert whole.introduced is not None, "it was on record"
    members = whole.received.members if whole.received is not None else whole.introduced.members
    found: dict[Id, Theirs] = {}
    for member, history in histories_of(asked, members).items():
        standing = effective(history)
        for number, one in enumerate(standing):
            # By the command it is told from a reception of him alone.
            if (one.name, one.command) != (OF_EACH[record.name], record.command):
                continue
            said = fact_of(one)
            assert isinstance(said, TransferIntroduced | TransferReceived), "it is called so"
            if said.transfer == transfer_of(record.stream, member):
                before = fold(Member, standing[:number], fact_of)
                assert isinstance(before, Member), "he is one"
                found[member] = Theirs(history, one, before)
    return {member: found[member] for member in members if member in found}


def _again(asked: Asked[Any], record: Record, same: Change[Any], otherwise: Mapping[Id, Any]) -> Again:
    if asked.body.instead is None:
        return Again(asked, {}, ())
    assert same.path == PATHS[record.name], "it is the same change"
    inner = asked_again(asked, record, place_of(record, otherwise[record.stream]), same, otherwise)
    plan = same.plan(inner)
    if plan.stream != record.stream or not plan.has_facts:
        raise Refused(
            "correction.instead", "what stands instead is a change of the same, and of nothing else", "/instead"
        )
    return Again(inner, {part.stream: part.facts for part in plan.parts}, plan.releases)


def _part(asked: Asked[Any], stream: Id, history: Sequence[Record], record: Record, again: Again) -> Part:
    """What is struck through in one stream, and what stands there instead."""
    facts = list(again.facts.get(stream, ()))
    today = asked.now.date()
    struck = strike(record.kind, effective(history), record.position, len(facts), today)
    days = [today] * len(struck) + [again.asked.on] * len(facts)
    after = must_still_fold(record.kind, history, [*struck, *facts], days)
    if record.kind == Member.KIND:
        must_be_among_living(asked, fold(Member, history, fact_of), after)
    then = Part(stream, facts, again.asked.on, again.asked.body) if facts else None
    return Part(stream, struck, today, then=then)
