"""What may be asked about policies over HTTP: all that are at hand, one in full, and what one would have told."""

from datetime import date, datetime, time
from threading import Semaphore
from typing import Annotated, Any, Self
from uuid import UUID
from zoneinfo import ZoneInfo

import psycopg
from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field, model_validator
from starlette.exceptions import HTTPException

from events import wire
from events.fact import Id
from events.rule import stream_of
from projections import tree
from projections.asked import LATEST, AsOf, position_before
from projections.reading import last_position
from services.access import Relation
from services.notify.policies_in_force import Policies
from services.notify.policies_sent import policy_in, read
from services.notify.policies_tried import Line, Outcome, Tried, preview
from services.notify.policy import Policy
from services.web.asking import AtLeast, wait
from services.web.context import Asking, Context, Here, must
from services.web.pack_sent import SentPack
from services.web.problem import FORM, Problem, not_found, unprocessable
from services.web.rules import PackAtFault
from services.web.written import Day

router = APIRouter(tags=["exchange"])

AT_ONCE = 1
"""Previews that one process makes at a time: each keeps a core and a connection for seconds."""
MOST = 1_000_000
"""Records that one preview reads."""
_turns = Semaphore(AT_ONCE)


class PolicyShown(BaseModel):
    """One version of a policy; `position`: where it was published, 0 for what came with the program."""

    id: str
    version: int
    title: str | None
    issuer: str
    number: str
    on: date
    valid_from: date
    valid_to: date | None
    rises_to: str | None
    rises_after_days: int
    stream: UUID
    position: int
    rules: list[dict[str, Any]]

    @classmethod
    def of(cls, policy: Policy, position: int) -> Self:
        """In full, with what its rules say otherwise than a rule that says nothing."""
        said = policy.model_dump(mode="json", exclude={"of", "rules"})
        rules = [rule.model_dump(mode="json", exclude_defaults=True) for rule in policy.rules]
        return cls(**said, stream=UUID(stream_of(policy.id)), position=position, rules=rules)


class PoliciesPage(BaseModel):
    """Every version, by id, older ones first; `next` is always null: there are few."""

    items: list[PolicyShown]
    next: None = None


class PoliciesQuestion(BaseModel):
    """All, or those in force for an organisation on a day."""

    model_config = ConfigDict(extra="forbid")

    organisation: UUID | None = None
    as_of: Day | None = None


class PreviewAsked(BaseModel):
    """A policy, for whom it is tried and all below, and the days, `until` not among them, on which was recorded."""

    model_config = ConfigDict(extra="forbid")

    pack: SentPack
    organisation: UUID
    since: date
    until: date

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> Self:
        if self.until <= self.since:
            raise ValueError("`until` is not after `since`")
        return self


class LineShown(BaseModel):
    """A notice that would have been made, or was."""

    position: int
    organisation: UUID
    fact: str
    subject: UUID
    subjects: list[UUID] | None
    role: str
    policy: str
    rule: str

    @classmethod
    def of(cls, line: Line) -> Self:
        """As it is."""
        return cls(**line._asdict())


class Counted(BaseModel):
    """How many notices to one organisation."""

    organisation: UUID
    would: int
    was: int


class Preview(BaseModel):
    """`records` facts would have been under the policy: `told` notices in place of `was`, and which of them differ.

    Of `more` and `less` the first 200 each are listed; `more_count` and `less_count` are of all.
    """

    records: int
    told: int
    was: int
    more_count: Annotated[int, Field(ge=0)]
    less_count: Annotated[int, Field(ge=0)]
    more: list[LineShown]
    less: list[LineShown]
    by: list[Counted]


