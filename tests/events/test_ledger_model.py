"""The ledger against a model of thirty lines: whatever is asked in whatever order, both answer the same."""

import asyncio
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from events.fact import Id
from events.ledger import Ledger
from events.request import Appended, Claimed, CommandReused, Conflict, Request, Write
from tests.database import Database
from tests.events.appending import entries, must_agree, new


class Model:
    """What a ledger is, if one forgets that it is fast, durable and shared."""

    def __init__(self) -> None:
        self.versions: dict[Id, int] = {}
        self.holders: dict[str, Id] = {}
        self.commands: dict[Id, tuple[int, int]] = {}

    def append(self, request: Request) -> tuple[Any, ...]:
        """What comes of it: the outcome's class, and what else is certain."""
        if request.command in self.commands:
            digest, facts = self.commands[request.command]
            return (CommandReused,) if digest != request.digest else (Appended, facts, True)
        looked_at = [(write.stream, write.expected) for write in request.writes if write.entries]
        looked_at += [(write.stream, write.expected) for write in request.writes if not write.entries]
        if any(self.versions.get(stream, 0) != version for stream, version in [*looked_at, *request.conditions]):
            return (Conflict,)
        if any(claim in self.holders for claim, _ in request.takes):
            return (Claimed,)
        if any(self.holders.get(claim) != stream for claim, stream in request.releases):
            return (Claimed,)
        for claim, _ in request.releases:
            del self.holders[claim]
        self.holders.update(request.takes)
        for write in request.writes:
            self.versions[write.stream] = self.versions.get(write.stream, 0) + len(write.entries)
        self.commands[request.command] = (request.digest, request.size)
        return (Appended, request.size, False)


CHOICE = st.integers(0, 3)
NEARLY_RIGHT = st.sampled_from([0, 0, 0, 0, 0, 0, 1, -1])


class Machine(RuleBasedStateMachine):
    """Few streams, claims and commands, so that they meet often. One ledger for all: ids are new in each run."""

    ledger: Ledger

    @initialize()
    def begin(self) -> None:
        self.model = Model()
        self.streams = [new() for _ in range(4)]
        self.commands = [new() for _ in range(4)]
        self.first: dict[Id, Appended] = {}
        self.appended: list[tuple[Request, Appended]] = []

    def request(self, data: st.DataObject) -> Request:
        draw = data.draw
        command = self.commands[draw(CHOICE)] if draw(st.integers(0, 4)) == 0 else new()
        chosen = draw(st.lists(CHOICE, max_size=3, unique=True))
        looked_at = draw(st.lists(CHOICE, max_size=1).filter(lambda them: not set(them) & set(chosen)))
        wanted = draw(st.lists(CHOICE, max_size=2, unique=True))
        takes, releases = [], []
        for number in wanted:
            claim = f"claim:{self.streams[number]}"
            holder = self.model.holders.get(claim)
            if holder is None or draw(st.integers(0, 4)) == 0:
                takes.append((claim, self.streams[draw(CHOICE)]))
            else:
                releases.append((claim, holder if draw(st.integers(0, 4)) else self.streams[draw(CHOICE)]))
        return Request(
            command,
            "an office",
            [
                Write(self.streams[n], self.version(n, draw(NEARLY_RIGHT)), entries(draw(st.integers(0, 3))))
                for n in chosen
            ],
            digest=draw(st.sampled_from([1, 1, 1, 2])),
            conditions=[(self.streams[n], self.version(n, draw(NEARLY_RIGHT))) for n in looked_at],
            takes=takes,
            releases=releases,
            answer=b"nothing",
        )

    def version(self, number: int, off: int) -> int:
        return self.model.versions.get(self.streams[number], 0) + off

    @rule(data=st.data())
    def append(self, data: st.DataObject) -> None:
        request = self.request(data)
        self.compare(request, self.ledger_says([request])[0])

    @rule(data=st.data(), number=st.integers(2, 6))
    def append_together(self, data: st.DataObject, number: int) -> None:
        """All drawn from the state before: many of them fight each other, and the first wins."""
        requests = [self.request(data) for _ in range(number)]
        for request, outcome in zip(requests, self.ledger_says(requests), strict=True):
            self.compare(request, outcome)

    def ledger_says(self, requests: list[Request]) -> list[Appended | Exception]:
        if len(requests) > 1:
            return asyncio.run(self.ledger.append_all(requests))
        try:
            return [self.ledger.append(requests[0])]
        except (Conflict, Claimed, CommandReused) as refusal:
            return [refusal]

    def compare(self, request: Request, outcome: Appended | Exception) -> None:
        expected = self.model.append(request)
        if not isinstance(outcome, Appended):
            assert (type(outcome),) == expected
            return
        assert (Appended, outcome.facts, outcome.replayed) == expected
        if outcome.replayed:
            assert outcome == self.first[request.command]._replace(replayed=True)
        else:
            self.first[request.command] = outcome
            self.appended.append((request, outcome))

    @invariant()
    def what_was_appended_is_there(self) -> None:
        if not hasattr(self, "model"):
            return
        assert self.ledger.versions(self.streams) == {s: v for s, v in self.model.versions.items() if v}
        assert self.ledger.holders([f"claim:{s}" for s in self.streams]) == self.model.holders

    def teardown(self) -> None:
        if not hasattr(self, "model"):
            return
        for request, outcome in self.appended:
            records = self.ledger.at(range(outcome.first, outcome.first + outcome.facts))
            said = [(write.stream, entry.data) for write in request.writes for entry in write.entries]
            assert [(record.stream, record.data) for record in records] == said
            assert {(r.command, r.recorded) for r in records} <= {(request.command, outcome.recorded)}
        for stream, records in self.ledger.streams(self.streams).items():
            assert [r.version for r in records] == list(range(1, self.model.versions.get(stream, 0) + 1))


@pytest.mark.parametrize("runs", [25, pytest.param(1000, marks=[pytest.mark.long, pytest.mark.timeout(3600)])])
def test_it_answers_as_its_model_does(database: Database, runs: int) -> None:
    with Ledger(database.app) as ledger:
        machine = type("Machine", (Machine,), {"ledger": ledger})
        run_state_machine_as_test(
            machine,
            settings=settings(
                max_examples=runs, stateful_step_count=15, deadline=None, suppress_health_check=list(HealthCheck)
            ),
        )
    must_agree(database.app)
