"""Sentences of offices, of an organisation's papers, of four-good candidacies and of yearly classifications."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from events import candidacy, classification, excellence, office
from events import organisation_papers as papers
from events.classification import Rated, YearBand
from events.fact import Fact, Id
from events.office import Office, Post
from events.organisation_papers import Censure, Merit, TargetKind
from services.questions.words import Called, of, paper, who

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
MERITS = {
    Merit.COMMENDATION: "biểu dương",
    Merit.CERTIFICATE_LOWER: "giấy khen",
    Merit.CERTIFICATE_HIGHER: "bằng khen",
    Merit.OTHER: "hình thức khác",
}
CENSURES = {Censure.REPRIMAND: "khiển trách", Censure.WARNING: "cảnh cáo"}
TARGETS = {TargetKind.ADMISSIONS: "kết nạp đảng viên"}
YEARS = {
    YearBand.EXCELLENT: "hoàn thành xuất sắc nhiệm vụ",
    YearBand.GOOD: "hoàn thành tốt nhiệm vụ",
    YearBand.COMPLETED: "hoàn thành nhiệm vụ",
    YearBand.NOT_COMPLETED: "không hoàn thành nhiệm vụ",
}


def _appointed(fact: office.OfficerAppointed, called: Called) -> str:
    post = f", kiêm {POSTS[fact.concurrently]}" if fact.concurrently else ""
    return f"cử {who(fact.member, called)} giữ chức {OFFICES[fact.office]}{post}"


def _left_office(fact: office.OfficerEnded, called: Called) -> str:
    return f"cho {who(fact.member, called)} thôi giữ chức {OFFICES[fact.office]}"


def _rules(fact: papers.WorkingRulesAdopted, _called: Called) -> str:
    return f"ban hành quy chế làm việc nhiệm kỳ {fact.term}"


def _trained(fact: papers.TrainingHeld, _called: Called) -> str:
    return f"bồi dưỡng, tập huấn năm {fact.year} cho {len(fact.members)} đảng viên"


def _plan(fact: papers.FourGoodPlanAdopted, _called: Called) -> str:
    return f"ban hành kế hoạch xây dựng chi bộ bốn tốt năm {fact.year}"


def _target(fact: papers.TargetSet, _called: Called) -> str:
    return f"đặt chỉ tiêu {TARGETS[fact.kind]} năm {fact.year}: {fact.value}"


def _rewarded(fact: papers.OrganisationRewarded, called: Called) -> str:
    return f"được khen thưởng: {MERITS[fact.form]}, {paper(fact.decision, called)}"


def _disciplined(fact: papers.OrganisationDisciplined, called: Called) -> str:
    return f"bị kỷ luật {CENSURES[fact.form]}, {paper(fact.decision, called)}"


def _registered(fact: candidacy.CandidacyRegistered, called: Called) -> str:
    return f"{of(fact.cell, called)} đăng ký chi bộ bốn tốt năm {fact.year}"


def _withdrawn(fact: candidacy.CandidacyWithdrawn, called: Called) -> str:
    return f"{of(fact.cell, called)} rút đăng ký chi bộ bốn tốt năm {fact.year}"


def _self_assessed(fact: candidacy.CandidacySelfAssessed, called: Called) -> str:
    return f"{of(fact.cell, called)} tự đánh giá chi bộ bốn tốt năm {fact.year}: {_sum(fact.items)} điểm"


def _appraised(fact: candidacy.CandidacyAppraised, called: Called) -> str:
    return f"cấp trên thẩm định chi bộ bốn tốt năm {fact.year} của {of(fact.cell, called)}: {_sum(fact.items)} điểm"


def _recognised(fact: candidacy.CandidacyRecognised, called: Called) -> str:
    return f"{of(fact.cell, called)} được công nhận đạt chuẩn chi bộ bốn tốt năm {fact.year}"


def _certified(fact: candidacy.CandidacyCertified, called: Called) -> str:
    given = f"được tặng giấy khen chi bộ bốn tốt tiêu biểu năm {fact.year}"
    return f"{of(fact.cell, called)} {given}, {paper(fact.decision, called)}"


def _classified(fact: classification.ClassificationDecided, called: Called) -> str:
    points = f", {_decimal(fact.points)} điểm" if fact.points is not None else ""
    is_member = fact.kind is Rated.MEMBER
    return (
        f"{_whose(fact.subject, called, is_member=is_member)} được xếp loại {YEARS[fact.band]} năm {fact.year}{points}"
    )


def _reopened(fact: classification.ClassificationReopened, called: Called) -> str:
    return f"xem xét lại kết quả xếp loại năm {fact.year} của {called.get(fact.subject, 'nơi khác')}"


def _granted(fact: excellence.ExcellenceGranted, called: Called) -> str:
    subject = _whose(fact.subject, called, is_member=fact.kind is Rated.MEMBER)
    return f"{subject} trong số hoàn thành xuất sắc nhiệm vụ năm {fact.year} của {of(fact.within, called)}"


def _given_up(fact: excellence.ExcellenceGivenUp, called: Called) -> str:
    return f"{called.get(fact.subject, 'nơi khác')} không còn trong số hoàn thành xuất sắc nhiệm vụ"


def _whose(subject: Id, called: Called, *, is_member: bool) -> str:
    return who(subject, called) if is_member else of(subject, called)


def _sum(items: Mapping[str, Decimal]) -> str:
    return _decimal(sum(items.values(), Decimal()))


def _decimal(points: Decimal) -> str:
    return f"{points.normalize():f}".replace(".", ",")


OF_PAPERS: dict[type[Fact], Callable[[Any, Called], str]] = {
    office.OfficerAppointed: _appointed,
    office.OfficerEnded: _left_office,
    papers.WorkingRulesAdopted: _rules,
    papers.TrainingHeld: _trained,
    papers.FourGoodPlanAdopted: _plan,
    papers.TargetSet: _target,
    papers.OrganisationRewarded: _rewarded,
    papers.OrganisationDisciplined: _disciplined,
    candidacy.CandidacyRegistered: _registered,
    candidacy.CandidacyWithdrawn: _withdrawn,
    candidacy.CandidacySelfAssessed: _self_assessed,
    candidacy.CandidacyAppraised: _appraised,
    candidacy.CandidacyRecognised: _recognised,
    candidacy.CandidacyCertified: _certified,
    classification.ClassificationDecided: _classified,
    classification.ClassificationReopened: _reopened,
    excellence.ExcellenceGranted: _granted,
    excellence.ExcellenceGivenUp: _given_up,
}
"""By the fact's class, for `services.questions.sentences`."""
