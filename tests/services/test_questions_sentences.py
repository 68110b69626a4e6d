"""Every fact can be told in a sentence, whatever it holds and whoever is named in it."""

import re
from decimal import Decimal

import pytest
from hypothesis import given
from msgspec.structs import replace

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
    STRANGER,
    SURGERY,
    a_certificate,
    a_reprimand,
    lans_introduction,
)

UUID_IN_IT = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-")
CALLED = {CELL_7: "Chi bộ 7", COMMUNE: "Đảng bộ xã Hải Hòa", SURGERY: "Chi bộ Khoa Ngoại"}


def test_no_fact_is_without_a_sentence() -> None:
    assert set(SENTENCES) == set(wire.FACTS.values())


@given(any_fact())
def test_any_fact_is_one_sentence(fact: Fact) -> None:
    said = sentence(fact, {})
    assert said[:1] == said[:1].upper()
    assert said.endswith(".")


@given(any_fact())
def test_who_is_not_known_here_is_no_number_in_a_sentence(fact: Fact) -> None:
    assert UUID_IN_IT.search(sentence(fact, {})) is None


@pytest.mark.parametrize(
    ("by", "said"), [(COMMUNE, "Đảng bộ xã Hải Hòa"), (STRANGER, "nơi khác"), ("Ban Tổ chức", "Ban Tổ chức")]
)
def test_a_paper_is_of_whoever_is_here_or_elsewhere_or_named(by: str, said: str) -> None:
    decided = replace(a_reprimand(), decision=replace(a_reprimand().decision, by=by))
    assert sentence(decided, CALLED).endswith(f"của {said}.")


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
