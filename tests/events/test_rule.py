"""A rule pack: versions that follow each other and change nothing of before, and who has adopted it since when."""

from datetime import date

import pytest

from events.rule import Rule, RuleAdopted, RulePublished, adopt, publish, stream_of
from tests.examples import COMMUNE, an_id
from tests.given import DAY, given

WARD = an_id("ward")
BEFORE, LATER = date(2026, 1, 1), date(2026, 7, 1)


def a_version(
    version: int = 1,
    *,
    pack: str = "meeting-ward-7",
    issuer: str = "Đảng ủy phường Bảy",
    since: date = LATER,
    until: date | None = None,
    kinds: tuple[str, ...] = (),
    text: str = "{}",
    judges: str = "meeting",
) -> RulePublished:
    return RulePublished(
        pack=pack, version=version, judges=judges, issuer=issuer, number="01-HD/ĐU", issued_on=date(2025, 12, 1),
        valid_from=since, valid_to=until, kinds=kinds, text=text, organisation=WARD,
    )  # fmt: skip


FIRST = a_version(since=BEFORE)


def test_the_first_version_may_begin_before_its_publication_where_nothing_of_the_issuer_held() -> None:
    given(Rule).when(publish, FIRST, [], []).then(FIRST)


def test_a_later_version_begins_on_the_day_of_its_publication_or_later() -> None:
    given(Rule, FIRST).when(publish, a_version(2, since=DAY), [], []).then(a_version(2, since=DAY))
    given(Rule, FIRST).when(publish, a_version(2, since=date(2026, 3, 1)), [], []).refused("rule.too_early")


def test_the_versions_that_came_with_the_program_count_as_well() -> None:
    given(Rule).when(publish, a_version(2, since=LATER), [FIRST], []).then(a_version(2, since=LATER))
    given(Rule).when(publish, a_version(2, since=date(2026, 3, 1)), [FIRST], []).refused("rule.too_early")
    given(Rule).when(publish, a_version(1, since=LATER, text="other"), [FIRST], []).refused("rule.version")


def test_a_number_of_a_version_is_used_once() -> None:
    given(Rule, FIRST).when(publish, FIRST, [], []).ignored()
    given(Rule, FIRST).when(publish, a_version(1, text="other"), [], []).refused("rule.version")
    third = a_version(3, since=LATER)
    given(Rule, FIRST, third).when(publish, a_version(2, since=date(2026, 8, 1)), [], []).refused("rule.version")


def test_the_versions_of_a_pack_judge_the_same_thing() -> None:
    given(Rule, FIRST).when(publish, a_version(2, judges="year"), [], []).refused("rule.version")


def test_a_version_that_says_how_long_it_holds_is_not_cut_short() -> None:
    until_july = a_version(since=BEFORE, until=LATER)
    given(Rule, until_july).when(publish, a_version(2, since=date(2026, 6, 30)), [], []).refused("rule.overlaps")
    given(Rule, until_july).when(publish, a_version(2, since=LATER), [], []).then(a_version(2, since=LATER))
    given(Rule, FIRST).when(publish, a_version(2, since=BEFORE), [], []).refused("rule.overlaps")


@pytest.mark.parametrize(
    ("other", "rule"),
    [
        (a_version(pack="other", since=BEFORE), "rule.overlaps"),
        (a_version(pack="other", since=BEFORE, issuer="  ĐẢNG ỦY phường  bảy"), "rule.overlaps"),
        (a_version(pack="other", since=date(2027, 1, 1)), "rule.overlaps"),
        (a_version(pack="other", since=BEFORE, until=LATER), None),
        (a_version(pack="other", since=BEFORE, issuer="Đảng ủy phường Tám"), None),
        (a_version(pack="other", since=BEFORE, judges="four-good"), None),
        (a_version(pack="other", since=BEFORE, kinds=("agency",)), "rule.overlaps"),
    ],
)
def test_two_packs_of_one_issuer_never_hold_for_the_same_at_the_same_time(
    other: RulePublished, rule: str | None
) -> None:
    when = given(Rule).when(publish, a_version(), [], [other])
    when.then(a_version()) if rule is None else when.refused(rule)


def test_a_pack_that_its_issuer_ended_makes_room_for_another() -> None:
    ending = [a_version(1, pack="other", since=BEFORE), a_version(2, pack="other", since=DAY, until=LATER)]
    given(Rule).when(publish, a_version(), [], ending).then(a_version())
    given(Rule).when(publish, a_version(), [], ending[:1]).refused("rule.overlaps")


def test_packs_for_other_kinds_of_cell_hold_beside_each_other() -> None:
    agencies, streets = a_version(kinds=("agency",)), a_version(pack="other", kinds=("street", "village"))
    given(Rule).when(publish, agencies, [], [streets]).then(agencies)


ADOPTED = RuleAdopted(pack="meeting-ward-7", organisation=COMMUNE)


def test_an_organisation_adopts_a_pack_from_a_day_on() -> None:
    given(Rule, FIRST).when(adopt, ADOPTED, []).then(ADOPTED)
    given(Rule).when(adopt, ADOPTED, [FIRST]).then(ADOPTED)


def test_adopted_again_on_another_day_is_another_fact() -> None:
    given(Rule, FIRST, ADOPTED).when(adopt, ADOPTED, [], on=LATER).then(ADOPTED)


def test_a_pack_is_adopted_again_for_the_same_day_where_another_was_adopted_since() -> None:
    when = given(Rule, FIRST, ADOPTED).when(adopt, ADOPTED, [], overruled=True)
    assert when.decision(when.given.new_state(), ADOPTED, [FIRST], DAY, overruled=True) == [ADOPTED]
    given(Rule, FIRST, ADOPTED).when(adopt, ADOPTED, []).ignored()


def test_a_pack_that_has_ended_is_not_adopted_any_more() -> None:
    given(Rule, a_version(since=BEFORE, until=DAY)).when(adopt, ADOPTED, []).refused("rule.over")
    given(Rule, a_version(since=BEFORE, until=LATER)).when(adopt, ADOPTED, []).then(ADOPTED)


def test_a_packs_stream_follows_from_its_name() -> None:
    assert stream_of("meeting-national") == stream_of("meeting-national") != stream_of("meeting-ward")
