"""How an organisation is renamed, handed over, and ends in one of six ways."""

from datetime import date

import pytest

from events.fact import Refused
from events.organisation import (
    Organisation,
    OrganisationAbsorbed,
    OrganisationConsolidated,
    OrganisationDisbanded,
    OrganisationDissolved,
    OrganisationHandedOver,
    OrganisationJoinedBy,
    OrganisationKind,
    OrganisationRenamed,
    OrganisationSplit,
    OrganisationSplitOff,
    Other,
    absorb,
    consolidate,
    disband,
    dissolve,
    establish,
    hand_over,
    must_become_one,
    rename,
    take_along,
    take_over,
)
from tests.examples import (
    BLOC,
    BLOC_ESTABLISHED,
    BOOK_OPENED,
    CELL_7,
    CELL_7_ESTABLISHED,
    CELL_8,
    CELL_8_ESTABLISHED,
    COMMUNE,
    COMMUNE_ESTABLISHED,
    HOSPITAL,
    HOSPITAL_ESTABLISHED,
    PROVINCE,
    PROVINCE_ESTABLISHED,
    SURGERY_ESTABLISHED,
    an_id,
    an_organisation,
)
from tests.given import DAY, Given, given, seen
from tests.organisation_states import ended

BEFORE, EARLIER, LATER = date(2024, 1, 1), date(2025, 6, 1), date(2026, 9, 1)
IS_CELL_7, IS_HOSPITAL = (CELL_7_ESTABLISHED, BOOK_OPENED), (HOSPITAL_ESTABLISHED, BOOK_OPENED)
INTO_CELL_8 = Other(CELL_8, an_organisation(CELL_8_ESTABLISHED))
TO_BLOC, TO_COMMUNE = (
    Other(BLOC, an_organisation(BLOC_ESTABLISHED)),
    Other(COMMUNE, an_organisation(COMMUNE_ESTABLISHED)),
)
ABOVE = (BLOC, PROVINCE)


def cell_7(*more: object) -> Given[Organisation]:
    return given(Organisation, IS_CELL_7, *more)  # type: ignore[arg-type]


def test_it_is_renamed() -> None:
    cell_7().when(rename, "Chi bộ tổ dân phố 7").then(OrganisationRenamed(name="Chi bộ tổ dân phố 7"))


def test_by_its_own_name_it_is_ignored_because_already_done() -> None:
    cell_7().when(rename, "Chi bộ thôn Trại Lê").ignored()


def test_a_name_holds_from_its_day_on_until_a_later_day_says_otherwise() -> None:
    state = seen(Organisation, IS_CELL_7, (OrganisationRenamed(name="C"), LATER), (OrganisationRenamed(name="B"), DAY))
    days = (BEFORE, BOOK_OPENED, DAY, LATER)
    assert [state.name_on(day) for day in days] == [None, "Chi bộ thôn Trại Lê", "B", "C"]
    assert state.name == "C"


def test_what_is_not_there_is_not_renamed() -> None:
    cell_7().when(rename, "B", on=BEFORE).refused("organisation.unknown")
    cell_7(OrganisationDissolved()).when(rename, "B").refused("organisation.ended")


def test_it_is_handed_over_to_another_parent() -> None:
    given(Organisation, IS_HOSPITAL).when(hand_over, HOSPITAL, TO_COMMUNE, ABOVE).then(
        OrganisationHandedOver(to=COMMUNE)
    )


def test_to_the_parent_that_it_has_it_is_ignored_because_already_done() -> None:
    given(Organisation, IS_HOSPITAL).when(hand_over, HOSPITAL, TO_BLOC, ABOVE).ignored()


def test_an_edge_of_the_tree_holds_from_its_day_on() -> None:
    state = seen(Organisation, IS_HOSPITAL, OrganisationHandedOver(to=COMMUNE))
    assert [state.parent_on(day) for day in (BEFORE, EARLIER, DAY, LATER)] == [BLOC, BLOC, COMMUNE, COMMUNE]


def test_nothing_stands_below_itself() -> None:
    hospital = given(Organisation, IS_HOSPITAL)
    hospital.when(hand_over, HOSPITAL, Other(HOSPITAL, an_organisation(HOSPITAL_ESTABLISHED)), ()).refused(
        "organisation.cycle"
    )
    hospital.when(hand_over, HOSPITAL, TO_COMMUNE, (COMMUNE, HOSPITAL)).refused("organisation.cycle")


