"""Changes of yearly classifications: a band for a cell, an organisation or a member, and a year opened again."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import TypeVar

from events import classification, excellence
from events.classification import (
    Classification,
    ClassificationDecided,
    Rated,
    YearBand,
    classify,
    reopen,
    says_the_same,
)
from events.excellence import Excellence, ExcellenceGranted, give_up, grant, needed
from events.fact import Id, Refused
from events.member import Member
from events.organisation import Organisation, OrganisationKind
from events.rating_order import (
    last_day,
    must_be_there_in_year,
    must_follow_cell,
    must_follow_lower,
    must_get_a_rating,
    must_meet_conditions,
    place_in_year,
)
from services.ingest.above import chain
from services.ingest.asked import Asked, Change, Part, Plan
from services.ingest.bodies import Body, Ident, Text
from services.ingest.changes.judgements import Points
from services.ingest.changes.members import cell_of
from services.ingest.changes.papers import Year
from services.ingest.ratings import DirectlyBelow, RatedGood
from services.ingest.rules import BrokenConditions, PackInForce
from services.web.rules import InForce

B = TypeVar("B", bound=Body)


class ClassificationBody(Body):
    """A band, and the points out of 100 behind it where they are told; `subject` is an organisation or a member."""

    subject: Ident
    year: Year
    points: Points | None = None
    band: YearBand


class ReopeningBody(Body):
    """What was found later about a year."""

    subject: Ident
    year: Year
    reason: Text


def _decide(asked: Asked[ClassificationBody]) -> Plan:
    body = asked.body
    ident = classification.stream_of(body.subject, body.year)
    known = asked.sight.of(Classification, ident)
    decided = _of_member(asked, known) if _is_member(asked, body.subject) else _of_organisation(asked, known)
    facts = classify(known, decided, asked.on, least=_least(asked, decided))
    plan = Plan.one(ident, Classification.KIND, facts)
    if facts and decided.quota is not None:
        plan.parts.append(_one_more(asked, decided, decided.quota))
    return plan


def _least(asked: Asked[ClassificationBody], decided: ClassificationDecided) -> Mapping[str, Decimal]:
    """From how many points on each band is given: by the pack in force at the end of the year where it is charged."""
    if decided.points is None:
        return {}
    question = PackInForce("year", decided.cell or decided.subject, last_day(decided.year))
    pack: InForce | None = asked.sight.answer(question)
    return pack.bands if pack is not None else {}


def _of_organisation(asked: Asked[ClassificationBody], known: Classification) -> ClassificationDecided:
    """What would be decided; the rules about its place in the order hold unless it says what stands already."""
    body = asked.body
    organisation = asked.sight.of(Organisation, body.subject)
    _must_decide_on_organisation(asked, body.subject)
    was_there = organisation.exists_on(last_day(body.year))
    day = _charged_to(known, place_in_year(body.year, asked.on, was_there=was_there))
    must_be_there_in_year(organisation, body.band, body.year, day)
    assert organisation.kind is not None, "what is there is of a kind"
    kind = Rated(organisation.kind)
    decided = ClassificationDecided(
        subject=body.subject, kind=kind, year=body.year, band=body.band, points=body.points, placed_on=day,
        quota=_quota(asked, body.subject, kind, day) if kind is Rated.CELL else None,
    )  # fmt: skip
    if kind is not Rated.CELL and not says_the_same(known, decided):
        lower: tuple[Id, ...] = asked.sight.answer(DirectlyBelow(body.subject, day))
        must_follow_lower(_without_band(asked, lower, day), len(lower))
    if body.band is YearBand.EXCELLENT and not says_the_same(known, decided):
        broken: dict[str, str] = asked.sight.answer(BrokenConditions(body.subject, body.year, body.band))
        must_meet_conditions(broken, body.band)
    return decided


def _without_band(asked: Asked[ClassificationBody], lower: tuple[Id, ...], day: date) -> dict[Id, str]:
    """Those that have no band of that year yet, and what they are called."""
    years = {one: classification.stream_of(one, asked.body.year) for one in lower}
    asked.sight.need(years.values())
    missing = [one for one, year in years.items() if asked.sight.of(Classification, year).band is None]
    asked.sight.need(missing)
    return {one: asked.sight.glance(Organisation, one).name_on(day) or one for one in missing}


def _of_member(asked: Asked[ClassificationBody], known: Classification) -> ClassificationDecided:
    """The same for a person, whose cell comes first."""
    body = asked.body
    member = asked.sight.of(Member, body.subject)
    asked.must_reach(cell_of(asked, member))
    was_there = member.listed_on(last_day(body.year))
    day = _charged_to(known, place_in_year(body.year, asked.on, was_there=was_there))
    must_get_a_rating(member, day)
    cell = member.cell_on(day)
    assert cell is not None, "who is listed has a cell"
    decided = ClassificationDecided(
        subject=body.subject, kind=Rated.MEMBER, year=body.year, band=body.band, points=body.points, placed_on=day,
        cell=cell, quota=_quota(asked, cell, Rated.MEMBER, day),
    )  # fmt: skip
    if not says_the_same(known, decided):
        must_follow_cell(asked.sight.of(Classification, classification.stream_of(cell, body.year)), cell)
    return decided


def _charged_to(known: Classification, day: date) -> date:
    """Decided again, a year stays where it was charged to."""
    return day if known.decided is None else known.decided.placed_on


def _is_member(asked: Asked[B], subject: Id) -> bool:
    kind = asked.sight.warm(subject).kind
    if kind not in (Member.KIND, Organisation.KIND):
        raise Refused("classification.subject_unknown", "there is no such organisation and no such member", "/subject")
    return kind == Member.KIND


def _must_decide_on_organisation(asked: Asked[B], subject: Id) -> None:
    """The superior decides; a province, above which nobody is here, for itself.

    Raises:
        Problem: 403.
    """
    asked.must_reach(asked.sight.glance(Organisation, subject).parent_on(asked.on) or subject)


def _quota(asked: Asked[ClassificationBody], cell: Id, kind: Rated, day: date) -> Id | None:
    """The stream that counts the excellent ones; None for any other band."""
    if asked.body.band is not YearBand.EXCELLENT:
        return None
    return excellence.stream_of(_within(asked, cell, day), asked.body.year, kind)


def _within(asked: Asked[ClassificationBody], cell: Id, day: date) -> Id:
    """The grassroots organisation above a cell; for one directly below a superior, that."""
    above = list(chain(asked.sight, cell, day))[1:]
    grassroots = [ident for ident, one in above if one.kind is OrganisationKind.GRASSROOTS]
    return grassroots[0] if grassroots else above[0][0]


def _one_more(asked: Asked[ClassificationBody], decided: ClassificationDecided, quota: Id) -> Part:
    """The place of an excellent one, which leans on so many who are rated good, and on nobody else's taking it."""
    within = _within(asked, decided.cell or decided.subject, decided.placed_on)
    tally = asked.sight.of(Excellence, quota)
    wanted = needed(tally, decided.subject)
    streams: tuple[Id, ...] = asked.sight.answer(RatedGood(within, decided.year, decided.kind, decided.placed_on))
    asked.sight.need(streams[:wanted])
    good = 0
    for stream in streams:
        if good == wanted:
            break
        good += asked.sight.of(Classification, stream).band is YearBand.GOOD
    granted = ExcellenceGranted(within=within, year=decided.year, kind=decided.kind, subject=decided.subject)
    return Part(quota, grant(tally, granted, good, asked.on))


def _reopen(asked: Asked[ReopeningBody]) -> Plan:
    body = asked.body
    ident = classification.stream_of(body.subject, body.year)
    known = asked.sight.of(Classification, ident)
    if _is_member(asked, body.subject):
        asked.must_reach(cell_of(asked, asked.sight.glance(Member, body.subject)))
    else:
        _must_decide_on_organisation(asked, body.subject)
    facts = reopen(known, body.reason, asked.on)
    plan = Plan.one(ident, Classification.KIND, facts)
    if facts and known.decided is not None and (quota := known.decided.quota) is not None:
        tally = asked.sight.of(Excellence, quota)
        plan.parts.append(Part(quota, give_up(tally, body.subject, asked.on)))
    return plan


CHANGES = (
    Change("/classifications", ClassificationBody, _decide, "Classify an organisation or a member for a year"),
    Change("/classifications/reopenings", ReopeningBody, _reopen, "Open a classified year again"),
)
