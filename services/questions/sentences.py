"""What each fact says, in a Vietnamese sentence without its subject: one small function a fact."""

from collections.abc import Callable
from typing import Any

from events import (
    liaison,
    member,
    notice,
    oath_campaign,
    oath_review,
    organisation,
    proposal,
)
from events.correction import STRIKES, Struck
from events.fact import Fact
from services.questions import words
from services.questions.sentences_of_exchange import OF_EXCHANGE
from services.questions.sentences_of_life import OF_LIFE
from services.questions.sentences_of_meetings import OF_MEETINGS
from services.questions.sentences_of_papers import OF_PAPERS
from services.questions.sentences_of_rules import OF_RULES
from services.questions.sentences_of_transfers import OF_TRANSFERS
from services.questions.words import Called, day, of, paper, who


def sentence(fact: Fact, called: Called) -> str:
    """The fact in a sentence; `called` are the names of those who are here."""
    said = SENTENCES[type(fact)](fact, called)
    return f"{said[:1].upper()}{said[1:]}."


def _struck(fact: Struck, _called: Called) -> str:
    instead = ", ghi lại nội dung đúng" if fact.instead else ""
    return f"đính chính: gạch bỏ nội dung đã ghi ở số {fact.position}{instead}"


def _established(fact: organisation.OrganisationEstablished, called: Called) -> str:
    return "được thành lập" + (f", trực thuộc {of(fact.parent, called)}" if fact.parent else "")


def _renamed(fact: organisation.OrganisationRenamed, _called: Called) -> str:
    return f"được đổi tên thành {fact.name}"


def _handed_over(fact: organisation.OrganisationHandedOver, called: Called) -> str:
    return f"được chuyển giao về trực thuộc {of(fact.to, called)}"


def _joined_by(fact: organisation.OrganisationJoinedBy, called: Called) -> str:
    return f"kế tục {of(fact.organisation, called)}"


def _split_off(fact: organisation.OrganisationSplitOff, called: Called) -> str:
    return f"được tách ra từ {of(fact.source, called)}"


def _absorbed(fact: organisation.OrganisationAbsorbed, called: Called) -> str:
    return f"được sáp nhập vào {of(fact.into, called)}"


def _consolidated(fact: organisation.OrganisationConsolidated, called: Called) -> str:
    return f"được hợp nhất thành {of(fact.into, called)}"


def _split(fact: organisation.OrganisationSplit, called: Called) -> str:
    parts = ", ".join(of(part, called) for part in fact.into)
    return f"được tách, lập thêm {parts}" if fact.keeps else f"được chia thành {parts}"


def _dissolved(fact: organisation.OrganisationDissolved, called: Called) -> str:
    return "giải thể" + (f"; {of(fact.successor, called)} kế tục" if fact.successor else "")


def _disbanded(_fact: organisation.OrganisationDisbanded, _called: Called) -> str:
    return "bị giải tán (hình thức kỷ luật)"


def _admitted(fact: member.MemberAdmitted, called: Called) -> str:
    return f"đảng viên {words.STATUSES[fact.status]} của {of(fact.cell, called)}, vào Đảng ngày {day(fact.admitted_on)}"


def _recognised(_fact: member.MemberRecognised, _called: Called) -> str:
    return "được công nhận là đảng viên chính thức"


def _lives(fact: member.ResidenceDeclared, called: Called) -> str:
    return f"cư trú tại địa bàn của {of(fact.committee, called)}" if fact.committee else f"cư trú tại xã {fact.place}"


def _moved(fact: member.MemberMoved, called: Called) -> str:
    return f"chuyển từ {of(fact.from_cell, called)} sang {of(fact.cell, called)} do sắp xếp lại tổ chức"


def _rewarded(fact: member.RewardGiven, called: Called) -> str:
    return f"được khen thưởng: {words.badge(fact.form)}, {paper(fact.decision, called)}"


def _disciplined(fact: member.MemberDisciplined, called: Called) -> str:
    return f"bị kỷ luật {words.SANCTIONS[fact.form]}, {paper(fact.decision, called)}"


def _erased(_fact: member.MemberErased, _called: Called) -> str:
    return "thông tin cá nhân đã được xóa"


def _to_residence(fact: liaison.LiaisonIntroduced, called: Called) -> str:
    exempt = ", miễn sinh hoạt nơi cư trú" if fact.activity_exempt else ""
    return f"được giới thiệu giữ mối liên hệ với {of(fact.committee, called)}{exempt}"


def _accepted(_fact: liaison.LiaisonAccepted, _called: Called) -> str:
    return "cấp ủy nơi cư trú tiếp nhận"


def _not_accepted(_fact: liaison.LiaisonRefused, _called: Called) -> str:
    return "cấp ủy nơi cư trú không tiếp nhận"


def _assigned(fact: liaison.LiaisonAssigned, called: Called) -> str:
    return f"phân công {of(fact.cell, called)} theo dõi"


def _strong(fact: liaison.StrengthsChanged, _called: Called) -> str:
    return f"thế mạnh ở nơi cư trú: {', '.join(fact.strengths) or 'không ghi'}"


