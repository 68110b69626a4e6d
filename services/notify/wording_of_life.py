"""What a residence committee is told of a member's later life: not on what ground, which is not its matter."""

from datetime import date

from events.fact import Fact, Id
from events.member import (
    ComplaintAnswered,
    ExemptionEnded,
    Member,
    MemberAppointed,
    MemberDied,
    MemberExempted,
    MemberRemoved,
    RemovalRestored,
    SanctionRestored,
)
from events.office import OfficerAppointed, OfficerEnded
from services.notify.called import NOT_HERE, OFFICES, POSTS, SANCTIONS, Names, day, organisation, paper, whoever


def of_life(fact: Fact, whom: str, on: date, member: Member, names: Names) -> str | None:
    """The fact in a clause about `whom`; None where it is of another kind."""
    match fact:
        case MemberAppointed(post=post, at=at):
            place = f" tại {whoever(at, names)}" if at else ""
            said = f"{whom} được bổ nhiệm, giới thiệu giữ chức vụ {post}{place} từ ngày {day(on)}"
        case MemberExempted(until=until):
            term = f" đến hết ngày {day(until)}" if until else ""
            said = f"{whom} được miễn công tác và sinh hoạt đảng từ ngày {day(on)}{term}"
        case ExemptionEnded():
            said = f"{whom} trở lại công tác và sinh hoạt đảng từ ngày {day(on)}"
        case MemberRemoved(decision=decision):
            said = f"{whom} bị xóa tên trong danh sách đảng viên {paper(decision, names)}, từ ngày {day(on)}"
        case RemovalRestored(cell=cell):
            said = f"quyết định xóa tên {whom} không còn hiệu lực từ ngày {day(on)}{_back(cell, names)}"
        case MemberDied():
            said = f"{whom} từ trần ngày {day(on)}"
        case _:
            return _of_sanction(fact, whom, on, member, names)
    return said


def of_office(fact: OfficerAppointed | OfficerEnded, whom: str, on: date, of: Id | None, names: Names) -> str:
    """An office in an organisation, with the post beside it."""
    office = f"{OFFICES[fact.office]} {organisation(of, names) if of is not None else NOT_HERE}"
    if isinstance(fact, OfficerEnded):
        return f"{whom} thôi giữ chức {office} từ ngày {day(on)}"
    post = f", kiêm {POSTS[fact.concurrently]}" if fact.concurrently else ""
    return f"{whom} được giao giữ chức {office}{post} từ ngày {day(on)}"


def _of_sanction(fact: Fact, whom: str, on: date, member: Member, names: Names) -> str | None:
    if not isinstance(fact, ComplaintAnswered | SanctionRestored):
        return None
    sanction = member.sanctions.known.get(fact.sanction)
    form = f" {SANCTIONS[sanction.form]}" if sanction is not None else ""
    if isinstance(fact, ComplaintAnswered) and fact.form is not None:
        change = f"được thay đổi thành {SANCTIONS[fact.form]}"
        return f"hình thức kỷ luật{form} đối với {whom} {change} từ ngày {day(on)}{_back(fact.cell, names)}"
    return f"quyết định kỷ luật{form} đối với {whom} không còn hiệu lực từ ngày {day(on)}{_back(fact.cell, names)}"


def _back(cell: Id | None, names: Names) -> str:
    return f"; trở lại sinh hoạt tại {organisation(cell, names)}" if cell is not None else ""
