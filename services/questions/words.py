"""Vietnamese words for what facts hold: forms, bands, kinds, days and papers."""

from collections.abc import Mapping
from datetime import date, datetime

from events.bands import Band
from events.fact import Id
from events.liaison import ContactKind, LiaisonGround
from events.meeting import MeetingKind
from events.member import (
    ComplaintOutcome,
    ExemptionGround,
    RemovalGround,
    RewardForm,
    SanctionForm,
    Status,
    TransferKind,
    TransferSide,
)
from events.oath_review import Excuse
from events.papers import Decision, as_id

Called = Mapping[Id, str]
"""What those who are here are called."""

STATUSES = {Status.PROBATIONARY: "dự bị", Status.OFFICIAL: "chính thức"}
TRANSFERS = {TransferKind.OFFICIAL: "chính thức", TransferKind.TEMPORARY: "tạm thời"}
SIDES = {TransferSide.ORIGIN: "nơi đi", TransferSide.DESTINATION: "nơi đến"}
REWARDS = {
    RewardForm.COMMENDATION: "biểu dương",
    RewardForm.CERTIFICATE_LOWER: "giấy khen",
    RewardForm.CERTIFICATE_HIGHER: "bằng khen",
    RewardForm.OTHER: "hình thức khác",
}
SANCTIONS = {
    SanctionForm.REPRIMAND: "khiển trách",
    SanctionForm.WARNING: "cảnh cáo",
    SanctionForm.REMOVAL_FROM_POST: "cách chức",
    SanctionForm.EXPULSION: "khai trừ",
}
OUTCOMES = {
    ComplaintOutcome.UPHELD: "giữ nguyên hình thức kỷ luật",
    ComplaintOutcome.CHANGED: "thay đổi hình thức kỷ luật",
    ComplaintOutcome.CANCELLED: "hủy bỏ quyết định kỷ luật",
}
EXEMPTIONS = {
    ExemptionGround.AGE: "tuổi cao",
    ExemptionGround.ILLNESS: "sức khỏe yếu",
    ExemptionGround.OTHER: "lý do khác",
}
REMOVALS = {
    RemovalGround.UNQUALIFIED: "không đủ tư cách đảng viên",
    RemovalGround.ABSENT: "bỏ sinh hoạt đảng",
    RemovalGround.DUES: "không đóng đảng phí",
    RemovalGround.OWN_REQUEST: "tự xin ra khỏi Đảng",
    RemovalGround.PROBATION: "đảng viên dự bị không đủ tư cách",
    RemovalGround.OTHER: "lý do khác",
}
MEETINGS = {
    MeetingKind.REGULAR: "thường kỳ",
    MeetingKind.THEMATIC: "chuyên đề",
    MeetingKind.EXTRAORDINARY: "bất thường",
}
BANDS = {Band.GOOD: "tốt", Band.FAIR: "khá", Band.AVERAGE: "trung bình", Band.WEAK: "kém"}
CONTACTS = {
    ContactKind.MEETING: "gặp mặt",
    ContactKind.VISIT: "thăm hỏi",
    ContactKind.OPINION: "lấy ý kiến",
    ContactKind.CONTRIBUTION: "đóng góp",
}
ENDINGS = {
    LiaisonGround.MOVED: "chuyển nơi cư trú",
    LiaisonGround.RETIRED: "nghỉ hưu",
    LiaisonGround.DIED: "từ trần",
    LiaisonGround.LEFT: "không còn là đảng viên",
}
EXCUSES = {
    Excuse.EXEMPT: "miễn sinh hoạt",
    Excuse.TEMPORARILY_AWAY: "chuyển sinh hoạt tạm thời",
    Excuse.ILL: "ốm đau",
    Excuse.OTHER: "lý do khác",
}


def day(on: date) -> str:
    """As it is written in the office."""
    return f"{on:%d/%m/%Y}"


def moment(at: datetime) -> str:
    """With the hour that the clock showed where it was recorded."""
    return f"{at:%H:%M} ngày {at:%d/%m/%Y}"


def badge(form: RewardForm) -> str:
    """A reward by its name."""
    return f"Huy hiệu {form.removeprefix('badge_')} năm tuổi Đảng" if form.is_badge else REWARDS[form]


def where(said: str, called: Called) -> str:
    """An organisation that is here by its id, or any other by its name."""
    ident = as_id(said)
    return said if ident is None else of(ident, called)


def paper(decision: Decision, called: Called) -> str:
    """A decision by number, day and issuer."""
    return f"quyết định số {decision.number} ngày {day(decision.on)} của {where(decision.by, called)}"


def of(ident: Id | None, called: Called) -> str:
    """A name, or that it is an organisation that is not here."""
    return called.get(ident, "nơi khác") if ident is not None else "nơi khác"


def who(ident: Id, called: Called) -> str:
    """A member's name, or that it is one who is not known here."""
    return called.get(ident, "một đảng viên")
