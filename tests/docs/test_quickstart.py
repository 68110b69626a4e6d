"""The quickstart does what it says: every block runs, and prints what the page has after it."""

import pytest

from tests.docs.conftest import QUICKSTART, Walk
from tests.docs.page import as_pattern, blocks, line_of

NUMBERS = range(len(blocks(QUICKSTART)))


def test_the_page_is_walked_through_to_its_end(walk: Walk) -> None:
    assert walk.status == 0, f"after block {len(walk.printed)}: {walk.complaints}"
    assert walk.complaints == ""
    assert len(walk.printed) == len(walk.blocks)


@pytest.mark.parametrize("number", NUMBERS)
def test_a_block_prints_what_the_page_says(walk: Walk, number: int) -> None:
    block, printed = walk.blocks[number], walk.printed[number]
    where = f"docs/quickstart.md:{line_of(QUICKSTART, block.commands)}"
    expected = as_pattern(block.prints or "")
    assert expected.fullmatch(printed), f"{where} says\n{block.prints}\nand prints\n{printed}"
