"""Changes of offices: a member is appointed, and holds an office no longer."""

from datetime import date
from typing import TypeVar

from events.fact import Id
from events.member import Member
from events.office import Office, OfficerAppointed, Post
from events.officers import appoint, end_office, gone_from, secretaries
from events.organisation import Organisation
from services.ingest.above import stands_below, top
from services.ingest.asked import Asked, Change, Plan
from services.ingest.bodies import Body, Ident
from services.ingest.changes.members import cell_of
from services.ingest.changes.organisations import organisation_here

B = TypeVar("B", bound=Body)


class OfficerBody(Body):
    """A member in an office; `concurrently` the post that goes with it, such as the head of the village."""

    member: Ident
    office: Office
    concurrently: Post | None = None


class OfficeEndingBody(Body):
    """Which of the member's offices ends."""

    office: Office


def _appoint(asked: Asked[OfficerBody]) -> Plan:
    (ident,) = asked.path
    body = asked.body
    organisation = organisation_here(asked, ident)
    asked.must_reach(ident)
    member = asked.sight.of(Member, body.member)
    if body.office is Office.SUPERVISOR and member.admitted is not None:
        # He may belong elsewhere: who names him must be above both, or would come to see what concerns him.
        asked.must_reach(cell_of(asked, member))
    appointed = OfficerAppointed(member=body.member, office=body.office, concurrently=body.concurrently)
    facts = appoint(
        organisation, member, appointed, asked.on,
        belongs=_belongs(asked, ident, member), gone=_gone(asked, ident, organisation),
    )  # fmt: skip
    return Plan.one(ident, Organisation.KIND, facts)


def _belongs(asked: Asked[OfficerBody], ident: Id, member: Member) -> bool:
    """Officers come from below the organisation, who supervises it from below anything above it."""
    above = top(asked.sight, ident, asked.on) if asked.body.office is Office.SUPERVISOR else ident
    return stands_below(asked.sight, member.cell_on(asked.on), above, asked.on)


def _gone(asked: Asked[OfficerBody], ident: Id, organisation: Organisation) -> dict[Id, date]:
    """From when on the organisation's other secretaries belong to it no longer; their streams are looked at."""
    if asked.body.office is not Office.SECRETARY:
        return {}
    gone: dict[Id, date] = {}
    for term in secretaries(organisation, asked.on, but=asked.body.member):
        other = asked.sight.of(Member, term.member)
        since = gone_from(other, term.since, lambda cell, day: stands_below(asked.sight, cell, ident, day))
        if since is not None:
            gone[term.member] = since
    return gone


def _end(asked: Asked[OfficeEndingBody]) -> Plan:
    ident, member = asked.path
    organisation = organisation_here(asked, ident)
    asked.must_reach(ident)
    return Plan.one(ident, Organisation.KIND, end_office(organisation, member, asked.body.office, asked.on))


CHANGES = (
    Change("/organisations/{id}/officers", OfficerBody, _appoint, "Appoint a member to an office"),
    Change("/organisations/{id}/officers/{member}/endings", OfficeEndingBody, _end, "End a member's office"),
)
