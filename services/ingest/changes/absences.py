"""Changes of how a member takes part: exempted, inspected, suspended, appointed to a post; and his death."""

from events.fact import Fact, Id
from events.member import ExemptionGround, Member, MemberAppointed, MemberExempted
from events.member.appointment import appoint
from events.member.death import die
from events.member.exemption import end_exemption, exempt
from events.member.inspection import end_inspection, end_suspension, open_inspection, suspend
from events.organisation import Organisation
from events.papers import as_id
from services.ingest.asked import Asked, Change, Plan
from services.ingest.bodies import Body, LastDay, Line, Text
from services.ingest.changes.members import member_here


class AppointmentBody(Body):
    """A post; `at` is an organisation's id, or its name where it is not here."""

    post: Line
    at: Line | None = None


class ExemptionBody(Body):
    """Why a member need not take part; `until`, the last day of it, goes with `other` alone and is under 12 months."""

    ground: ExemptionGround
    until: LastDay | None = None


class InspectionBody(Body):
    """What is looked into."""

    ground: Text


class SuspensionBody(Body):
    """He takes no part; `until` is the last day of it, where it is known."""

    until: LastDay | None = None


class AbsenceEndingBody(Body):
    """It is over."""


class DeathBody(Body):
    """A member has died."""


def _plan(ident: Id, facts: list[Fact]) -> Plan:
    return Plan.one(ident, Member.KIND, facts)


def _appoint(asked: Asked[AppointmentBody]) -> Plan:
    (ident,) = asked.path
    member, at = member_here(asked, ident), asked.body.at
    here = as_id(at) if at is not None else None
    state = asked.sight.of(Organisation, here) if here is not None else None
    return _plan(ident, appoint(member, MemberAppointed(post=asked.body.post, at=at), state, asked.on))


def _exempt(asked: Asked[ExemptionBody]) -> Plan:
    (ident,) = asked.path
    exempted = MemberExempted(ground=asked.body.ground, until=asked.body.until)
    return _plan(ident, exempt(member_here(asked, ident), exempted, asked.on))


def _end_exemption(asked: Asked[AbsenceEndingBody]) -> Plan:
    (ident,) = asked.path
    return _plan(ident, end_exemption(member_here(asked, ident), asked.on))


def _inspect(asked: Asked[InspectionBody]) -> Plan:
    (ident,) = asked.path
    return _plan(ident, open_inspection(member_here(asked, ident), asked.body.ground, asked.on))


def _end_inspection(asked: Asked[AbsenceEndingBody]) -> Plan:
    (ident,) = asked.path
    return _plan(ident, end_inspection(member_here(asked, ident), asked.on))


def _suspend(asked: Asked[SuspensionBody]) -> Plan:
    (ident,) = asked.path
    return _plan(ident, suspend(member_here(asked, ident), asked.body.until, asked.on))


def _end_suspension(asked: Asked[AbsenceEndingBody]) -> Plan:
    (ident,) = asked.path
    return _plan(ident, end_suspension(member_here(asked, ident), asked.on))


def _die(asked: Asked[DeathBody]) -> Plan:
    (ident,) = asked.path
    return _plan(ident, die(member_here(asked, ident), asked.on))


CHANGES = (
    Change("/members/{id}/appointments", AppointmentBody, _appoint, "Appoint a member to a post"),
    Change("/members/{id}/exemptions", ExemptionBody, _exempt, "Exempt a member"),
    Change("/members/{id}/exemptions/endings", AbsenceEndingBody, _end_exemption, "End a member's exemption"),
    Change("/members/{id}/inspections", InspectionBody, _inspect, "Open an inspection of a member"),
    Change("/members/{id}/inspections/endings", AbsenceEndingBody, _end_inspection, "End an inspection of a member"),
    Change("/members/{id}/suspensions", SuspensionBody, _suspend, "Suspend a member"),
    Change("/members/{id}/suspensions/endings", AbsenceEndingBody, _end_suspension, "End a member's suspension"),
    Change("/members/{id}/deaths", DeathBody, _die, "Record a member's death"),
)
