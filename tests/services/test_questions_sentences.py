"""Every fact can be told in a sentence, whatever it holds and whoever is named in it."""

from decimal import Decimal

import pytest
from hypothesis import given

from events import wire
from events.fact import Fact
from events.meeting import SelfScored
from services.questions.sentences import SENTENCES, sentence
from tests.events.facts_at_random import any_fact
from tests.examples import (
    CELL_7,
    COMMUNE,
    LAN_ADMITTED,
    LAN_LIVES_IN_HAI_HOA,
    SURGERY,
    a_certificate,
    a_reprimand,
    lans_introduction,
)

CALLED = {CELL_7: "Chi bộ 7", COMMUNE: "Đảng bộ xã Hải Hòa", SURGERY: "Chi bộ Khoa Ngoại"}


def test_no_fact_is_without_a_sentence() -> None:
    assert set(SENTENCES) == set(wire.FACTS.values())


@given(any_fact())
def test_any_fact_is_one_sentence(fact: Fact) -> None:
    said = sentence(fact, {})
    assert said[:1] == said[:1].upper()
    assert said.endswith(".")


@pytest.mark.parametrize(
    ("fact", "said"),
    [
        (LAN_ADMITTED, "Đảng viên chính thức của Chi bộ 7, vào Đảng ngày 19/05/1998."),
        (LAN_LIVES_IN_HAI_HOA, "Cư trú tại địa bàn của Đảng bộ xã Hải Hòa."),
        (
            lans_introduction(),
            "Được giới thiệu chuyển sinh hoạt đảng chính thức từ Chi bộ 7 đến Chi bộ Khoa Ngoại.",
        ),
        (a_reprimand(), "Bị kỷ luật khiển trách, quyết định số 13-QĐ/ĐU ngày 27/02/2026 của Đảng bộ xã Hải Hòa."),
        (
            a_certificate(),
            "Được khen thưởng: giấy khen, quyết định số 12-QĐ/ĐU ngày 27/02/2026 của Đảng bộ xã Hải Hòa.",
        ),
        (SelfScored(total=Decimal("92.5")), "Cấp ủy tự chấm 92,5 điểm."),
    ],
)
def test_a_sentence_says_what_a_clerk_would_write(fact: Fact, said: str) -> None:
    assert sentence(fact, CALLED) == said
