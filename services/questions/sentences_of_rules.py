"""Sentences of rule packs: a version published, and adopted by an organisation."""

from collections.abc import Callable
from typing import Any

from events import rule
from events.fact import Fact
from services.questions.words import Called, day, of


def _published(fact: rule.RulePublished, _called: Called) -> str:
    paper = f"số {fact.number} ngày {day(fact.issued_on)} của {fact.issuer}"
    until = f" đến trước ngày {day(fact.valid_to)}" if fact.valid_to else ""
    return (
        f"công bố bộ tiêu chí “{fact.pack}”, phiên bản {fact.version}, theo văn bản {paper}; "
        f"áp dụng từ ngày {day(fact.valid_from)}{until}"
    )


def _adopted(fact: rule.RuleAdopted, called: Called) -> str:
    return f"{of(fact.organisation, called)} áp dụng bộ tiêu chí “{fact.pack}”"


OF_RULES: dict[type[Fact], Callable[[Any, Called], str]] = {
    rule.RulePublished: _published,
    rule.RuleAdopted: _adopted,
}
"""By the fact's class, for `services.questions.sentences`."""
