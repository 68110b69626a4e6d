"""The page of facts says what the code says."""

from pathlib import Path

from events.wire import FACTS
from services.program.facts_page import page

PAGE = Path(__file__).parents[2] / "docs/reference/facts.md"


def test_the_page_is_what_the_code_says() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "python -m services.program.facts_page > docs/reference/facts.md"


def test_it_names_every_fact_once() -> None:
    named = [line.split("`")[1] for line in page().splitlines() if line.startswith("| `")]
    assert sorted(named) == sorted(FACTS)
