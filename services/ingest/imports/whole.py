"""A row goes in whole or not at all: its steps are decided one on top of the other, and appended as one."""

from typing import Any
from uuid import UUID, uuid5

from msgspec import field
from msgspec.structs import replace

from events.claims import claims
from events.fact import Id, Refused, stored_name
from events.organisation import Organisation
from services.access import Caller, Relation
from services.ingest.asked import Asked, Change, Part, Plan
from services.ingest.bodies import Body
from services.ingest.imports.cells import Unclear
from services.ingest.imports.step import Step
from services.ingest.streams import HolderOf, Question, Sight, Warm, nothing_said
from services.web.problem import Problem, of_ledger


class RowAsked(Asked[Body]):
    """What a row asks: the changes of its steps, in their order, all or none."""

    steps: list[Step] = field(default_factory=list)


class Refusal(Problem):
    """A row that is refused: by which rule, where, and why; `why` is None where the words of the rule are wanted."""

    def __init__(
        self, column: str | None, rule: str, detail: str, *, why: str | None = None, status: int = 409
    ) -> None:
        super().__init__(status, rule, detail)
        self.column = column
        self.why = why


class Layer(Sight):
    """What stands on record with the earlier steps of the same row on top of it."""

    __slots__ = ("_layer", "_taken", "_under")

    def __init__(self, under: Sight) -> None:
        super().__init__(under._streams, under._answers, under._rights, under.today)  # noqa: SLF001  # its own kind
        self._under = under
        self._layer: dict[Id, Warm] = {}
        self._taken: dict[str, Id] = {}
        self.looked_at = under.looked_at
        self.seen = under.seen

    def warm(self, stream: Id) -> Warm:
        """The stream with what this row has said of it."""
        return self._layer.get(stream) or self._under.warm(stream)

    def of(self, state: type[Any], stream: Id) -> Any:
        """Its state; the condition is on what stands on record."""
        if stream not in self.looked_at:
            self.looked_at[stream] = self._under.warm(stream).version
        known = self.warm(stream).state
        return known if isinstance(known, state) else nothing_said(state)

    def need(self, streams: Any) -> None:
        """The same of those that are not this row's own."""
        self._under.need(stream for stream in streams if stream not in self._layer)

    def answer(self, question: Question) -> Any:
        """The same, and claims that this row has taken."""
        if isinstance(question, HolderOf) and question.claim in self._taken:
            return self._taken[question.claim]
        return self._under.answer(question)

    def reaches(self, caller: Caller, relation: Relation, organisation: Id | None) -> bool:
        """The same; what this row establishes is reached by who reaches what it stands below."""
        if organisation is not None and organisation in self._layer:
            state = self._layer[organisation].state
            above = state.above_on(self.today) if isinstance(state, Organisation) else None
            return self._under.reaches(caller, relation, above)
        return self._under.reaches(caller, relation, organisation)

    def take(self, plan: Plan) -> None:
        """One step's facts are seen by those after it."""
        for part in plan.parts:
            if not part.facts:
                continue
            top = self._layer.get(part.stream)
            if top is None:
                top = self._layer[part.stream] = self._under.warm(part.stream).copy()
            for piece in part.pieces:
                assert piece.on is not None, "a step says its day"
                for fact in piece.facts:
                    top.see(stored_name(fact), fact, piece.on, top.position + 1)
                    self._taken.update(claims(fact, part.stream)[0])


def decide(asked: Asked[Any]) -> Plan:
    """One plan of all steps.

    Raises:
        Refusal: a rule forbids one of them; it names the column that the field at fault stands in.
    """
    assert isinstance(asked, RowAsked), "only rows are asked so"
    plans: list[Plan] = []
    sight: Sight = asked.sight if len(asked.steps) == 1 else Layer(asked.sight)
    for number in range(len(asked.steps)):
        plan = _decide(asked, number, sight)
        if plan is None:
            continue
        plans.append(plan)
        if isinstance(sight, Layer) and number + 1 < len(asked.steps):
            sight.take(plan)
    return _together(plans) if plans else Plan.one(asked.new_id, "", [])


def _decide(asked: RowAsked, number: int, sight: Sight) -> Plan | None:
    step = asked.steps[number]
    try:
        if step.is_due is not None and not step.is_due(sight):
            return None
        inner = _inner(asked, number, sight)
        plan = step.change.plan(inner)
    except Unclear as unclear:
        raise Refusal(unclear.column, unclear.rule, unclear.why, why=unclear.why) from None
    except (Refused, Problem) as refusal:
        raise _said(step, refusal) from None
    reason = step.body.reason or ""
    if reason and any("reason" in fact.__struct_fields__ for part in plan.parts for fact in part.all_facts):
        reason = ""  # what the change tells as its own is not said twice
    for part in plan.parts:
        for piece in part.pieces:
            piece.on, piece.body, piece.reason = piece.on or inner.on, piece.body or step.body, reason
    return plan


def _inner(asked: RowAsked, number: int, sight: Sight) -> Asked[Any]:
    """The step as if it had been asked alone; what it makes has the same ids at every attempt."""
    step = asked.steps[number]
    ident = asked.new_id if number == 0 else Id(str(uuid5(UUID(asked.new_id), str(number))))
    inner = Asked(step.change, step.path, step.body, asked.caller, asked.now, numbers=step.numbers, new_id=ident)
    inner.answers, inner.sight = asked.answers, sight
    return inner


def _said(step: Step, refusal: Refused | Problem) -> Refusal:
    problem = of_ledger(refusal)
    assert problem is not None, "both are problems to the outside"
    pointers = [pointer for pointer, _ in problem.errors]
    column = next((step.columns[pointer] for pointer in pointers if pointer in step.columns), step.column)
    return Refusal(column, problem.rule, problem.detail, status=problem.status)


def _together(plans: list[Plan]) -> Plan:
    """The parts of all, those for the same stream one after the other."""
    whole = plans[0]
    if len(plans) == 1:
        return whole
    parts: dict[Id, list[Part]] = {}
    for plan in plans:
        for part in plan.parts:
            parts.setdefault(part.stream, []).extend(piece for piece in part.pieces if piece.facts or part is piece)
    whole.parts = [_chained(pieces) for pieces in parts.values()]
    whole.releases = [release for plan in plans for release in plan.releases]
    whole.unless = next((plan.unless for plan in plans if plan.unless is not None), None)
    return whole


def _chained(pieces: list[Part]) -> Part:
    said = [piece for piece in pieces if piece.facts] or pieces[:1]
    chained: Part | None = None
    for piece in reversed(said):
        chained = replace(piece, then=chained)
    assert chained is not None, "there is at least one"
    return chained


ROW: Change[Any] = Change("/imports", Body, decide, "A row of a sheet")
