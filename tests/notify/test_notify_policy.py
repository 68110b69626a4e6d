"""A policy says whom to tell, from when to when, and is refused with the file and the place when it cannot."""

from datetime import date
from pathlib import Path

import pytest

from events import wire
from services.notify.policies_in_force import SHIPPED, Policies
from services.notify.policy import PolicyRefused, To, read

SOUND = """
id = "ours"
version = 1
issuer = "Tỉnh ủy"
number = "01-QĐ/TU"
on = 2026-01-02
valid_from = 2026-02-01

[[rules]]
id = "reward"
fact = "member.reward_given"
to = "residence"
acknowledge_within_days = 5
"""


def written(folder: Path, text: str, name: str = "ours.toml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_what_is_shipped_is_a_policy_about_facts_that_there_are() -> None:
    policies = Policies.read(known=wire.FACTS)
    told = {
        (fact, rule.to)
        for fact in wire.FACTS
        for _, rule in policies.rules(fact, date(2026, 10, 1))
    }  # fmt: skip
    assert told == {
        ("member.transfer_introduced", To.RESIDENCE),
        ("member.transfer_introduced", To.DESTINATION),
        ("member.transfer_received", To.RESIDENCE),
        ("member.transfer_received", To.ORIGIN),
        ("member.transfer_refused", To.RESIDENCE),
        ("member.transfer_refused", To.ORIGIN),
        ("member.transfer_withdrawn", To.RESIDENCE),
        ("member.transfer_withdrawn", To.DESTINATION),
        ("member.transfer_extension_asked", To.ORIGIN),
        ("member.transfer_extension_asked", To.DESTINATION),
        ("member.transfer_extended", To.RESIDENCE),
        ("member.transfer_extended", To.ORIGIN),
        ("member.transfer_extended", To.DESTINATION),
        ("member.transfer_returned", To.RESIDENCE),
        ("member.transfer_returned", To.ORIGIN),
        ("member.transfer_returned", To.DESTINATION),
        ("member.reward_given", To.RESIDENCE),
        ("member.disciplined", To.RESIDENCE),
        ("member.complaint_answered", To.RESIDENCE),
        ("member.sanction_restored", To.RESIDENCE),
        ("member.appointed", To.RESIDENCE),
        ("organisation.officer_appointed", To.RESIDENCE),
        ("organisation.officer_ended", To.RESIDENCE),
        ("member.exempted", To.RESIDENCE),
        ("member.exemption_ended", To.RESIDENCE),
        ("member.removed", To.RESIDENCE),
        ("member.removal_restored", To.RESIDENCE),
        ("member.died", To.RESIDENCE),
        ("member.moved", To.RESIDENCE),
        ("liaison.message_sent", To.CORRESPONDENT),
        ("member.residence_declared", To.RESIDENCE),
        ("liaison.accepted", To.RESIDENCE),
        ("member.struck", To.TOLD),
        ("organisation.struck", To.TOLD),
        ("liaison.struck", To.TOLD),
        ("collective_transfer.struck", To.TOLD),
    }


def test_what_is_shipped_names_its_paper_by_issuer_number_and_day() -> None:
    policy = read(SHIPPED / "residence-national.toml")
    assert (policy.issuer, policy.number, policy.on) == ("Bộ Chính trị", "213-QĐ/TW", date(2020, 1, 2))


def test_before_it_is_valid_a_policy_tells_nobody(tmp_path: Path) -> None:
    policies = Policies([read(written(tmp_path, SOUND))])
    assert policies.rules("member.reward_given", date(2026, 1, 31)) == []
    assert len(policies.rules("member.reward_given", date(2026, 2, 1))) == 1


def test_on_the_day_it_ends_a_policy_no_longer_holds(tmp_path: Path) -> None:
    text = SOUND.replace("valid_from = 2026-02-01", "valid_from = 2026-02-01\nvalid_to = 2026-03-01")
    policies = Policies([read(written(tmp_path, text))])
    assert len(policies.rules("member.reward_given", date(2026, 2, 28))) == 1
    assert policies.rules("member.reward_given", date(2026, 3, 1)) == []


def test_of_two_versions_that_hold_the_later_counts_and_the_earlier_before_it(tmp_path: Path) -> None:
    later = SOUND.replace("version = 1", "version = 2").replace("2026-02-01", "2026-06-01").replace("= 5", "= 9")
    written(tmp_path, SOUND, "one.toml")
    written(tmp_path, later, "two.toml")
    policies = Policies.read(tmp_path)
    for day, days in ((date(2026, 5, 31), 5), (date(2026, 6, 1), 9)):
        ((_, rule),) = policies.rules("member.reward_given", day)
        assert rule.acknowledge_within_days == days


def test_the_same_version_twice_is_refused(tmp_path: Path) -> None:
    written(tmp_path, SOUND, "one.toml")
    written(tmp_path, SOUND, "two.toml")
    with pytest.raises(PolicyRefused, match="two versions 1 of ours"):
        Policies.read(tmp_path)


@pytest.mark.parametrize(
    ("wrong", "right", "said"),
    [
        ('to = "neighbour"', 'to = "residence"', r"rules\.0\.to"),
        ("acknowledge_within_days = 0", "acknowledge_within_days = 5", r"rules\.0\.acknowledge_within_days"),
        ('fact = "member.promoted"', 'fact = "member.reward_given"', "there is no fact member.promoted"),
        ('fact = "meeting.held"', 'fact = "member.reward_given"', r"rules\.0\.fact"),
        ('id = "ours"\nhow = 1', 'id = "ours"', "how"),
        ("version = 0", "version = 1", "version"),
        ("on = 2", "on = 2026-01-02", "on"),
        (
            "valid_from = 2026-02-01\nvalid_to = 2026-01-01",
            "valid_from = 2026-02-01",
            "valid_to is not after valid_from",
        ),
        ("[[rules", "[[rules]]", "Expected"),
        ("", 'issuer = "Tỉnh ủy"', "issuer"),
    ],
)
def test_a_file_that_is_no_policy_is_refused_by_its_name_and_the_place(
    tmp_path: Path, wrong: str, right: str, said: str
) -> None:
    path = written(tmp_path, SOUND.replace(right, wrong, 1))
    with pytest.raises(PolicyRefused, match=said) as refusal:
        read(path, known=wire.FACTS)
    assert str(refusal.value).startswith("ours.toml: ")


def test_a_role_is_told_of_a_fact_by_one_rule_only(tmp_path: Path) -> None:
    twice = SOUND + SOUND[SOUND.index("[[rules]]") :].replace('id = "reward"', 'id = "again"')
    with pytest.raises(PolicyRefused, match="the rules reward and again tell the same fact to the same role"):
        read(written(tmp_path, twice))
