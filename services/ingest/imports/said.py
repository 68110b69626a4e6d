"""What is wrong with a row, in the words of the office: by rule, with the days that the rule names."""

import re
from datetime import date
from typing import NamedTuple

from services.ingest.imports.cells import Row, Unclear, vietnamese
from services.ingest.imports.form import Form
from services.ingest.imports.known import MEETING, ORGANISATION
from services.ingest.imports.whole import Refusal
from services.web.problem import Problem

ISO = re.compile(r"\d{4}-\d\d-\d\d")


class Wrong(NamedTuple):
    """A row that is not in: `column` is None where the whole row is meant; `rule` is the name of what forbids it."""

    row: int
    column: str | None
    rule: str
    message: str


OF_FORMS = {
    "cell_unknown": "chi bộ này chưa có vào ngày ấy",
    "cell_ended": "chi bộ này đã kết thúc hoạt động",
    "cell_not_a_cell": "tổ chức này không phải là chi bộ",
    "destination_unknown": "nơi đến chưa có vào ngày ấy",
    "destination_ended": "không thể giới thiệu đến nơi đã giải thể",
    "destination_not_a_cell": "nơi đến không phải là chi bộ",
    "committee_unknown": "cấp ủy này chưa có vào ngày ấy",
    "committee_ended": "cấp ủy này đã kết thúc hoạt động",
    "parent_unknown": "tổ chức cấp trên chưa có vào ngày ấy",
    "parent_ended": "tổ chức cấp trên đã kết thúc hoạt động",
    "not_empty": "còn đảng viên hoặc tổ chức trực thuộc vào ngày ấy",
    "left": "khi ấy người này đã ra khỏi danh sách đảng viên",
    "later_facts": "đã có việc ghi vào ngày muộn hơn",
}
RULES = {
    "sanction.form_not_for_probationary": "đảng viên dự bị chỉ có thể bị khiển trách hoặc cảnh cáo",
    "transfer.already_in_transit": "một lần giới thiệu khác chưa có kết quả",
    "transfer.to_own_cell": "đảng viên đang sinh hoạt ở chính chi bộ ấy",
    "transfer.already_away": "đảng viên đang sinh hoạt tạm thời ở nơi khác",
    "transfer.until": "chuyển tạm thời thì ghi thời hạn; chuyển chính thức thì không",
    "transfer.too_short": "chuyển tạm thời ít nhất là 3 tháng",
    "transfer.too_long": "thời hạn chuyển tạm thời quá dài",
    "transfer.not_in_transit": "phiếu này đã có kết quả khác",
    "transfer.moved_since": "đảng viên đã chuyển đi nơi khác sau khi được giới thiệu",
    "member.not_yet_admitted": "vào ngày ấy người này chưa có trong danh sách",
    "member.already_official": "đã là đảng viên chính thức",
    "member.probation_not_over": "chưa hết 12 tháng dự bị",
    "member.recognition": "ngày chính thức không hợp với ngày vào Đảng",
    "member.erased": "dữ liệu của người này đã được xóa",
    "organisation.parent_missing": "thiếu tổ chức cấp trên",
    "organisation.parent_kind": "tổ chức loại này không thể trực thuộc tổ chức ấy",
    "organisation.parent_not_allowed": "đảng bộ tỉnh không trực thuộc tổ chức nào ở đây",
    "organisation.cell_kind_for_cells_only": "chỉ chi bộ mới có loại hình chi bộ",
    "organisation.exists": "tổ chức này đã có, với nội dung khác",
    "meeting.held": "buổi họp này đã ghi, với nội dung khác",
    "meeting.ended_before_start": "giờ kết thúc không sau giờ bắt đầu",
    "meeting.counts": "số người phát biểu nhiều hơn số có mặt",
    "meeting.counts_disagree": "số người theo tên không khớp với số đã ghi của cuộc họp",
    "meeting.member_twice": "một đảng viên có hai dòng trong cùng cuộc họp",
    "meeting.chair_absent": "người chủ trì lại được ghi là vắng",
    "meeting.minutes_before_session": "biên bản thông qua trước ngày họp",
    "meeting.minutes_approved": "biên bản đã ghi, với ngày khác",
    "liaison.open": "đã có hồ sơ khác đang mở với cấp ủy này",
    "liaison.not_accepted": "chưa được tiếp nhận vào ngày ấy",
    "liaison.refused": "hồ sơ này đã bị từ chối",
    "liaison.accepted": "hồ sơ này đã được tiếp nhận",
    "liaison.ended": "hồ sơ này đã kết thúc",
    "liaison.cell_elsewhere": "chi bộ này không trực thuộc cấp ủy nơi cư trú",
    "liaison.no_draft": "chưa có nhận xét của năm ấy để xác nhận",
    "liaison.remark_not_due": "người được miễn sinh hoạt chỉ nhận xét khi có yêu cầu",
    "liaison.remark_confirmed": "nhận xét của năm ấy đã được xác nhận",
    "oath_review.closed": "đợt này đã đóng",
    "oath_review.not_on_roll": "người này không có trong danh sách của đợt",
    "oath_review.excused": "người này đã được ghi là có lý do chưa trình bày",
    "oath_review.reported": "người này đã được ghi là đã trình bày",
    "claimed.card": "số thẻ này đã là của người khác",
    "claimed.citizen": "số định danh này đã là của người khác",
    "claimed.code": "mã này đã được dùng",
    "proposal.open": "một đề nghị khác về người này đang chờ duyệt",
    "forbidden": "tài khoản này không được ghi cho tổ chức ấy",
    "not-found": "điều mà dòng này nói đến chưa được ghi",
    "busy": "hệ thống đang bận; xin gửi lại",
    "behind": "hệ thống chưa đọc kịp sổ; xin gửi lại",
    "unavailable": "cơ sở dữ liệu chưa trả lời; xin gửi lại",
}


def unclear(row: int, error: Unclear) -> Wrong:
    """Of a row that could not be read."""
    return Wrong(row, error.column, error.rule, error.why)


def refused(form: Form, row: Row, problem: Problem) -> Wrong:
    """Of a row that a rule forbids; codes in the column at fault are said again, names never."""
    column = problem.column if isinstance(problem, Refusal) else None
    why = (isinstance(problem, Refusal) and problem.why) or in_words(problem)
    if column is not None and form.refs.get(column) in (ORGANISATION, MEETING):
        why = f"{row.text(column)}: {why}"
    return Wrong(row.number, column, problem.rule, why)


def in_words(problem: Problem) -> str:
    """A rule's refusal, with its day where it names one."""
    rule = problem.rule
    words = RULES.get(rule) or OF_FORMS.get(rule.partition(".")[2])
    if words is None:
        return f"không nhận theo quy tắc {rule}: {problem.detail}"
    day = ISO.search(problem.detail)
    return f"{words} (ngày {vietnamese(date.fromisoformat(day[0]))})" if day else words
