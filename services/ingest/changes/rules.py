"""Changes of rule packs: published by two persons, adopted by organisations."""

from typing import Any

import msgspec

from events.fact import Id, Refused
from events.organisation import Organisation, OrganisationKind, must_exist
from events.rule import Rule, RuleAdopted, RulePublished, adopt, publish, stream_of
from services.ingest.asked import Asked, Change, Nothing, Plan
from services.ingest.bodies import Body, Ident
from services.ingest.proposing import propose
from services.ingest.rules import Names, Overruled, PackSent, Published, Shipped, TopOfTree
from services.web.pack_sent import SentPack
from services.web.problem import Problem


class RuleBody(Body):
    """A pack, as an object or as the text of a TOML file; `organisation` publishes it, else the caller's own."""

    pack: SentPack
    organisation: Ident | None = None


class AdoptionBody(Body):
    """From the day of effect on the pack holds for the organisation and all below it."""

    organisation: Ident


def _publish(asked: Asked[RuleBody]) -> Plan:
    """A new version belongs to whoever published the first; of a shipped pack, to the organisation above all."""
    body, sight = asked.body, asked.sight
    sent = body.pack if isinstance(body.pack, str) else msgspec.json.encode(body.pack).decode()
    read: RulePublished | Problem = sight.answer(PackSent(sent))
    if isinstance(read, Problem):
        asked.must_reach(body.organisation or asked.caller.organisation)
        raise read
    stream = stream_of(read.pack)
    rule = sight.of(Rule, stream)
    before = [one for one in _shipped(asked) if one.pack == read.pack]
    owner = _owner(asked, rule, shipped=bool(before))
    asked.must_reach(owner)
    # The second person is perhaps of another organisation, and the pack is not his for that.
    asked.body = body.model_copy(update={"organisation": owner})
    new = msgspec.structs.replace(read, organisation=owner)
    facts = publish(rule, new, before, _others(asked, read.pack), asked.now.date())
    plan = Plan.one(stream, Rule.KIND, facts)
    if not facts:
        return plan
    names: Names = sight.answer(Published())
    plan.unless = names.unless
    return propose(asked, plan, owner or stream, path=f"/rules/{read.pack}")


def _owner(asked: Asked[RuleBody], rule: Rule, *, shipped: bool) -> Id | None:
    """Whose pack it is; None: the whole ledger's, where nothing stands above all else.

    Raises:
        Refused: `rule.of_cell`, a cell is judged by rules and issues none; or the organisation is not there.
    """
    top = TopOfTree(asked.now.date())
    if shipped:
        found: Id | None = asked.sight.answer(top)
        return found
    if rule.published:
        return rule.published[0].organisation
    owner = asked.body.organisation or asked.caller.organisation or asked.sight.answer(top)
    if owner is not None:
        organisation = asked.sight.of(Organisation, owner)
        must_exist(organisation, asked.now.date(), "rule.organisation", "/organisation")
        if organisation.kind is OrganisationKind.CELL:
            raise Refused("rule.of_cell", "a cell is judged by rules and issues none", "/organisation")
    return owner


def _others(asked: Asked[Any], pack: str) -> list[RulePublished]:
    """All versions of all other packs, the published ones as their streams tell of them."""
    names: Names = asked.sight.answer(Published())
    streams = [stream_of(name) for name in names.packs if name != pack]
    asked.sight.need(streams)
    published = [one for stream in streams for one in asked.sight.of(Rule, stream).published]
    return [*published, *(one for one in _shipped(asked) if one.pack != pack)]


def _shipped(asked: Asked[Any]) -> list[RulePublished]:
    return list(asked.sight.answer(Shipped()))


def _adopt(asked: Asked[AdoptionBody]) -> Plan:
    """An organisation adopts for itself and below; for a cell its superior does, for nobody chooses his own judge."""
    (stream,) = asked.path
    rule, body = asked.sight.of(Rule, stream), asked.body
    shipped = [one for one in _shipped(asked) if one.pack == asked.pack]
    if not rule.published and not shipped:
        raise Nothing("rule pack")
    organisation = asked.sight.of(Organisation, body.organisation)
    asked.must_reach(body.organisation)
    must_exist(organisation, asked.on, "rule.organisation", "/organisation")
    if organisation.kind is OrganisationKind.CELL:
        asked.must_reach(organisation.parent_on(asked.sight.today))
    adopted = RuleAdopted(pack=asked.pack, organisation=body.organisation)
    again = (body.organisation, asked.on) in rule.adopted
    overruled = again and _overruled(asked, (rule.published or shipped)[0])
    return Plan.one(stream, Rule.KIND, adopt(rule, adopted, shipped, asked.on, overruled=overruled))


def _overruled(asked: Asked[AdoptionBody], pack: RulePublished) -> bool:
    """Whether another pack that judges the same was adopted for the same day since."""
    rivals = {other.pack for other in _others(asked, pack.pack) if other.judges == pack.judges}
    found: bool = asked.sight.answer(Overruled(pack.pack, asked.body.organisation, asked.on, tuple(sorted(rivals))))
    return found


CHANGES = (
    Change("/rules", RuleBody, _publish, "Propose to publish a rule pack, or a new version of one"),
    Change("/rules/{pack}/adoptions", AdoptionBody, _adopt, "Adopt a rule pack for an organisation and below"),
)
