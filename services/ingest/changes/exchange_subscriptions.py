"""Changes of subscriptions and silences: what an organisation is told beside the policy, and when nothing is sent."""

from typing import Any, NoReturn, TypeVar

import msgspec

from events.endpoint import Endpoint
from events.fact import Id, Refused
from events.member import Member
from events.organisation import Organisation, must_exist
from events.silence import Silence, SilenceBegun, silence
from events.silence import end as end_silence
from events.subscription import (
    About,
    Channel,
    Crossing,
    Quiet,
    Side,
    Subscription,
    SubscriptionMade,
    Way,
    end,
    pause,
    resume,
    subscribe,
)
from services.access import DEEPEST, Relation
from services.ingest.asked import Asked, Change, Nothing, Plan, must_be_new
from services.ingest.bodies import Body
from services.ingest.rules import Shipped
from services.ingest.subscribers import Kind, KnownAlerts, Nearest
from services.ingest.subscribing_forms import (
    AboutForm,
    ChannelForm,
    IndicatorForm,
    PauseBody,
    ResumptionBody,
    SilenceBody,
    SilenceEndingBody,
    SubscriptionBody,
    SubscriptionEndingBody,
)
from services.web.nearest import (
    must_be_timezone,
    must_name_alerts,
    must_name_facts,
    nearest,
    rules_named,
    unknown,
)
from services.web.problem import forbidden, unprocessable

B = TypeVar("B", bound=Body)

INDICATORS = "indicators"
"""What a pack of indicators says that it judges."""


def _subscribe(asked: Asked[SubscriptionBody]) -> Plan:
    body, ident = asked.body, asked.ident()
    owner = _owner(asked, body.organisation, Relation.CONNECT)
    must_be_new(asked, ident, Subscription.KIND)
    _must_name(asked, body.facts or ())
    about = body.about or AboutForm()
    said = _about(asked, owner, about)
    _must_be_ones_own(asked, owner, about)
    zone = (body.quiet.timezone if body.quiet else None) or body.timezone or str(asked.now.tzinfo)
    pointer = "/quiet/timezone" if body.quiet and body.quiet.timezone else "/timezone"
    channels, addresses = _channels(asked, owner, body.channels)
    made = SubscriptionMade(
        organisation=owner, facts=body.facts or (), channels=channels, about=said, addresses=addresses,
        timezone=must_be_timezone(zone, pointer), digest=body.digest, group_minutes=body.group_minutes,
        quiet=None if body.quiet is None else Quiet(since=body.quiet.since, until=body.quiet.until),
    )  # fmt: skip
    return Plan.one(ident, Subscription.KIND, subscribe(asked.sight.of(Subscription, ident), made, asked.on))


def _pause(asked: Asked[PauseBody]) -> Plan:
    ident, subscription = _here(asked)
    return Plan.one(ident, Subscription.KIND, pause(subscription, asked.on))


def _resume(asked: Asked[ResumptionBody]) -> Plan:
    ident, subscription = _here(asked)
    return Plan.one(ident, Subscription.KIND, resume(subscription, asked.on))


def _end(asked: Asked[SubscriptionEndingBody]) -> Plan:
    ident, subscription = _here(asked)
    return Plan.one(ident, Subscription.KIND, end(subscription, asked.on))


def _silence(asked: Asked[SilenceBody]) -> Plan:
    body, ident = asked.body, asked.ident()
    owner = _owner(asked, body.organisation, Relation.RECORD)
    must_be_new(asked, ident, Silence.KIND)
    if body.about.indicator is not None:
        raise unprocessable("/about/indicator", "a silence is about an organisation, a member or residents")
    _must_name(asked, body.facts or ())
    said = _about(asked, owner, body.about)
    state = asked.sight.of(Silence, ident)
    if body.until <= asked.now and state.begun is None:
        raise unprocessable("/until", "this instant is past: a silence ends in the future")
    begun = SilenceBegun(organisation=owner, about=said, until=body.until, facts=body.facts or ())
    return Plan.one(ident, Silence.KIND, silence(state, begun, asked.on))


def _end_silence(asked: Asked[SilenceEndingBody]) -> Plan:
    (ident,) = asked.path
    state = asked.sight.of(Silence, ident)
    if state.begun is None:
        raise Nothing("silence")
    asked.must_reach(state.begun.organisation)
    return Plan.one(ident, Silence.KIND, end_silence(state, asked.on))


def _here(asked: Asked[B]) -> tuple[Id, Subscription]:
    """The subscription that the path names, which is the caller's.

    Raises:
        Nothing: 404.
    """
    (ident,) = asked.path
    subscription = asked.sight.of(Subscription, ident)
    if subscription.made is None:
        raise Nothing("subscription")
    asked.must_reach(subscription.made.organisation, relation=Relation.CONNECT)
    return ident, subscription


def _owner(asked: Asked[Any], said: Id | None, relation: Relation) -> Id:
    """Who is told: the organisation that the body names, else the caller's own.

    Raises:
        Problem: 403, 422.
        Refused: `subscription.organisation_unknown`, `subscription.organisation_ended`.
    """
    owner = said or asked.caller.organisation
    if owner is None:
        raise unprocessable("/organisation", "this token is of no organisation: please say whose it is")
    if asked.sight.of(Organisation, owner).established is None and asked.caller.organisation is None:
        _unknown(asked, "organisation", owner, "/organisation")
    asked.must_reach(owner, relation=relation)
    must_exist(asked.sight.of(Organisation, owner), asked.now.date(), "subscription.organisation", "/organisation")
    return owner


