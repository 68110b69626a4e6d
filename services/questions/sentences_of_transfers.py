"""What each fact of a transfer says, in a Vietnamese sentence without its subject."""

from collections.abc import Callable
from typing import Any

from events import collective_transfer, member
from events.fact import Fact
from services.questions import words
from services.questions.words import Called, day, of, paper


def _introduced(fact: member.TransferIntroduced, called: Called) -> str:
    until = f" đến hết ngày {day(fact.until)}" if fact.until else ""
    way = f"từ {of(fact.from_cell, called)} đến {of(fact.to, called)}"
    return f"được giới thiệu chuyển sinh hoạt đảng {words.TRANSFERS[fact.kind]} {way}{until}"


def _received(_fact: member.TransferReceived, _called: Called) -> str:
    return "được nơi đến tiếp nhận sinh hoạt đảng"


def _not_received(_fact: member.TransferRefused, _called: Called) -> str:
    return "nơi đến không tiếp nhận sinh hoạt đảng"


def _withdrawn(_fact: member.TransferWithdrawn, _called: Called) -> str:
    return "nơi đi rút giấy giới thiệu chuyển sinh hoạt đảng"


def _longer_asked(fact: member.TransferExtensionAsked, _called: Called) -> str:
    return f"{words.SIDES[fact.side]} đề nghị gia hạn sinh hoạt đảng tạm thời đến hết ngày {day(fact.until)}"


def _longer(fact: member.TransferExtended, _called: Called) -> str:
    return f"được gia hạn sinh hoạt đảng tạm thời đến hết ngày {day(fact.until)}"


def _back(_fact: member.TransferReturned, _called: Called) -> str:
    return "trở về nơi sinh hoạt đảng chính thức"


def _sent_together(fact: collective_transfer.CollectiveTransferIntroduced, called: Called) -> str:
    way = f"từ {of(fact.from_cell, called)} đến {of(fact.to, called)}"
    return f"chuyển sinh hoạt đảng tập thể {len(fact.members)} đảng viên {way}, {paper(fact.decision, called)}"


def _taken_together(fact: collective_transfer.CollectiveTransferReceived, _called: Called) -> str:
    return f"nơi đến tiếp nhận sinh hoạt đảng của {len(fact.members)} đảng viên chuyển tập thể"


OF_TRANSFERS: dict[type[Fact], Callable[[Any, Called], str]] = {
    member.TransferIntroduced: _introduced,
    member.TransferReceived: _received,
    member.TransferRefused: _not_received,
    member.TransferWithdrawn: _withdrawn,
    member.TransferExtensionAsked: _longer_asked,
    member.TransferExtended: _longer,
    member.TransferReturned: _back,
    collective_transfer.CollectiveTransferIntroduced: _sent_together,
    collective_transfer.CollectiveTransferReceived: _taken_together,
}
"""By the fact's class."""
