"""What happened, in a Vietnamese sentence, for a committee that has been told of it."""

from datetime import date

from events.correction import Struck
from events.fact import Fact, Id
from events.liaison import MessageSent
from events.member import (
    Member,
    MemberDisciplined,
    MemberMoved,
    RewardForm,
    RewardGiven,
    TransferExtended,
    TransferExtensionAsked,
    TransferIntroduced,
    TransferKind,
    TransferReceived,
    TransferRefused,
    TransferReturned,
    TransferSide,
)
from events.member.transit import OF_ONE_TRANSFER, Transfer
from events.office import OfficerAppointed, OfficerEnded
from services.notify.called import SANCTIONS, Names
from services.notify.called import day as _day
from services.notify.called import organisation as _organisation
from services.notify.called import paper as _paper
from services.notify.recipients import cell_before
from services.notify.wording_of_life import of_life, of_office

REWARDS = {
    RewardForm.COMMENDATION: "được biểu dương",
    RewardForm.CERTIFICATE_LOWER: "được tặng giấy khen",
    RewardForm.CERTIFICATE_HIGHER: "được tặng bằng khen",
    RewardForm.OTHER: "được khen thưởng",
}
KINDS = {
    TransferKind.OFFICIAL: "chuyển sinh hoạt đảng chính thức",
    TransferKind.TEMPORARY: "chuyển sinh hoạt đảng tạm thời",
}


def sentence(fact: Fact, on: date, member: Member, names: Names, of: Id | None = None) -> str:
    """The fact in a sentence that names a person: for those who may see it. `names` are those of organisations here.

    `of` is the stream that tells it: of an office that of the organisation.
    """
    name = member.admitted.name if member.admitted is not None else ""
    who = f"đồng chí {name}".strip()
    match fact:
        case TransferIntroduced():
            said = _introduced(fact, who, on, names)
        case TransferReceived(transfer=transfer) | TransferRefused(transfer=transfer):
            said = _answered(fact, member.transfers[transfer].introduced, who, on, names)
        case _ if isinstance(fact, OF_ONE_TRANSFER):
            said = _went_on(fact, member.transfers[fact.transfer], who, on, names)
        case MemberMoved(from_cell=left, cell=cell):
            way = f"từ {_organisation(left, names)} sang {_organisation(cell, names)}"
            said = f"{who} chuyển {way} do sắp xếp lại tổ chức, ngày {_day(on)}"
        case RewardGiven(form=form, decision=decision):
            said = f"{_of_cell(who, member, on, names)} {_reward(form)} {_paper(decision, names)}, từ ngày {_day(on)}"
        case MemberDisciplined(form=sanction, decision=decision):
            said = (
                f"{_of_cell(who, member, on, names)} bị kỷ luật bằng hình thức {SANCTIONS[sanction]} "
                f"{_paper(decision, names)}, công bố ngày {_day(on)}"
            )
        case MessageSent(from_committee=sender, text=text):
            said = f"{_organisation(sender, names)} trao đổi về {who}, ngày {_day(on)}: “{text}”"
        case OfficerAppointed() | OfficerEnded():
            said = of_office(fact, _of_cell(who, member, on, names), on, of, names)
        case Struck(position=struck):
            said = f"nội dung đã ghi về {who} ở số {struck} được đính chính, ngày {_day(on)}"
        case _:
            more = of_life(fact, _of_cell(who, member, on, names), on, member, names)
            said = more or f"có thay đổi về {who} từ ngày {_day(on)}"
    return said[:1].upper() + said[1:] + "."


def _introduced(fact: TransferIntroduced, who: str, on: date, names: Names) -> str:
    said = (
        f"{_organisation(fact.from_cell, names)} giới thiệu {who} {KINDS[fact.kind]} "
        f"đến {_organisation(fact.to, names)}, ngày {_day(on)}"
    )
    if fact.due_on is not None:
        said += f"; hạn có mặt tại nơi đến: {_day(fact.due_on)}"
    if fact.until is not None:
        said += f"; đến hết ngày {_day(fact.until)}"
    return said


def _answered(fact: Fact, introduced: TransferIntroduced, who: str, on: date, names: Names) -> str:
    verb = "tiếp nhận" if isinstance(fact, TransferReceived) else "không tiếp nhận"
    return (
        f"{_organisation(introduced.to, names)} {verb} {who} {KINDS[introduced.kind]} "
        f"từ {_organisation(introduced.from_cell, names)}, ngày {_day(on)}"
    )


def _went_on(fact: Fact, transfer: Transfer, who: str, on: date, names: Names) -> str:
    """Withdrawn by the one side, asked for or agreed for longer by both, or over."""
    origin, host = _organisation(transfer.introduced.from_cell, names), _organisation(transfer.to, names)
    kind = KINDS[transfer.introduced.kind]
    match fact:
        case TransferExtensionAsked(until=until, side=side):
            asks = origin if side is TransferSide.ORIGIN else host
            return f"{asks} đề nghị gia hạn cho {who} {kind} đến hết ngày {_day(until)}, ngày {_day(on)}"
        case TransferExtended(until=until):
            return f"{who} được gia hạn {kind} tại {host} đến hết ngày {_day(until)}, ngày {_day(on)}"
        case TransferReturned():
            return f"{who} thôi {kind} tại {host}, trở về {origin} từ ngày {_day(on)}"
    return f"{origin} rút giấy giới thiệu {who} {kind} đến {host}, ngày {_day(on)}"


def _reward(form: RewardForm) -> str:
    if form.is_badge:
        return f"được tặng Huy hiệu {form.removeprefix('badge_')} năm tuổi Đảng"
    return REWARDS[form]


def _of_cell(who: str, member: Member, on: date, names: Names) -> str:
    cell = cell_before(member, on)
    return f"{who} ({_organisation(cell, names)})" if cell is not None else who
