"""What organisations, papers, days and forms are called in what a committee is told."""

from collections.abc import Mapping
from datetime import date

from events.fact import Id
from events.member import SanctionForm
from events.office import Office, Post
from events.papers import Decision, as_id

NOT_HERE = "tổ chức đảng khác"
SANCTIONS = {
    SanctionForm.REPRIMAND: "khiển trách",
    SanctionForm.WARNING: "cảnh cáo",
    SanctionForm.REMOVAL_FROM_POST: "cách chức",
    SanctionForm.EXPULSION: "khai trừ",
}
OFFICES = {
    Office.SECRETARY: "bí thư",
    Office.DEPUTY_SECRETARY: "phó bí thư",
    Office.COMMITTEE_MEMBER: "cấp ủy viên",
    Office.SUPERVISOR: "cấp ủy viên phụ trách",
}
POSTS = {
    Post.VILLAGE_HEAD: "trưởng thôn",
    Post.STREET_HEAD: "tổ trưởng tổ dân phố",
    Post.UNIT_HEAD: "thủ trưởng đơn vị",
    Post.FRONT_HEAD: "trưởng ban công tác Mặt trận",
    Post.YOUTH_SECRETARY: "bí thư đoàn thanh niên",
    Post.OTHER: "chức vụ khác",
}

Names = Mapping[Id, str]


def paper(decision: Decision, names: Names) -> str:
    """A decision by its number, its day and its issuer."""
    return f"theo Quyết định số {decision.number} ngày {day(decision.on)} của {whoever(decision.by, names)}"


def whoever(said: str, names: Names) -> str:
    """An organisation by its id, where it is here, or by its name."""
    ident = as_id(said)
    return said if ident is None else organisation(ident, names)


def organisation(ident: Id, names: Names) -> str:
    """An organisation by its name, or that it is another one."""
    return names.get(ident, NOT_HERE)


def day(on: date) -> str:
    """As it is written in the office."""
    return f"{on:%d/%m/%Y}"
