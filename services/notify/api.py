"""What committees ask and say over HTTP: the inbox, a notice, who was told about somebody, and that they know."""

from contextlib import suppress
from typing import Annotated
from uuid import UUID

import msgspec
from fastapi import APIRouter, Header, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from events import wire
from events.correction import effective
from events.fact import Id
from events.member import Member
from projections import inbox, notices, tree
from projections.asked import AsOf
from projections.inbox import NEWEST, Cursor, Notice, Waiting
from services.access import Caller, Relation
from services.notify import api_policies
from services.notify.acknowledging import Acknowledgement, perform
from services.notify.said import DESCRIBED, IfMatch, Said
from services.notify.shown import NoticeLine, NoticePage, WholeNotice, whole
from services.notify.subscribing import api as subscriptions
from services.web.asking import AtLeast, wait
from services.web.asking import ident as canonical
from services.web.context import Asking, Context, Here, must
from services.web.problem import Problem, not_found, unprocessable

PATIENCE = 5.0
LOOK = 0.01
"""Seconds: how long a question waits for the notices to have read a position, and how often it looks."""

router = APIRouter(tags=["exchange"])
router.include_router(subscriptions.router)
router.include_router(api_policies.router)


class Asked(BaseModel):
    """A field that is not known would be passed over as if it had not been there, so it is refused."""

    model_config = ConfigDict(extra="forbid")


class PageQuestion(Asked):
    """The next notices; `after` is what `next` said."""

    limit: Annotated[int, Field(ge=1, le=500)] = 50
    after: Annotated[str | None, Field(pattern=r"^[0-9]{1,18}\.[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")] = None

    @property
    def cursor(self) -> Cursor:
        """Where the page before ended."""
        if self.after is None:
            return NEWEST
        position, _, ident = self.after.partition(".")
        return int(position), Id(ident)


class InboxQuestion(PageQuestion):
    """Whose inbox, which may be left out where the token is of an organisation, and which of its notices."""

    organisation: UUID | None = None
    state: Waiting | None = None


@router.get("/inbox")
def read_inbox(
    asking: Asking, here: Here, asked: Annotated[InboxQuestion, Query()], at_least: AtLeast = None
) -> NoticePage:
    """Notices to a committee and to those that it took over from, newest first; of history only `state=history`."""
    of = Id(str(asked.organisation)) if asked.organisation is not None else asking.organisation
    if of is None:
        raise unprocessable("/organisation", "this token is of no organisation: please say whose inbox")
    must(here, asking, Relation.RECEIVE, of)
    wait(here, [notices.NAME], at_least)
    with here.pool.connection() as connection:
        its = tree.lineage(connection, of, AsOf(here.today()))
        return _page(inbox.inbox(connection, its, asked.state, asked.cursor, asked.limit + 1), asked.limit)


@router.get("/notices/{ident}")
def read_notice(ident: str, asking: Asking, here: Here, at_least: AtLeast = None) -> WholeNotice:
    """One notice with the record that it tells of, a sentence that says it, and when it came to each step.

    Whoever was told has opened it when a token of his own, or of who took over from him, asks for the first time.
    """
    wait(here, [notices.NAME], at_least)
    notice = _notice(here, asking, ident, Relation.RECEIVE)
    if _opens(here, asking, notice):
        notice = _notice(here, asking, ident, Relation.RECEIVE)
    return whole(here, notice)


@router.post("/notices/{ident}/acknowledgements", **DESCRIBED)
def acknowledge(
    ident: str,
    asking: Asking,
    here: Here,
    said: Said,
    if_match: IfMatch,
    idempotency_key: Annotated[str | None, Header()] = None,
) -> Response:
    """The committee knows: 201 the first time, 200 without facts when it has said so before."""
    today = here.today()
    if said.effective_on is not None and said.effective_on > today:
        raise unprocessable("/effective_on", "nobody knows today that he will know tomorrow")
    notice = _notice(here, asking, ident, Relation.ACKNOWLEDGE)
    acknowledgement = Acknowledgement(
        caller=asking, on=said.effective_on or today, reason=said.reason or "", key=idempotency_key, if_match=if_match,
        digest=said.digest(notice.id, here.keys.master.digests),
    )  # fmt: skip
    answer = perform(here, notice, acknowledgement)
    headers = {"ETag": f'"{answer.body["version"]}"', "Caunoi-Position": str(answer.body["position"])}
    if answer.replayed:
        headers["Idempotency-Replayed"] = "true"
    return Response(msgspec.json.encode(answer.body), answer.status, headers, "application/json")


@router.get("/members/{ident}/notices")
def read_notices_about(
    ident: str, asking: Asking, here: Here, asked: Annotated[PageQuestion, Query()], at_least: AtLeast = None
) -> NoticePage:
    """Who was told what about a member, and when: for his own side and for the committee where he lives."""
    subject = canonical(ident, "member")
    _must_follow(here, asking, subject)
    wait(here, [notices.NAME], at_least)
    with here.pool.connection() as connection:
        return _page(inbox.about(connection, subject, asked.cursor, asked.limit + 1), asked.limit)


def _notice(here: Context, asking: Asking, ident: str, relation: Relation) -> Notice:
    with here.pool.connection() as connection:
        found = inbox.find(connection, canonical(ident, "notice"))
    if found is None:
        raise not_found("notice")
    must(here, asking, relation, found.organisation)
    return found


def _opens(here: Context, asking: Caller, notice: Notice) -> bool:
    """Whether whoever was told looks at it for the first time, which is then on record."""
    if notice.opened_at is not None or asking.organisation is None:
        return False
    with here.pool.connection() as connection:
        if notice.organisation not in tree.lineage(connection, asking.organisation, AsOf(here.today())):
            return False
        return notices.opened(connection, notice.id, asking.id) is not None


def _must_follow(here: Context, asking: Asking, subject: Id) -> None:
    """The caller reaches the member's last cell, or the committee of his last residence.

    Raises:
        Problem: 403, 404.
    """
    member = Member()
    for record in effective(here.ledger.stream(subject)):
        if record.kind == Member.KIND:
            member.see(wire.decode(record.name, record.data), record.effective_on, record.position)
    if member.admitted is None:
        raise not_found("member")
    today = here.today()
    declared = member.residences.at(today)
    if declared is not None and declared.committee is not None:
        with suppress(Problem):
            must(here, asking, Relation.SEE, declared.committee)
            return
    must(here, asking, Relation.SEE, member.cells.at(today) or member.admitted.cell)


def _page(found: list[Notice], limit: int) -> NoticePage:
    kept = found[:limit]
    following = f"{kept[-1].position}.{kept[-1].id}" if len(found) > limit else None
    return NoticePage(items=[NoticeLine.of(notice) for notice in kept], next=following)
