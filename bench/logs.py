"""Logs to make a view from: one of sanctions alone, and one of members' lives, in which a sanction is one in ten."""

from collections.abc import Iterator, Sequence
from datetime import date

from bench.facts import ACTOR, DATA, NAME, STREAM_LENGTH
from events import wire
from events.fact import Fact, Id, stored_name
from events.member.facts import (
    MemberAdmitted,
    MemberDisciplined,
    ResidenceDeclared,
    RewardForm,
    RewardGiven,
    SanctionForm,
    Status,
)
from events.papers import Decision
from events.request import Entry, Request, Write
from services.ingest.asked import new_id

STREAMS_AT_ONCE = 1000
CELL = Id("0199f0a0-0000-7000-8000-000000000003")


def sanctions(total: int) -> Iterator[Request]:
    """Members disciplined ten times each, a year and more apart: every record is one that `sanctions` reads."""
    return _in_turn(total, [Entry(NAME, _day(version), DATA) for version in range(STREAM_LENGTH)])


def lives(total: int) -> Iterator[Request]:
    """Members admitted, housed, rewarded seven times, and disciplined once."""
    facts: list[Fact] = [
        MemberAdmitted(name="Nguyễn Thị Lan", cell=CELL, status=Status.OFFICIAL, admitted_on=_day(0)),
        ResidenceDeclared(committee=CELL),
        *(RewardGiven(form=RewardForm.COMMENDATION, decision=_paper(n)) for n in range(STREAM_LENGTH - 3)),
        MemberDisciplined(form=SanctionForm.REPRIMAND, decision=_paper(9)),
    ]
    return _in_turn(total, [Entry(stored_name(fact), _day(n), wire.encode(fact)) for n, fact in enumerate(facts)])


def a_reward(number: int) -> Entry:
    """One that no other number gives."""
    given = RewardGiven(form=RewardForm.COMMENDATION, decision=_paper(number))
    return Entry(stored_name(given), _day(number), wire.encode(given))


LOGS = {"sanctions": sanctions, "lives": lives}


def _in_turn(total: int, entries: Sequence[Entry]) -> Iterator[Request]:
    """So many facts in all, these ten on each stream; a thousand streams in turn, so that none lies in one piece."""
    for _ in range(0, total, STREAMS_AT_ONCE * STREAM_LENGTH):
        streams = [new_id() for _ in range(min(STREAMS_AT_ONCE, total // STREAM_LENGTH))]
        for version, entry in enumerate(entries):
            yield from (Request(new_id(), ACTOR, [Write(stream, version, [entry])]) for stream in streams)


def _day(version: int) -> date:
    return date(2010 + version % 16, 1 + version % 12, 1)


def _paper(number: int) -> Decision:
    return Decision(number=f"{number}-QĐ/ĐU", on=_day(number), by="Ban Thường vụ Đảng ủy")
