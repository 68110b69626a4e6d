"""The way of a change: look, decide, append; and where somebody was quicker, look again and decide again."""

import asyncio
from collections.abc import Sequence
from typing import Any

import msgspec
from psycopg import Connection

from events.correction import Struck
from events.fact import Id, Record, Refused
from events.keys import Keyring
from events.ledger import Ledger
from events.member import MemberErased
from events.request import Appended, Claimed, Conflict, Request
from services.ingest.answer import Answer, Changed, Outcome, Told, answered, appended, first_answer
from services.ingest.asked import Asked, Plan
from services.ingest.requesting import reason_of, request_of
from services.ingest.sealing import Sealing
from services.ingest.streams import NotLoaded, Question, Rights, Sight, Source, Streams
from services.ingest.turns import RightOfWay, Turns
from services.web.problem import Problem, of_ledger, surprise
from services.web.rules import Rules

PATIENCE = 200
"""Rounds in which nothing came of a group of changes, before those that still wait are told to try again."""
LOSSES = 5
"""Races that a group of changes loses before it has the right of way."""

Waiting = list[tuple[int, Asked[Any]]]
Decided = tuple[int, Asked[Any], Plan, Request]
Silent = tuple[int, Asked[Any], Plan | Problem]


class Sorted:
    """One round's changes: to be asked again, to be appended, without anything to append; and what was missing."""

    def __init__(self) -> None:
        self.again: Waiting = []
        self.decided: list[Decided] = []
        self.silent: list[Silent] = []
        self.missing: set[Id] = set()
        self.persons: set[Id] = set()
        """Whose keys are missing."""


