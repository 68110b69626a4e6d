"""The words of the offices' sheets, and what each is to the record."""

SUPERIOR_OF_A_COMMUNE = "Đảng bộ xã, phường"
KINDS = {
    "Đảng bộ tỉnh": "province",
    SUPERIOR_OF_A_COMMUNE: "superior",
    "Đảng bộ khối": "superior",
    "Đảng bộ cơ sở": "grassroots",
    "Đảng bộ bộ phận": "sectional",
    "Chi bộ": "cell",
    "Chi bộ cơ sở": "cell",
}
CELL_KINDS = {
    "Thôn, xóm, bản": "village",
    "Tổ dân phố, khu, khối": "street",
    "Cơ quan xã, phường": "commune_agency",
    "Cơ quan hành chính": "agency",
    "Đơn vị sự nghiệp": "public_service",
    "Doanh nghiệp nhà nước": "state_enterprise",
    "Doanh nghiệp tư nhân": "private_enterprise",
    "Quân đội": "army",
    "Công an": "police",
    "Sinh viên": "student",
    "Tạm thời": "temporary",
    "Ngoài nước": "overseas",
}
OFFICES = {
    "Bí thư chi bộ": "secretary",
    "Phó bí thư chi bộ": "deputy_secretary",
    "Chi ủy viên": "committee_member",
    "Bí thư Đảng ủy": "secretary",
    "Phó bí thư Đảng ủy": "deputy_secretary",
    "Đảng ủy viên": "committee_member",
}
OF_THE_COMMITTEE = frozenset({"Bí thư Đảng ủy", "Phó bí thư Đảng ủy", "Đảng ủy viên"})
"""Offices that are not of the cell but of the organisation above it."""
CONCURRENT = {
    "Trưởng thôn": "village_head",
    "Trưởng khu": "street_head",
    "Tổ trưởng tổ dân phố": "street_head",
    "Trưởng đơn vị": "unit_head",
    "Trưởng ban công tác Mặt trận": "front_head",
    "Bí thư chi đoàn": "youth_secretary",
}
EXEMPTED, DIED, MOVED, APPOINTED = "Miễn sinh hoạt", "Từ trần", "Đổi nơi cư trú", "Bổ nhiệm"
HAPPENINGS = {EXEMPTED: "exemptions", DIED: "deaths", MOVED: "residences", APPOINTED: "appointments"}
EXEMPTIONS = {"Tuổi cao": "age", "Ốm đau": "illness", "Lý do khác": "other"}
MEETINGS = {"Thường kỳ": "regular", "Chuyên đề": "thematic", "Bất thường": "extraordinary"}
PRESENCE = {"x": "present", "p": "excused", "k": "absent"}
OUTSIDE_THE_BASE = frozenset({"m", "t"})
"""Exempt, and temporarily away."""
TRANSFERS = {"Chính thức": "official", "Tạm thời": "temporary"}
RECEIVED, REFUSED, WITHDRAWN, WAITING = "Đã tiếp nhận", "Từ chối", "Rút", "Chưa tiếp nhận"
OUTCOMES = {RECEIVED: "receptions", REFUSED: "refusals", WITHDRAWN: "withdrawals", WAITING: ""}
GROUNDS = {
    "Biệt phái": "work",
    "Điều động": "work",
    "Chuyển công tác": "work",
    "Được tuyển dụng": "work",
    "Học tập trung": "study",
    "Nghỉ hưu": "other",
    "Nghỉ chờ hưu": "other",
}
REWARD, SANCTION, REMOVAL = "Khen thưởng", "Kỷ luật", "Xóa tên"
MERITS = {REWARD: "rewards", SANCTION: "sanctions", REMOVAL: "removals"}
REWARDS = {
    "Biểu dương": "commendation",
    "Giấy khen": "certificate_lower",
    "Bằng khen": "certificate_higher",
    **{f"Huy hiệu Đảng {years} năm": f"badge_{years}" for years in (30, *range(40, 95, 5))},
    "Khác": "other",
}
SANCTIONS = {
    "Khiển trách": "reprimand",
    "Cảnh cáo": "warning",
    "Cách chức": "removal_from_post",
    "Khai trừ": "expulsion",
}
REMOVALS = {
    "Xóa tên": "other",
    "Không đủ tư cách": "unqualified",
    "Bỏ sinh hoạt": "absent",
    "Không đóng đảng phí": "dues",
    "Tự xin": "own_request",
    "Không được công nhận chính thức": "probation",
}
INTRODUCED = "Giới thiệu"
EVENTS = {
    INTRODUCED: "liaisons",
    "Tiếp nhận": "acceptances",
    "Từ chối": "refusals",
    "Phân công chi bộ": "assignments",
    "Liên hệ": "contacts",
    "Nhận xét": "remarks",
    "Xác nhận nhận xét": "confirmations",
    "Kết thúc": "endings",
}
CONTACTS = {"Gặp mặt": "meeting", "Thăm hỏi": "visit", "Lấy ý kiến": "opinion", "Đóng góp": "contribution"}
REMARKS = {"Tốt": "good", "Khá": "fair", "Trung bình": "average", "Kém": "weak"}
ENDINGS = {"Chuyển nơi ở": "moved", "Nghỉ hưu": "retired", "Từ trần": "died", "Ra khỏi Đảng": "left"}
FRONT = "Ban công tác Mặt trận"
ASKED_THE_FRONT = "Đã hỏi Ban công tác Mặt trận"
YES = "Có"
EXCUSES = {
    "Miễn sinh hoạt": "exempt",
    "Chuyển sinh hoạt tạm thời": "temporarily_away",
    "Ốm đau": "ill",
    "Khác": "other",
}
