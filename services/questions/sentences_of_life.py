"""What the facts of a member's later life say: posts, complaints, absences, removal and death."""

from collections.abc import Callable
from typing import Any

from events import member
from events.fact import Fact
from services.questions import words
from services.questions.words import Called, day, of, paper, where


def _appointed(fact: member.MemberAppointed, called: Called) -> str:
    return f"được bổ nhiệm, giới thiệu giữ chức vụ {fact.post}" + (f" tại {where(fact.at, called)}" if fact.at else "")


def _exempted(fact: member.MemberExempted, _called: Called) -> str:
    until = f" đến hết ngày {day(fact.until)}" if fact.until else ""
    return f"được miễn công tác và sinh hoạt đảng vì {words.EXEMPTIONS[fact.ground]}{until}"


def _exemption_over(_fact: member.ExemptionEnded, _called: Called) -> str:
    return "hết thời gian được miễn công tác và sinh hoạt đảng"


def _removed(fact: member.MemberRemoved, called: Called) -> str:
    return f"bị xóa tên trong danh sách đảng viên ({words.REMOVALS[fact.ground]}), {paper(fact.decision, called)}"


def _removal_complained(_fact: member.RemovalComplained, _called: Called) -> str:
    return "khiếu nại quyết định xóa tên"


def _removal_restored(fact: member.RemovalRestored, called: Called) -> str:
    return f"được phục hồi quyền của đảng viên tại {of(fact.cell, called)}, quyết định xóa tên không còn hiệu lực"


def _died(_fact: member.MemberDied, _called: Called) -> str:
    return "từ trần"


def _complained(fact: member.SanctionComplained, _called: Called) -> str:
    return f"khiếu nại quyết định kỷ luật (ghi tại vị trí {fact.sanction})"


def _answered(fact: member.ComplaintAnswered, called: Called) -> str:
    outcome = words.OUTCOMES[fact.outcome] + (f" thành {words.SANCTIONS[fact.form]}" if fact.form else "")
    return f"khiếu nại kỷ luật (ghi tại vị trí {fact.sanction}) được giải quyết: {outcome}{_back_in(fact.cell, called)}"


def _restored(fact: member.SanctionRestored, called: Called) -> str:
    return f"được phục hồi vì bị kỷ luật oan, sai (ghi tại vị trí {fact.sanction}){_back_in(fact.cell, called)}"


def _back_in(cell: Any, called: Called) -> str:
    return f"; trở lại sinh hoạt tại {of(cell, called)}" if cell else ""


def _inspected(_fact: member.InspectionOpened, _called: Called) -> str:
    return "bắt đầu được kiểm tra"


def _inspection_over(_fact: member.InspectionEnded, _called: Called) -> str:
    return "kết thúc kiểm tra"


def _suspended(fact: member.MemberSuspended, _called: Called) -> str:
    return "bị đình chỉ sinh hoạt đảng" + (f" đến hết ngày {day(fact.until)}" if fact.until else "")


def _suspension_over(_fact: member.SuspensionEnded, _called: Called) -> str:
    return "hết thời gian bị đình chỉ sinh hoạt đảng"


OF_LIFE: dict[type[Fact], Callable[[Any, Called], str]] = {
    member.MemberAppointed: _appointed,
    member.MemberExempted: _exempted,
    member.ExemptionEnded: _exemption_over,
    member.MemberRemoved: _removed,
    member.RemovalComplained: _removal_complained,
    member.RemovalRestored: _removal_restored,
    member.MemberDied: _died,
    member.SanctionComplained: _complained,
    member.ComplaintAnswered: _answered,
    member.SanctionRestored: _restored,
    member.InspectionOpened: _inspected,
    member.InspectionEnded: _inspection_over,
    member.MemberSuspended: _suspended,
    member.SuspensionEnded: _suspension_over,
}
"""By the fact's class."""