class Performer:
    """Performs changes for one process. Everything but the database's answers happens on the event loop."""

    def __init__(self, ledger: Ledger, keys: Keyring, rules: Rules | None = None, webhook_allow: str = "") -> None:
        self._ledger = ledger
        self._webhook_allow = webhook_allow
        self._rules = rules
        self._streams = Streams(ledger)
        self._sealing = Sealing(ledger, keys)
        self._turns = Turns()
        self._way = RightOfWay()

    async def perform(self, asked: Asked[Any]) -> Outcome:
        """One change, in its turn."""
        if not asked.path:
            return (await self.perform_all([asked]))[0]
        async with self._turns.of(asked.path[0]):
            return (await self.perform_all([asked]))[0]

    async def perform_all(self, changes: Sequence[Asked[Any]]) -> list[Outcome]:
        """Many changes, each of which succeeds or fails alone; those that touch the same stream keep their order."""
        outcomes: dict[int, Outcome] = {}
        waiting = list(enumerate(changes))
        patience, losses = PATIENCE, 0
        with self._way.behind() as place:
            while waiting and patience:
                before = len(waiting)
                await (place.take() if losses >= LOSSES else place.let_pass())
                waiting, has_lost = await self._round(waiting, outcomes)
                came_to_something = len(waiting) < before
                patience = PATIENCE if came_to_something else patience - 1
                losses = 0 if came_to_something else losses + has_lost
        for number, _asked in waiting:
            outcomes[number] = Problem(
                409, "conflict", "others changed the same at the same time, again and again; please try again"
            )
        for number, asked in enumerate(changes):
            if asked.change.shows is not None:
                outcomes[number] = await asyncio.to_thread(self._shown, asked, outcomes[number])
        return [outcomes[number] for number in range(len(changes))]

    def answered(self, commands: Sequence[Id]) -> dict[Id, Answer]:
        """What commands were answered that came to something, whose changes name what they make; off the event loop."""
        return {command: answered(known) for command, known in self._ledger.all_known(commands).items()}

    async def expect(self, streams: Sequence[Id], persons: Sequence[Id]) -> None:
        """Say what will be made, by ids that nobody has: it need not be looked for, and persons get keys at once."""
        self._streams.keep({stream: [] for stream in streams})
        if persons:
            await asyncio.to_thread(self._sealing.make, set(persons))

    def let_go(self, streams: Sequence[Id], persons: Sequence[Id]) -> None:
        """What thousands of rows have made is looked at no more: it would only push out what others look at."""
        self._streams.forget(streams)
        self._sealing.forget(*persons)

    async def _round(self, waiting: Waiting, outcomes: dict[int, Outcome]) -> tuple[Waiting, bool]:
        """Decide all that can be decided now and append it; answers those to be asked again, and if any lost a race."""
        sorted_ = self._sort(waiting)
        again = sorted_.again
        lost: Waiting = []
        known: Waiting = []
        if sorted_.decided:
            lost, known = await self._append(sorted_.decided, outcomes)
        if sorted_.silent:
            lost += await self._end(sorted_.silent, known, outcomes)
        again += lost
        if known:
            await self._answer_again(known, outcomes)
        if sorted_.missing:
            self._streams.keep(await asyncio.to_thread(self._fetch, sorted_.missing))
        if sorted_.persons:
            await asyncio.to_thread(self._sealing.make, sorted_.persons)
        asking = [(number, asked) for number, asked in again if asked.question is not None]
        if asking:
            await asyncio.gather(*[self._learn(number, asked, outcomes) for number, asked in asking])
            again = [(number, asked) for number, asked in again if number not in outcomes]
        again.sort(key=lambda pair: pair[0])
        return again, bool(lost)

    def _sort(self, waiting: Waiting) -> Sorted:
        """Decide each in turn. What must see what an earlier one of this very round does is put off to the next."""
        sorted_ = Sorted()
        touched: set[Id] = set()
        rights: Rights = {}
        unsure = False
        for number, asked in waiting:
            if asked.behind in touched:
                # As it was the last time: what it writes is known, so nobody else need wait for it to be decided again.
                sorted_.again.append((number, asked))
                touched.add(asked.ident())
                asked.answers.clear()
                continue
            if not touched.isdisjoint(asked.path):
                # Its turn cannot be now, so it is not even decided: many lines to one stream stay cheap.
                sorted_.again.append((number, asked))
                touched.update(asked.path, (asked.ident(),))
                unsure = unsure or not asked.change.writes_its_path
                asked.answers.clear()
                continue
            plan = self._decide(asked, sorted_, rights)
            if plan is None:
                # Nobody knows yet what it will write, so whoever comes after it waits: order is kept.
                unsure = True
            elif not unsure and touched.isdisjoint(asked.sight.seen):
                if isinstance(plan, Plan) and (plan.has_facts or asked.key is not None):
                    sorted_.decided.append((number, asked, plan, self._request(asked, plan)))
                    touched.update([part.stream for part in plan.parts], (asked.ident(),))
                else:
                    sorted_.silent.append((number, asked, plan))
                continue
            elif isinstance(plan, Plan):
                touched.update([part.stream for part in plan.parts], (asked.ident(),))
                asked.behind = plan.parts[0].stream if len(plan.parts) == 1 else Id("")
            else:
                touched.update(asked.path, (asked.ident(),))
            sorted_.again.append((number, asked))
            if plan is not None:
                asked.answers.clear()
        return sorted_

    async def _end(self, silent: list[Silent], known: Waiting, outcomes: dict[int, Outcome]) -> Waiting:
        """Refusals and what is nothing new, where what they saw is still so; answers those that saw an older state."""
        again: Waiting = []
        seen = {stream for _, asked, _ in silent for stream in asked.sight.seen}
        stand = await asyncio.to_thread(self._ledger.versions, list(seen)) if seen else {}
        for number, asked, plan in silent:
            stale = [stream for stream, version in asked.sight.seen.items() if stand.get(stream, 0) != version]
            if stale:
                self._streams.forget(stale)
                asked.answers.clear()
                again.append((number, asked))
                continue
            outcomes[number] = plan if isinstance(plan, Problem) else self._nothing_new(plan)
            if asked.key is not None:
                known.append((number, asked))
        return again

    def _decide(self, asked: Asked[Any], sorted_: Sorted, rights: Rights) -> Plan | Problem | None:
        """What the decision says; None where it must be asked again when more is in memory."""
        asked.sight = Sight(self._streams, asked.answers, rights, asked.now.date())
        try:
            plan: Plan = asked.change.plan(asked)
            for part in plan.parts:
                if part.stream not in asked.sight.seen:
                    asked.sight.warm(part.stream)
            if asked.if_match is not None:
                self._must_match(asked, plan)
            plan.seals = self._sealing.seals(plan, asked.sight, reason_of(asked, plan))
        except NotLoaded as unseen:
            sorted_.missing.update(unseen.streams)
            sorted_.persons.update(unseen.persons)
            asked.question = unseen.question
            return None
        except (Refused, Problem) as refusal:
            return of_ledger(refusal)
        except Exception as error:  # noqa: BLE001  # a mistake in one change is that change's alone
            return surprise(asked.change.path, error)
        return plan

    async def _learn(self, number: int, asked: Asked[Any], outcomes: dict[int, Outcome]) -> None:
        """Ask the question that stopped a decision; where it cannot be answered, that is the outcome."""
        question, asked.question = asked.question, None
        if question is None:
            return
        try:
            asked.answers[question] = await asyncio.to_thread(self._answer_to, question)
        except Exception as error:  # noqa: BLE001  # the others of its batch do not suffer for it
            outcomes[number] = of_ledger(error) or surprise(asked.change.path, error)

    def _fetch(self, streams: set[Id]) -> dict[Id, list[Record]]:
        return self._sealing.opened(self._streams.fetch(streams))

    def _answer_to(self, question: Question) -> Any:
        with self._ledger.connection() as connection:
            return question.ask(self._source(connection))

    def _source(self, connection: Connection[Any]) -> Source:
        return Source(connection, self._sealing.keys, self._rules, self._webhook_allow)

    def _shown(self, asked: Asked[Any], outcome: Outcome) -> Outcome:
        """The answer with what it says besides, the same when it is answered again; off the event loop."""
        if not (isinstance(outcome, Answer) and isinstance(outcome.body, Changed) and outcome.first is not None):
            return outcome
        stream = Id(outcome.body.stream.partition("/")[2])
        try:
            with self._ledger.connection() as connection:
                shown = asked.change.shows(self._source(connection), stream, outcome.first)  # type: ignore[misc]
        except Exception as error:  # noqa: BLE001  # it is on record, and asked again under its key it is shown
            return of_ledger(error) or surprise(asked.change.path, error)
        outcome.body = {**msgspec.structs.asdict(outcome.body), **shown}
        return outcome

    async def _append(self, decided: list[Decided], outcomes: dict[int, Outcome]) -> tuple[Waiting, Waiting]:
        """Append what was decided; answers those who lost a race, and those whose command was known."""
        lost: Waiting = []
        replayed: Waiting = []
        results = await self._ledger.append_all([request for *_, request in decided])
        for (number, asked, plan, request), result in zip(decided, results, strict=True):
            if isinstance(result, Appended) and result.facts and not result.replayed:
                outcomes[number] = self._appended(plan, request, result)
                continue
            # Who is told that something is taken may find, looking again, that it was taken by the very same.
            second_look = isinstance(result, Claimed) and not asked.looked_twice
            if isinstance(result, Conflict) or second_look:
                asked.looked_twice = asked.looked_twice or second_look
                self._streams.forget([write.stream for write in request.writes])
                self._streams.forget([stream for stream, _ in request.conditions])
                asked.answers.clear()
                lost.append((number, asked))
            elif isinstance(result, Exception):
                # Perhaps it is stored and only the answer was lost: what we believe of these streams may be old.
                self._streams.forget([write.stream for write in request.writes])
                outcomes[number] = of_ledger(result) or surprise(asked.change.path, result)
            elif result.replayed:
                self._streams.forget([write.stream for write in request.writes])
                replayed.append((number, asked))
            else:
                outcomes[number] = self._nothing_new(plan)
        return lost, replayed

    async def _answer_again(self, waiting: Waiting, outcomes: dict[int, Outcome]) -> None:
        """The first answers of those whose commands are known; a refusal stays where one never came to anything."""
        known = await asyncio.to_thread(self._ledger.all_known, [asked.command for _, asked in waiting])
        for number, asked in waiting:
            if asked.command in known:
                outcomes[number] = first_answer(asked, known[asked.command])

    def _request(self, asked: Asked[Any], plan: Plan) -> Request:
        answer = b"" if plan.has_facts else msgspec.json.encode(self._nothing_new(plan).body)
        return request_of(asked, plan, self._sealing.blind, answer)

    def _appended(self, plan: Plan, request: Request, result: Appended) -> Answer:
        position, version = result.first, 0
        said: list[Told] = []
        parts = [part for part in plan.parts if part.facts]
        for part, (stream, expected, entries) in zip(parts, request.writes, strict=True):
            warm = self._streams.get(stream)
            if warm is not None and warm.version != expected:
                self._streams.forget([stream])
                warm = None
            for fact, (name, on, _) in zip(part.all_facts, entries, strict=True):
                if warm is not None:
                    warm.see(name, fact, on, position)
                said.append(Told(name, position))
                position += 1
            if stream == plan.stream:
                version = expected + len(entries)
            if any(isinstance(fact, MemberErased) for fact in part.all_facts):
                self._sealing.forget(stream)
                self._streams.forget([stream])
            elif isinstance(part.facts[0], Struck):
                # What is known of it has to be seen anew, without what was struck.
                self._streams.forget([stream])
        return appended(plan.kind, plan.stream, plan.ident or plan.stream, version, said, parts[0].facts[0])

    def _nothing_new(self, plan: Plan) -> Answer:
        warm = self._streams.get(plan.stream)
        version, position = (warm.version, warm.position) if warm is not None else (0, 0)
        body = Changed(plan.ident or plan.stream, f"{plan.kind}/{plan.stream}", version, position, [])
        return Answer(200, body, version, position)

    def _must_match(self, asked: Asked[Any], plan: Plan) -> None:
        version = asked.sight.warm(plan.against or plan.stream).version
        if version != asked.if_match:
            raise Problem(412, "stale", f"the stream stands at version {version}", headers={"ETag": f'"{version}"'})
