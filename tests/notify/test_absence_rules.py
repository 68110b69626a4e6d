"""Rules about silence as data: what is shipped holds, and what is wrong is refused by its place."""

from datetime import date
from pathlib import Path

import pytest

from services.notify.absence.rules import Role, Watch, Watched
from services.notify.policy import PolicyRefused

HEAD = """id = "ours"
version = 1
issuer = "Đảng ủy xã"
number = "7"
on = 2026-01-05
valid_from = 2026-01-05
"""
RULE = '[[rules]]\nid = "one"\nwatches = "contact"\nto = ["residence"]\n'


def written(folder: Path, text: str, name: str = "ours.toml") -> Watch:
    (folder / name).write_text(text, encoding="utf-8")
    return Watch.read(folder)


def test_what_is_shipped_watches_everything_that_can_be_watched() -> None:
    assert {rule.watches for _, rule in Watch.read().rules(date(2026, 11, 1))} == set(Watched)


def test_a_sentence_names_whom_it_is_about_and_the_day() -> None:
    rule = Watch.read().find("absence-national@1", "no-contact")
    assert rule is not None
    said = rule.sentence("Phạm Văn Nam", date(2026, 7, 31))
    assert said.startswith("Phạm Văn Nam: đến ngày 31/07/2026 đã sáu tháng")


def test_of_two_versions_the_later_counts_from_its_day_on(tmp_path: Path) -> None:
    written(tmp_path, HEAD + RULE, "one.toml")
    later = HEAD.replace("version = 1", "version = 2").replace("valid_from = 2026-01-05", "valid_from = 2026-06-01")
    watch = written(tmp_path, later + RULE.replace('to = ["residence"]', 'to = ["keeper"]'), "two.toml")
    assert [rule.to for _, rule in watch.rules(date(2026, 5, 31))] == [(Role.RESIDENCE,)]
    assert [rule.to for _, rule in watch.rules(date(2026, 6, 1))] == [(Role.KEEPER,)]
    assert watch.rules(date(2026, 1, 4)) == []


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ('[[rules]]\nid = "one"\nwatches = "weather"\nto = ["own"]\n', "rules.0.watches"),
        (RULE.replace("residence", "own"), "nobody is own of a contact; there are: keeper, residence"),
        (RULE + RULE, "two rules have the id one"),
        (RULE + 'says = "{who}"\n', "only {name} and {day} are known"),
        (RULE + "by_day = 31\n", "rules.0.by_day"),
        (RULE + "colour = 1\n", "rules.0.colour"),
        ("rules = []\n", "rules"),
        ("[[rules\n", "ours.toml"),
    ],
)
def test_a_file_that_is_wrong_is_refused_by_its_place(tmp_path: Path, rule: str, said: str) -> None:
    with pytest.raises(PolicyRefused, match=r"ours\.toml") as refused:
        written(tmp_path, HEAD + rule)
    assert said in str(refused.value)