@router.get("/policies")
def read_policies(asking: Asking, here: Here, asked: Annotated[PoliciesQuestion, Query()]) -> PoliciesPage:
    """Who is told what, as dated data: every policy at hand, each version in full."""
    with here.pool.connection() as connection:
        policies = at_hand(connection)
        if asked.organisation is None:
            found = policies.all()
            if asked.as_of is not None:
                found = [one for one in found if policies.version_on(one.policy.id, asked.as_of) is one.policy]
        else:
            organisation, day = Id(str(asked.organisation)), asked.as_of or here.today()
            must(here, asking, Relation.SEE, organisation)
            held = policies.in_force(day, _above(connection, organisation, day))
            found = [one for one in policies.all() if any(one.policy is policy for policy in held)]
    return PoliciesPage(items=[PolicyShown.of(*one) for one in found])


@router.get("/policies/previews", include_in_schema=False)
def read_previews() -> None:
    """Nothing is kept of a preview: this is no policy of that name."""
    raise HTTPException(405)


@router.get("/policies/{ident}")
def read_policy(ident: str, _: Asking, here: Here) -> PolicyShown:
    """One policy by its id or its stream's, in its latest version."""
    with here.pool.connection() as connection:
        found = [one for one in at_hand(connection).all() if ident in (one.policy.id, stream_of(one.policy.id))]
    if not found:
        raise not_found("policy")
    return PolicyShown.of(*found[-1])


@router.post("/policies/previews")
def preview_policy(body: PreviewAsked, asking: Asking, here: Here, at_least: AtLeast = None) -> Preview:
    """What would have been told under a policy, to whom, beside what was; nothing is recorded, and nobody is told."""
    policy, organisation = _policy(body.pack), Id(str(body.organisation))
    wait(here, ["notices", "tree"], at_least)
    must(here, asking, Relation.SEE, organisation)
    with here.pool.connection() as connection:
        if tree.one(connection, organisation, AsOf(here.today(), LATEST)) is None:
            raise unprocessable("/organisation", "there is no such organisation")
        first, last = (position_before(connection, _begins(here, day)) for day in (body.since, body.until))
        if last - first > MOST:
            raise unprocessable("/until", f"more than {MOST} records: please ask for a shorter time")
        if not _turns.acquire(blocking=False):
            raise Problem(429, "busy", "another policy is being tried", headers={"Retry-After": "10"})
        try:
            tried = Tried(at_hand(connection), policy, organisation)
            return _shown(preview(connection, here.settings.ledger, tried, first + 1, last))
        finally:
            _turns.release()


def at_hand(connection: psycopg.Connection[Any]) -> Policies:
    """All policies, by the whole log."""
    policies = Policies.read(known=wire.FACTS)
    policies.learn(connection, last_position(connection))
    return policies


def _above(connection: psycopg.Connection[Any], organisation: Id, day: date) -> list[Id]:
    found, step = [organisation], tree.above(connection, organisation, AsOf(day))
    while step is not None and step not in found:
        found.append(step)
        step = tree.above(connection, step, AsOf(day))
    return found


def _policy(said: dict[str, Any] | str) -> Policy:
    """The policy that was sent.

    Raises:
        Problem: 422, each fault with its pointer.
    """
    found = policy_in(said)
    if found is None:
        raise unprocessable("/pack/of", 'this is no policy: it says `of = "telling"`, and what it tells')
    try:
        return read(found)
    except PackAtFault as fault:
        raise Problem(422, "invalid", FORM, fault.errors) from None


def _begins(here: Context, day: date) -> datetime:
    """The first instant of a day where the committees are."""
    return datetime.combine(day, time(), ZoneInfo(here.settings.timezone))


def _shown(outcome: Outcome) -> Preview:
    return Preview(
        records=outcome.records, told=outcome.told, was=outcome.was,
        more_count=outcome.counts[0], less_count=outcome.counts[1],
        more=list(map(LineShown.of, outcome.more)), less=list(map(LineShown.of, outcome.less)),
        by=[Counted(organisation=UUID(one), would=would, was=was) for one, (would, was) in outcome.by.items()],
    )  # fmt: skip
