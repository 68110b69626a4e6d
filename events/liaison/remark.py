"""What happens in a liaison's years: contacts, and the remark that a cell drafts and the committee confirms."""

from datetime import date

from events.fact import Fact, Refused
from events.liaison.facts import ContactMade, RemarkConfirmed, RemarkDrafted, RemarkRequested
from events.liaison.state import Liaison, must_be_accepted
from events.member.state import Member, must_be_listed


def make_contact(liaison: Liaison, member: Member, contact: ContactMade, on: date) -> list[Fact]:
    """The cell was in touch with him (213-QĐ/TW of 2 Jan 2020); one of a kind a day, also where none is due.

    `member` is the resident's state: who has died, or is a member no longer, is not met as one. An end that becomes
    known later is not held up by a contact on record after it: the liaison then shows that contact as what it is.

    Raises:
        Refused: `liaison.not_introduced`, `liaison.not_accepted`, `liaison.ended`, `member.not_yet_admitted`,
            `member.died`, `member.left`.
    """
    if (contact.on, contact.kind) in liaison.contacts:
        return []
    must_be_accepted(liaison, on)
    must_be_accepted(liaison, contact.on)
    must_be_listed(member, contact.on)
    return [contact]


def request_remark(liaison: Liaison, year: int, on: date) -> list[Fact]:
    """Somebody needs a remark for that year: yearly or on request (213-QĐ/TW of 2 Jan 2020).

    Raises:
        Refused: `liaison.not_introduced`, `liaison.not_accepted`, `liaison.ended`.
    """
    if year in liaison.requested:
        return []
    must_be_accepted(liaison, on)
    return [RemarkRequested(year=year)]


def draft_remark(liaison: Liaison, member: Member, drafted: RemarkDrafted, on: date) -> list[Fact]:
    """The cell drafts the remark of a year (213-QĐ/TW of 2 Jan 2020), and may draft again until it is confirmed.

    `member` is the resident's state; a year in which he died still gets its remark.

    Raises:
        Refused: `liaison.not_introduced`, `liaison.not_accepted`, `liaison.ended`, `liaison.remark_confirmed`,
            `liaison.remark_not_due` (exempt from activities, and nobody asked for one), `liaison.year_not_begun`,
            `member.died` (in a year before).
    """
    if liaison.drafts.get(drafted.year) == drafted:
        return []
    introduced = must_be_accepted(liaison, on)
    if drafted.year in liaison.confirmed:
        raise Refused("liaison.remark_confirmed", "the remark of that year is confirmed already", "/year")
    if introduced.activity_exempt and drafted.year not in liaison.requested:
        raise Refused("liaison.remark_not_due", "of an exempt member a remark is written on request only", "/year")
    if drafted.year > on.year:
        raise Refused("liaison.year_not_begun", "that year has not begun on that day", "/year")
    if member.died_on is not None and member.died_on.year < drafted.year:
        raise Refused("member.died", f"the member died on {member.died_on}", "/year")
    return [drafted]


def confirm_remark(liaison: Liaison, year: int, on: date) -> list[Fact]:
    """The committee confirms what the cell has drafted (213-QĐ/TW of 2 Jan 2020).

    Raises:
        Refused: `liaison.not_introduced`, `liaison.not_accepted`, `liaison.ended`, `liaison.no_draft`.
    """
    if year in liaison.confirmed:
        return []
    must_be_accepted(liaison, on)
    if year not in liaison.drafts:
        raise Refused("liaison.no_draft", "there is no draft of a remark for that year")
    return [RemarkConfirmed(year=year)]