def _must_name(asked: Asked[Any], facts: tuple[str, ...]) -> None:
    """There are such facts, and such alerts.

    Raises:
        Problem: 422, naming the nearest.
    """
    must_name_facts(facts)
    if rules := rules_named(facts):
        must_name_alerts(facts, asked.sight.answer(KnownAlerts(rules)))


def _about(asked: Asked[Any], owner: Id, about: AboutForm) -> About:
    """What it is about, which there is; where nothing is said, the organisation itself.

    Raises:
        Problem: 422, naming the nearest.
    """
    sight = asked.sight
    for pointer, one in (("organisation", about.organisation), ("residents_of", about.residents_of)):
        if one is not None and sight.glance(Organisation, one).established is None:
            _unknown(asked, "organisation", one, f"/about/{pointer}")
    if about.member is not None and sight.glance(Member, about.member).admitted is None:
        _unknown(asked, "member", about.member, "/about/member")
    if about.member is not None or about.residents_of is not None:
        return About(member=about.member, residents_of=about.residents_of)
    return About(organisation=about.organisation or owner, indicator=_crossing(asked, about.indicator))


def _crossing(asked: Asked[Any], said: IndicatorForm | None) -> Crossing | None:
    if said is None:
        return None
    packs = [one for one in asked.sight.answer(Shipped()) if one.judges == INDICATORS]
    known = sorted({item["id"] for pack in packs for item in msgspec.json.decode(pack.text)["items"]})
    if said.id not in known:
        raise unknown("/about/indicator/id", "indicator", said.id, nearest(said.id, known))
    side, value = (Side.BELOW, said.below) if said.below is not None else (Side.ABOVE, said.above)
    assert value is not None, "the form has one of the two"
    return Crossing(indicator=said.id, side=side, value=value)


def _must_be_ones_own(asked: Asked[Any], owner: Id, about: AboutForm) -> None:
    """An organisation hears of itself, of what stands below it, and of who works or lives there.

    Raises:
        Problem: 403.
    """
    today, of = asked.sight.today, [one for one in (about.organisation, about.residents_of) if one is not None]
    if about.member is not None:
        member = asked.sight.glance(Member, about.member)
        home = member.residences.at(today)
        of = [one for one in (member.cells.at(today), None if home is None else home.committee) if one is not None]
    elif not of:
        return
    if not any(_stands_at_or_below(asked, one, owner) for one in of):
        raise forbidden("an organisation is told of itself, of what stands below it, and of who works or lives there")


def _stands_at_or_below(asked: Asked[Any], organisation: Id, above: Id) -> bool:
    step: Id | None = organisation
    for _ in range(DEEPEST):
        if step is None or step == above:
            return step is not None
        step = asked.sight.glance(Organisation, step).above_on(asked.sight.today)
    return False


def _channels(asked: Asked[Any], owner: Id, said: tuple[ChannelForm, ...]) -> tuple[tuple[Channel, ...], str | None]:
    """The channels, and the addresses of people among them, which are sealed, in one text.

    Raises:
        Problem: 422, an endpoint that there is not, or a channel that is named twice.
        Refused: `subscription.endpoint_of_another`, `subscription.endpoint_ended`.
    """
    found: list[Channel] = []
    addresses: list[str] = []
    for number, channel in enumerate(said):
        if channel in said[:number]:
            # One receiver could not tell two chains of one subscription apart.
            raise unprocessable(f"/channels/{number}", "this channel is named twice")
        if channel.webhook is not None:
            _must_be_its_endpoint(asked, owner, channel.webhook, f"/channels/{number}/webhook")
            found.append(Channel(way=Way.WEBHOOK, endpoint=channel.webhook))
            continue
        way, address = _way(channel)
        if address is not None:
            addresses.append(address)
        found.append(Channel(way=way, address=None if address is None else len(addresses) - 1))
    return tuple(found), msgspec.json.encode(addresses).decode() if addresses else None


def _way(channel: ChannelForm) -> tuple[Way, str | None]:
    for way, address in ((Way.EMAIL, channel.email), (Way.TEXT, channel.text), (Way.PUSH, channel.push)):
        if address is not None:
            return way, address
    return Way.INBOX, None


def _must_be_its_endpoint(asked: Asked[Any], owner: Id, ident: Id, pointer: str) -> None:
    endpoint = asked.sight.of(Endpoint, ident)
    if endpoint.registered is None:
        _unknown(asked, "endpoint", ident, pointer, owner)
    of: Id | None = endpoint.registered.organisation
    for _ in range(DEEPEST):
        if of is None or of == owner:
            break
        of = asked.sight.glance(Organisation, of).successor_on(asked.sight.today)
    if of is None:
        raise Refused("subscription.endpoint_of_another", "this endpoint is another organisation's", pointer)
    if endpoint.ended:
        raise Refused("subscription.endpoint_ended", "this endpoint has ended: register another one", pointer)


def _unknown(asked: Asked[Any], kind: Kind, ident: Id, pointer: str, of: Id | None = None) -> NoReturn:
    raise unknown(pointer, kind, ident, asked.sight.answer(Nearest(kind, ident, of)))


CHANGES = (
    Change("/subscriptions", SubscriptionBody, _subscribe, "Subscribe to facts"),
    Change("/subscriptions/{id}/pauses", PauseBody, _pause, "Pause a subscription"),
    Change("/subscriptions/{id}/resumptions", ResumptionBody, _resume, "Resume a subscription"),
    Change("/subscriptions/{id}/endings", SubscriptionEndingBody, _end, "End a subscription"),
    Change("/silences", SilenceBody, _silence, "Send nothing about something until an instant"),
    Change("/silences/{id}/endings", SilenceEndingBody, _end_silence, "End a silence before its time"),
)