def test_a_province_is_handed_over_to_nobody() -> None:
    province = given(Organisation, (PROVINCE_ESTABLISHED, BOOK_OPENED))
    province.when(hand_over, PROVINCE, TO_BLOC, ()).refused("organisation.parent_not_allowed")


def test_it_is_handed_over_to_a_kind_that_it_may_stand_below() -> None:
    to = Other(CELL_8, an_organisation(CELL_8_ESTABLISHED))
    given(Organisation, IS_HOSPITAL).when(hand_over, HOSPITAL, to, ()).refused("organisation.parent_kind")


def test_it_is_handed_over_to_what_is_there() -> None:
    hospital = given(Organisation, IS_HOSPITAL)
    unknown, gone = Other(COMMUNE, Organisation()), Other(COMMUNE, ended(COMMUNE_ESTABLISHED, OrganisationDissolved()))
    absorbed_later = Other(COMMUNE, ended(COMMUNE_ESTABLISHED, OrganisationAbsorbed(into=BLOC), on=LATER))
    hospital.when(hand_over, HOSPITAL, unknown, ()).refused("organisation.parent_unknown")
    hospital.when(hand_over, HOSPITAL, gone, ()).refused("organisation.parent_ended")
    hospital.when(hand_over, HOSPITAL, absorbed_later, ()).refused("organisation.parent_ended")


def test_nothing_is_handed_over_before_a_change_that_is_on_record() -> None:
    moved = given(Organisation, IS_HOSPITAL, (OrganisationHandedOver(to=an_id("another")), LATER))
    moved.when(hand_over, HOSPITAL, TO_COMMUNE, ()).refused("organisation.later_facts")
    gone = given(Organisation, IS_HOSPITAL, (OrganisationDissolved(), LATER))
    gone.when(hand_over, HOSPITAL, TO_COMMUNE, ()).refused("organisation.later_facts")


def test_a_name_of_a_later_day_keeps_nothing_from_being_handed_over() -> None:
    renamed = given(Organisation, IS_HOSPITAL, (OrganisationRenamed(name="B"), LATER))
    renamed.when(hand_over, HOSPITAL, TO_COMMUNE, ()).then(OrganisationHandedOver(to=COMMUNE))


def test_a_child_goes_with_its_parent_to_the_successor() -> None:
    given(Organisation, IS_HOSPITAL).when(take_along, COMMUNE).then(OrganisationHandedOver(to=COMMUNE))


def test_nothing_is_established_below_what_is_to_become_a_part_of_another() -> None:
    parent = ended(COMMUNE_ESTABLISHED, OrganisationAbsorbed(into=BLOC), on=LATER)
    given(Organisation).when(establish, parent, CELL_7_ESTABLISHED).refused("organisation.parent_ended")


def test_it_is_absorbed_by_another_of_its_kind() -> None:
    cell_7().when(absorb, CELL_7, INTO_CELL_8).then(OrganisationAbsorbed(into=CELL_8))


def test_it_is_not_absorbed_by_itself() -> None:
    itself = Other(CELL_7, an_organisation())
    cell_7().when(absorb, CELL_7, itself).refused("organisation.absorbs_itself")


def test_it_is_not_absorbed_by_another_kind() -> None:
    cell_7().when(absorb, CELL_7, TO_COMMUNE).refused("organisation.into_other_kind")


def test_it_is_not_absorbed_by_what_is_not_there_or_ends_later() -> None:
    cell_7().when(absorb, CELL_7, Other(CELL_8, Organisation())).refused("organisation.into_unknown")
    for on in (EARLIER, LATER):
        gone = Other(CELL_8, ended(CELL_8_ESTABLISHED, OrganisationDissolved(), on=on))
        cell_7().when(absorb, CELL_7, gone).refused("organisation.into_ended")


def test_after_its_end_nothing_happens_to_its_structure() -> None:
    gone = cell_7((OrganisationAbsorbed(into=CELL_8), EARLIER))
    gone.when(absorb, CELL_7, INTO_CELL_8).refused("organisation.ended")
    gone.when(disband).refused("organisation.ended")
    gone.when(dissolve, CELL_7, None).refused("organisation.ended")
    gone.when(consolidate, CELL_8).refused("organisation.ended")
    gone.when(hand_over, CELL_7, TO_BLOC, ()).refused("organisation.ended")
    gone.when(absorb, CELL_7, INTO_CELL_8, on=EARLIER).ignored()


