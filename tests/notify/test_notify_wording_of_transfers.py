"""What a committee reads of a transfer that goes on: a sentence for each fact, whoever is told."""

from datetime import date

import pytest

from events.fact import Fact
from events.member import (
    Member,
    TransferExtended,
    TransferExtensionAsked,
    TransferReturned,
    TransferSide,
    TransferWithdrawn,
)
from services.notify.wording import sentence
from tests.examples import BOOK_OPENED, SURGERY, an_id
from tests.given import seen
from tests.notify.commune import PAEDIATRICS, admitted, introduced

T = an_id("a transfer")
MARCH, APRIL, MAY = date(2026, 3, 2), date(2026, 4, 1), date(2026, 5, 4)
NAMES = {SURGERY: "Chi bộ Khoa Ngoại", PAEDIATRICS: "Chi bộ Khoa Nhi"}


@pytest.mark.parametrize(
    ("fact", "said"),
    [
        (
            TransferWithdrawn(transfer=T),
            (
                "Chi bộ Khoa Ngoại rút giấy giới thiệu đồng chí Phạm Văn Nam chuyển sinh hoạt đảng chính thức đến "
                "Chi bộ Khoa Nhi, ngày 01/04/2026."
            ),
        ),
        (
            TransferExtensionAsked(transfer=T, until=MAY, side=TransferSide.DESTINATION),
            (
                "Chi bộ Khoa Nhi đề nghị gia hạn cho đồng chí Phạm Văn Nam chuyển sinh hoạt đảng chính thức đến hết "
                "ngày 04/05/2026, ngày 01/04/2026."
            ),
        ),
        (
            TransferExtended(transfer=T, until=MAY),
            (
                "Đồng chí Phạm Văn Nam được gia hạn chuyển sinh hoạt đảng chính thức tại Chi bộ Khoa Nhi đến hết "
                "ngày 04/05/2026, ngày 01/04/2026."
            ),
        ),
        (
            TransferReturned(transfer=T),
            (
                "Đồng chí Phạm Văn Nam thôi chuyển sinh hoạt đảng chính thức tại Chi bộ Khoa Nhi, trở về Chi bộ Khoa "
                "Ngoại từ ngày 01/04/2026."
            ),
        ),
    ],
)
def test_each_fact_of_a_transfer_has_its_sentence(fact: Fact, said: str) -> None:
    member = seen(Member, (admitted(), BOOK_OPENED), (introduced(T, PAEDIATRICS), MARCH), (fact, APRIL))
    assert sentence(fact, APRIL, member, NAMES) == said
