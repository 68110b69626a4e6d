"""What a change is answered: where its facts stand, that there is nothing new, or the first answer again."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import msgspec

from events.fact import Fact, Id
from events.proposal import ProposalMade
from events.request import Known
from services.ingest.asked import Asked
from services.ingest.stored import fact_of
from services.web.problem import Problem, reused


class Told(msgspec.Struct, gc=False):
    """A fact in an answer: its stored name and where it stands."""

    name: str
    position: int


class Changed(msgspec.Struct):
    """The body of an answer to a change."""

    id: Id
    stream: str
    version: int
    position: int
    facts: list[Told]


class Proposed(msgspec.Struct):
    """The same where a second person must agree."""

    proposal: Id
    stream: str
    version: int
    position: int
    facts: list[Told]


@dataclass(slots=True)
class Answer:
    """What a change comes to: its status, the body, and the stream's version and position for the headers."""

    status: int
    body: Changed | Proposed | dict[str, Any]
    version: int = 0
    position: int = 0
    replayed: bool = False
    first: Fact | None = None
    """Of the facts that were recorded."""


Outcome = Answer | Problem


def first_answer(asked: Asked[Any], known: Known) -> Outcome:
    """What the same command was answered when it was first asked; 422 where that was with another body."""
    return reused() if known.digest != asked.digest else answered(known, asked.change.ident)


def answered(known: Known, names: Callable[[Fact], Id] | None = None) -> Answer:
    """The first answer again; `names` tells the id that it names from the first fact, None: its stream's."""
    if not known.records:
        said = msgspec.json.decode(known.answer, type=dict[str, Any])
        return Answer(200, said, said["version"], said["position"], replayed=True)
    first = known.records[0]
    fact = fact_of(first)
    ident = names(fact) if names is not None else first.stream
    stored = [Told(record.name, record.position) for record in known.records]
    version = max(record.version for record in known.records if record.stream == first.stream)
    answer = appended(first.kind, first.stream, ident, version, stored, fact)
    answer.replayed = True
    return answer


def appended(kind: str, stream: Id, ident: Id, version: int, said: list[Told], first: Fact) -> Answer:
    """201 and where the facts stand; 202 where the first of them is a proposal."""
    position = said[-1].position
    if isinstance(first, ProposalMade):
        return Answer(202, Proposed(stream, f"{kind}/{stream}", version, position, said), version, position)
    return Answer(201, Changed(ident, f"{kind}/{stream}", version, position, said), version, position, first=first)
