"""Names are found by whoever cannot type them, and stand in the order of a Vietnamese list."""

import random
from unicodedata import normalize

import pytest

from projections.names import search_key, sort_key


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("Nguyễn Thị Lan", "nguyen thi lan"),
        ("ĐỖ ĐỨC ĐẠT", "do duc dat"),
        ("Hòa", "hoa"),
        ("Hoà", "hoa"),
        ("  Trần   Văn  Ước ", "tran van uoc"),
        (normalize("NFD", "Lưỡng"), "luong"),
    ],
)
def test_a_name_is_found_without_its_diacritics(name: str, key: str) -> None:
    assert search_key(name) == key


IN_ORDER = [
    "Lê Ái",
    "Bùi Văn An",
    "Trần Thị An",
    "Lê Ân",
    "Phạm Văn Bình",
    "Đỗ Văn Dung",
    "Đỗ Thị Dũng",
    "Đỗ Văn Dũng",
    "Lý Đạt",
    "Nguyễn Thị Hoa",
    "Nguyễn Văn Hoa",
    "Nguyễn Thị Hòa",
    "Vũ Lan",
    "Vũ Minh Lan",
    "Vũ Thị Lan",
    "Vũ Thị Minh Lan",
    "Bùi Oanh",
    "Bùi Ông",
    "Bùi Ơn",
    "Bùi Tù",
    "Bùi Tú",
    "Bùi Từ",
    "Bùi Xuân",
    "Bùi Ý",
]
"""By given name, its letters (a ă â, d đ, o ô ơ, u ư) before its tone (level falling asking tumbling rising heavy)."""


def test_a_list_is_ordered_by_given_name() -> None:
    shuffled = IN_ORDER.copy()
    random.Random(1).shuffle(shuffled)
    assert sorted(shuffled, key=sort_key) == IN_ORDER


def test_the_spelling_of_hoa_does_not_tear_people_apart() -> None:
    assert sort_key("Lê Hòa") == sort_key("Lê Hoà")
    assert sort_key(normalize("NFD", "Lê Hòa")) == sort_key("Lê Hòa")


def test_an_empty_name_has_a_key() -> None:
    assert sort_key("") < sort_key("A")
    assert search_key("") == ""