def test_one_ending_on_the_day_of_another_is_refused() -> None:
    cell_7(OrganisationDissolved()).when(disband).refused("organisation.ended")
    cell_7(OrganisationDissolved()).when(dissolve, CELL_7, INTO_CELL_8).refused("organisation.ended")


def test_it_ends_neither_before_it_begins_nor_before_a_change_that_is_on_record() -> None:
    cell_7().when(disband, on=BEFORE).refused("organisation.unknown")
    joined = cell_7((OrganisationJoinedBy(organisation=CELL_8), LATER))
    joined.when(absorb, CELL_7, Other(an_id("x"), INTO_CELL_8.state)).refused("organisation.later_facts")
    joined.when(disband).refused("organisation.later_facts")
    joined.when(dissolve, CELL_7, None).refused("organisation.later_facts")
    joined.when(consolidate, CELL_8).refused("organisation.later_facts")


def test_it_does_not_end_before_it_got_a_name_that_is_on_record() -> None:
    renamed = cell_7((OrganisationRenamed(name="B"), LATER))
    renamed.when(disband).refused("organisation.later_facts")
    renamed.when(absorb, CELL_7, INTO_CELL_8).refused("organisation.later_facts")


def test_it_is_disbanded() -> None:
    cell_7().when(disband).then(OrganisationDisbanded())


def test_nobody_succeeds_himself_or_after_his_own_end() -> None:
    cell_7().when(dissolve, CELL_7, Other(CELL_7, an_organisation())).refused("organisation.successor_itself")
    gone = Other(CELL_8, ended(CELL_8_ESTABLISHED, OrganisationDissolved(), on=LATER))
    cell_7().when(dissolve, CELL_7, gone).refused("organisation.successor_ended")
    cell_7().when(dissolve, CELL_7, Other(CELL_8, Organisation())).refused("organisation.successor_unknown")


def test_it_is_consolidated_into_a_new_one() -> None:
    cell_7().when(consolidate, an_id("new")).then(OrganisationConsolidated(into=an_id("new")))


def test_two_of_a_kind_become_one_of_that_kind() -> None:
    seven, surgery = Other(CELL_7, an_organisation()), Other(an_id("s"), an_organisation(SURGERY_ESTABLISHED))
    must_become_one([seven, surgery], OrganisationKind.CELL)
    for organisations, kind, rule in (
        ([seven, seven], OrganisationKind.CELL, "organisation.consolidated_twice"),
        ([seven], OrganisationKind.CELL, "organisation.consolidated_alone"),
        ([seven, TO_BLOC], OrganisationKind.CELL, "organisation.consolidated_kinds"),
        ([seven, surgery], OrganisationKind.GRASSROOTS, "organisation.consolidated_kinds"),
    ):
        with pytest.raises(Refused) as refusal:
            must_become_one(organisations, kind)
        assert refusal.value.rule == rule


def test_the_successor_remembers_whom_it_took_over_from() -> None:
    given(Organisation, (CELL_8_ESTABLISHED, BOOK_OPENED)).when(take_over, CELL_7).then(
        OrganisationJoinedBy(organisation=CELL_7)
    )


def test_what_ended_is_answered_for_by_its_successor_and_without_one_by_what_stood_above_it() -> None:
    absorbed, disbanded = (
        ended(CELL_7_ESTABLISHED, how) for how in (OrganisationAbsorbed(into=CELL_8), OrganisationDisbanded())
    )
    assert [absorbed.above_on(day) for day in (EARLIER, DAY)] == [COMMUNE, CELL_8]
    assert [disbanded.above_on(day) for day in (EARLIER, DAY)] == [COMMUNE, COMMUNE]
    assert [absorbed.successor_on(day) for day in (EARLIER, DAY)] == [None, CELL_8]


def test_of_a_split_the_first_part_has_what_is_open() -> None:
    parts = (an_id("first"), an_id("second"))
    state = ended(CELL_7_ESTABLISHED, OrganisationSplit(into=parts))
    assert (state.successors, state.successor_on(DAY)) == (parts, parts[0])
    kept = ended(CELL_7_ESTABLISHED, OrganisationSplit(into=parts, keeps=True))
    assert (kept.successors, kept.successor_on(DAY), kept.exists_on(DAY)) == ((), None, True)


def test_a_part_remembers_what_it_was_split_off_from() -> None:
    state = seen(Organisation, IS_CELL_7, OrganisationSplitOff(source=CELL_8))
    assert state.structural_on == DAY
