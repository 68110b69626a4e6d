"""Changes by which the two committees of a liaison keep each other in step: strengths, and messages."""

from typing import Annotated

from pydantic import Field

from events.fact import Id, Refused
from events.liaison import Liaison, LiaisonIntroduced, MessageSent, StrengthsChanged
from events.liaison.exchange import change_strengths, send_message
from events.member import Member
from services.access import Relation
from services.ingest.asked import Asked, Change, Plan
from services.ingest.bodies import Body, Ident, Line, Text
from services.ingest.changes.liaisons import here
from services.ingest.changes.members import cell_of
from services.web.problem import forbidden


class StrengthsBody(Body):
    """What the resident can do for the place: all of it, as it is from now on."""

    strengths: Annotated[tuple[Line, ...], Field(max_length=50)]


class MessageBody(Body):
    """A message to the other committee; `from_committee` only where the caller acts for both and means one."""

    text: Text
    from_committee: Ident | None = None


def _strengths(asked: Asked[StrengthsBody]) -> Plan:
    ident, liaison, introduced = here(asked)
    works_in = cell_of(asked, asked.sight.of(Member, introduced.member))
    asked.must_reach(introduced.committee, liaison.cells.at(asked.on), introduced.workplace, works_in)
    changed = StrengthsChanged(strengths=asked.body.strengths)
    return Plan.one(ident, Liaison.KIND, change_strengths(liaison, changed, asked.on))


def _message(asked: Asked[MessageBody]) -> Plan:
    ident, liaison, introduced = here(asked)
    sender = _sender(asked, liaison, introduced)
    return Plan.one(ident, Liaison.KIND, send_message(liaison, _sent(asked, sender), asked.on))


def _sent(asked: Asked[MessageBody], sender: Id) -> MessageSent:
    return MessageSent(from_committee=sender, text=asked.body.text)


def _sender(asked: Asked[MessageBody], liaison: Liaison, introduced: LiaisonIntroduced) -> Id:
    """The side that the caller acts for; where it is both, the one that the body names, else the residence.

    Raises:
        Refused: `liaison.not_a_side`.
        Problem: 403.
    """
    works_in = cell_of(asked, asked.sight.of(Member, introduced.member)) or introduced.workplace
    followed_by = liaison.cells.at(asked.on)
    named = asked.body.from_committee
    if named not in (None, introduced.committee, followed_by, introduced.workplace, works_in):
        raise Refused("liaison.not_a_side", "this committee is neither side of the liaison", "/from_committee")
    lives = named in (None, introduced.committee, followed_by) and _reaches(asked, introduced.committee, followed_by)
    if lives:
        return introduced.committee
    works = named in (None, introduced.workplace, works_in) and _reaches(asked, works_in, introduced.workplace)
    if not works or works_in is None:
        raise forbidden("your token does not reach this organisation, or its role does not allow this")
    return works_in


def _reaches(asked: Asked[MessageBody], *organisations: Id | None) -> bool:
    known = [one for one in organisations if one is not None]
    return any(asked.sight.reaches(asked.caller, Relation.RECORD, organisation) for organisation in known)


CHANGES = (
    Change("/liaisons/{id}/strengths", StrengthsBody, _strengths, "Say what a resident can do for the place"),
    Change("/liaisons/{id}/messages", MessageBody, _message, "Write to the other committee about a resident"),
)
