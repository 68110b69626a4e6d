"""What may be asked of subscriptions and silences, and what one would have told; they are made as changes are."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.exceptions import HTTPException

from events.fact import Id
from events.subscription import SubscriptionMade
from projections import notices, subscribers, tree, watched
from projections.asked import AsOf, position_before
from services.access import Caller, Relation
from services.notify.subscribing.asked import (
    Example,
    ListQuestion,
    Preview,
    PreviewBody,
    SilenceLine,
    SilencePage,
    SubscriptionLine,
    SubscriptionPage,
    silence_lines,
    subscription_lines,
)
from services.notify.subscribing.previewing import preview
from services.web.asking import AtLeast, ident, wait
from services.web.context import Asking, Context, Here, must
from services.web.nearest import must_name_alerts, must_name_facts, rules_named
from services.web.problem import forbidden, not_found, unprocessable

LOOKED_AT = ("concerns", notices.NAME, "residents", "roll", "tree")
"""What says what may match, and what a policy has told."""

router = APIRouter(tags=["exchange"])


@router.get("/subscriptions")
def read_subscriptions(
    asking: Asking, here: Here, asked: Annotated[ListQuestion, Query()], at_least: AtLeast = None
) -> SubscriptionPage:
    """Those of an organisation and of those that it took over from, ended ones among them, the oldest first."""
    its = _its(here, asking, asked, at_least)
    with here.pool.connection() as connection:
        found = subscribers.subscriptions_of(connection, its, asked.after, asked.limit + 1)
    kept = found[: asked.limit]
    return SubscriptionPage(
        items=subscription_lines(here, kept), next=kept[-1].made_in if len(found) > asked.limit else None
    )


@router.get("/subscriptions/previews", include_in_schema=False)
def read_previews() -> None:
    """Nothing is kept of a preview: this is no subscription of that name."""
    raise HTTPException(405)


@router.get("/subscriptions/{subscription}")
def read_subscription(subscription: str, asking: Asking, here: Here, at_least: AtLeast = None) -> SubscriptionLine:
    """One of them."""
    wait(here, [notices.NAME], at_least)
    with here.pool.connection() as connection:
        found = subscribers.subscription(connection, ident(subscription, "subscription"))
    if found is None:
        raise not_found("subscription")
    must(here, asking, Relation.RECEIVE, found.organisation)
    return subscription_lines(here, [found])[0]


@router.get("/silences")
def read_silences(
    asking: Asking, here: Here, asked: Annotated[ListQuestion, Query()], at_least: AtLeast = None
) -> SilencePage:
    """The same of silences."""
    its = _its(here, asking, asked, at_least)
    with here.pool.connection() as connection:
        found = subscribers.silences_of(connection, its, asked.after, asked.limit + 1)
    kept = found[: asked.limit]
    return SilencePage(items=silence_lines(here, kept), next=kept[-1].made_in if len(found) > asked.limit else None)


@router.get("/silences/{silence}")
def read_silence(silence: str, asking: Asking, here: Here, at_least: AtLeast = None) -> SilenceLine:
    """One of them."""
    wait(here, [notices.NAME], at_least)
    with here.pool.connection() as connection:
        found = subscribers.silence(connection, ident(silence, "silence"))
    if found is None:
        raise not_found("silence")
    must(here, asking, Relation.RECEIVE, found.organisation)
    return silence_lines(here, [found])[0]


@router.post("/subscriptions/previews")
def preview_subscription(asking: Asking, here: Here, asked: PreviewBody, at_least: AtLeast = None) -> Preview:
    """What it would have told of what was recorded in a time that is past: how much, and the last of it."""
    of = _of(asking, asked.organisation)
    must(here, asking, Relation.RECEIVE, of)
    must_name_facts(asked.facts)
    if rules := rules_named(asked.facts):
        with here.pool.connection() as connection:
            must_name_alerts(asked.facts, watched.known(connection, rules))
    _must_be_ones_own(here, asked, of)
    zone = here.now().tzinfo
    assert zone is not None, "the committees have one"
    since, until = asked.instants(zone)
    if until < since:
        raise unprocessable("/until", "until is before since")
    made = SubscriptionMade(
        organisation=of, facts=asked.facts, channels=(), about=asked.about.about(), timezone=str(zone)
    )
    with here.pool.connection() as connection:
        after, upto = position_before(connection, since), position_before(connection, until)
    wait(here, LOOKED_AT, max(upto, at_least or 0))
    with here.pool.connection() as connection:
        found = preview(connection, here.settings.ledger, made, after, upto)
    examples = [
        Example(
            position=record.position, fact=record.name, subject=UUID(subject), effective_on=record.effective_on,
            recorded_at=record.recorded_at,
        )
        for record, subject in reversed(found.examples)
    ]  # fmt: skip
    return Preview(count=len(found.positions), at_least=found.at_least, examples=examples)


def _its(here: Context, asking: Caller, asked: ListQuestion, at_least: int | None) -> list[Id]:
    """Whose are listed: an organisation's, and those of all whose matters came to it."""
    of = _of(asking, asked.organisation)
    must(here, asking, Relation.RECEIVE, of)
    wait(here, [notices.NAME], at_least)
    with here.pool.connection() as connection:
        return tree.lineage(connection, of, AsOf(here.today()))


def _of(asking: Caller, said: UUID | None) -> Id:
    of = Id(str(said)) if said is not None else asking.organisation
    if of is None:
        raise unprocessable("/organisation", "this token is of no organisation: please say whose")
    return of


def _must_be_ones_own(here: Context, asked: PreviewBody, of: Id) -> None:
    """The matching tells an organisation only what it reaches; what cannot be reached at all is said at once."""
    for about in (asked.about.organisation, asked.about.residents_of):
        if about is not None and of not in _above(here, Id(str(about))):
            raise forbidden("an organisation is told of itself, of what stands below it, and of its residents")


def _above(here: Context, organisation: Id) -> list[Id]:
    found: list[Id] = []
    step: Id | None = organisation
    with here.pool.connection() as connection:
        while step is not None and step not in found:
            found.append(step)
            step = tree.above(connection, step, AsOf(here.today()))
    return found