def _wrote(fact: liaison.MessageSent, called: Called) -> str:
    return f"{of(fact.from_committee, called)} gửi trao đổi"


def _contact(fact: liaison.ContactMade, _called: Called) -> str:
    return f"liên hệ ngày {day(fact.on)}: {words.CONTACTS[fact.kind]}"


def _asked(fact: liaison.RemarkRequested, _called: Called) -> str:
    return f"đề nghị nhận xét năm {fact.year}"


def _remarked(fact: liaison.RemarkDrafted, _called: Called) -> str:
    return f"nhận xét nơi cư trú năm {fact.year}: {words.BANDS[fact.band]}"


def _confirmed(fact: liaison.RemarkConfirmed, _called: Called) -> str:
    return f"xác nhận nhận xét năm {fact.year}"


def _ended(fact: liaison.LiaisonEnded, _called: Called) -> str:
    return f"kết thúc giữ mối liên hệ: {words.ENDINGS[fact.ground]}"


def _campaign(fact: oath_campaign.OathCampaignOpened, called: Called) -> str:
    term = f"từ {day(fact.opens_on)} đến {day(fact.closes_on)}"
    return f"mở đợt “{fact.title}” trong {of(fact.scope, called)}, {term}"


def _campaign_over(_fact: oath_campaign.OathCampaignClosed, _called: Called) -> str:
    return "kết thúc đợt giữ trọn lời thề đảng viên"


def _roll(fact: oath_review.OathReviewOpened, called: Called) -> str:
    return f"{of(fact.cell, called)} chốt danh sách giữ trọn lời thề, {len(fact.roll)} đảng viên"


def _reported(fact: oath_review.OathReported, called: Called) -> str:
    sums = f"{fact.kept} điều giữ trọn, {fact.not_well} làm chưa tốt, {fact.not_done} hứa chưa làm"
    return f"{who(fact.member, called)} báo cáo giữ trọn lời thề: {sums}"


def _excused(fact: oath_review.MemberExcused, called: Called) -> str:
    return f"{who(fact.member, called)} không báo cáo giữ trọn lời thề: {words.EXCUSES[fact.reason]}"


def _roll_over(_fact: oath_review.OathReviewClosed, _called: Called) -> str:
    return "chi bộ kết thúc đợt giữ trọn lời thề"


def _proposed(fact: proposal.ProposalMade, called: Called) -> str:
    return f"đề nghị thay đổi đối với {of(fact.subject, called)}, chờ người thứ hai xác nhận"


def _approved(_fact: proposal.ProposalApproved, _called: Called) -> str:
    return "đề nghị được xác nhận"


def _rejected(_fact: proposal.ProposalRejected, _called: Called) -> str:
    return "đề nghị không được xác nhận"


def _known(fact: notice.NoticeAcknowledged, called: Called) -> str:
    return f"{of(fact.organisation, called)} xác nhận đã nhận thông báo"


SENTENCES: dict[type[Fact], Callable[[Any, Called], str]] = {
    **dict.fromkeys(STRIKES.values(), _struck),
    organisation.OrganisationEstablished: _established,
    organisation.OrganisationRenamed: _renamed,
    organisation.OrganisationHandedOver: _handed_over,
    organisation.OrganisationJoinedBy: _joined_by,
    organisation.OrganisationSplitOff: _split_off,
    organisation.OrganisationAbsorbed: _absorbed,
    organisation.OrganisationConsolidated: _consolidated,
    organisation.OrganisationSplit: _split,
    organisation.OrganisationDissolved: _dissolved,
    organisation.OrganisationDisbanded: _disbanded,
    member.MemberAdmitted: _admitted,
    member.MemberRecognised: _recognised,
    member.ResidenceDeclared: _lives,
    member.MemberMoved: _moved,
    **OF_MEETINGS,
    **OF_TRANSFERS,
    member.RewardGiven: _rewarded,
    member.MemberDisciplined: _disciplined,
    member.MemberErased: _erased,
    liaison.LiaisonIntroduced: _to_residence,
    liaison.LiaisonAccepted: _accepted,
    liaison.LiaisonRefused: _not_accepted,
    liaison.LiaisonAssigned: _assigned,
    liaison.StrengthsChanged: _strong,
    liaison.MessageSent: _wrote,
    liaison.ContactMade: _contact,
    liaison.RemarkRequested: _asked,
    liaison.RemarkDrafted: _remarked,
    liaison.RemarkConfirmed: _confirmed,
    liaison.LiaisonEnded: _ended,
    oath_campaign.OathCampaignOpened: _campaign,
    oath_campaign.OathCampaignClosed: _campaign_over,
    oath_review.OathReviewOpened: _roll,
    oath_review.OathReported: _reported,
    oath_review.MemberExcused: _excused,
    oath_review.OathReviewClosed: _roll_over,
    **OF_PAPERS,
    proposal.ProposalMade: _proposed,
    proposal.ProposalApproved: _approved,
    proposal.ProposalRejected: _rejected,
    notice.NoticeAcknowledged: _known,
    **OF_LIFE,
    **OF_RULES,
    **OF_EXCHANGE,
}
"""By the fact's class; a test sees to it that none is missing."""
