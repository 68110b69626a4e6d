"""A person is forgotten: proposed by one, approved by another; from then on his key is gone."""

from events.member import Member
from events.member.erasure import erase
from services.ingest.asked import Asked, Change, Plan
from services.ingest.bodies import Body, Line
from services.ingest.changes.members import cell_of, member_here
from services.ingest.proposing import propose


class ErasureBody(Body):
    """Why; it is not sealed and stays on record for ever, so it names nobody."""

    ground: Line


def _erase(asked: Asked[ErasureBody]) -> Plan:
    (ident,) = asked.path
    member = member_here(asked, ident)
    facts = erase(member, asked.body.ground, asked.on)
    plan = Plan.one(ident, Member.KIND, facts)
    return propose(asked, plan, cell_of(asked, member)) if facts else plan


CHANGES = (Change("/members/{id}/erasures", ErasureBody, _erase, "Destroy a member's key (propose it)"),)
