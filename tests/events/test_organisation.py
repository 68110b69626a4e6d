"""What an organisation may be, where it may stand, and how it ends."""

from datetime import date

import pytest
from msgspec.structs import replace

from events.organisation import (
    STANDS_BELOW,
    CellKind,
    Organisation,
    OrganisationDissolved,
    OrganisationEstablished,
    OrganisationKind,
    Other,
    dissolve,
    establish,
)
from tests.examples import (
    BLOC_ESTABLISHED,
    CELL_7,
    CELL_7_ESTABLISHED,
    CELL_8,
    CELL_8_ESTABLISHED,
    COMMUNE_ESTABLISHED,
    HAI_HOA,
    PROVINCE,
    PROVINCE_ESTABLISHED,
    an_id,
    an_organisation,
)
from tests.given import DAY, given, seen

LATER = date(2026, 9, 1)
EARLIER = date(2025, 6, 1)


def test_a_province_stands_at_the_top() -> None:
    given(Organisation).when(establish, None, PROVINCE_ESTABLISHED).then(PROVINCE_ESTABLISHED)


def test_a_province_has_no_parent() -> None:
    below = replace(PROVINCE_ESTABLISHED, parent=PROVINCE)
    parent = an_organisation(PROVINCE_ESTABLISHED)
    given(Organisation).when(establish, parent, below).refused("organisation.parent_not_allowed")


def test_a_commune_stands_below_its_province() -> None:
    parent = an_organisation(PROVINCE_ESTABLISHED)
    given(Organisation).when(establish, parent, COMMUNE_ESTABLISHED).then(COMMUNE_ESTABLISHED)


@pytest.mark.parametrize("kind", OrganisationKind)
@pytest.mark.parametrize("above", OrganisationKind)
def test_each_kind_stands_below_certain_kinds_only(kind: OrganisationKind, above: OrganisationKind) -> None:
    if kind is OrganisationKind.PROVINCE:
        return
    established = OrganisationEstablished(name="Đảng bộ", kind=kind, parent=an_id("parent"))
    parent = an_organisation(OrganisationEstablished(name="Cấp trên", kind=above))
    asked = given(Organisation).when(establish, parent, established)
    if above in STANDS_BELOW[kind]:
        asked.then(established)
    else:
        asked.refused("organisation.parent_kind")


def test_a_cell_stands_below_a_sectional_a_grassroots_or_a_superior_organisation() -> None:
    assert STANDS_BELOW[OrganisationKind.CELL] == {
        OrganisationKind.SECTIONAL,
        OrganisationKind.GRASSROOTS,
        OrganisationKind.SUPERIOR,
    }


def test_everything_but_a_province_needs_a_parent() -> None:
    alone = replace(COMMUNE_ESTABLISHED, parent=None)
    given(Organisation).when(establish, None, alone).refused("organisation.parent_missing")


def test_a_parent_that_does_not_exist_is_unknown() -> None:
    given(Organisation).when(establish, Organisation(), COMMUNE_ESTABLISHED).refused("organisation.parent_unknown")


def test_a_parent_that_begins_later_is_unknown_on_that_day() -> None:
    parent = an_organisation(PROVINCE_ESTABLISHED, on=LATER)
    given(Organisation).when(establish, parent, COMMUNE_ESTABLISHED).refused("organisation.parent_unknown")


def test_nothing_is_established_below_what_has_ended() -> None:
    parent = seen(Organisation, (PROVINCE_ESTABLISHED, EARLIER), OrganisationDissolved())
    given(Organisation).when(establish, parent, COMMUNE_ESTABLISHED).refused("organisation.parent_ended")


def test_only_a_cell_has_a_kind_of_cell() -> None:
    odd = replace(COMMUNE_ESTABLISHED, cell_kind=CellKind.ARMY)
    parent = an_organisation(PROVINCE_ESTABLISHED)
    given(Organisation).when(establish, parent, odd).refused("organisation.cell_kind_for_cells_only")


def test_a_cell_need_not_say_its_kind() -> None:
    plain = replace(CELL_7_ESTABLISHED, cell_kind=None)
    given(Organisation).when(establish, an_organisation(COMMUNE_ESTABLISHED), plain).then(plain)


def test_established_again_it_is_ignored_because_already_done() -> None:
    parent = an_organisation(PROVINCE_ESTABLISHED)
    given(Organisation, COMMUNE_ESTABLISHED).when(establish, parent, COMMUNE_ESTABLISHED).ignored()


def test_established_otherwise_it_is_refused() -> None:
    parent = an_organisation(PROVINCE_ESTABLISHED)
    given(Organisation, COMMUNE_ESTABLISHED).when(establish, parent, BLOC_ESTABLISHED).refused("organisation.exists")


def test_it_is_dissolved_with_a_successor() -> None:
    given(Organisation, CELL_7_ESTABLISHED).when(
        dissolve, CELL_7, Other(CELL_8, an_organisation(CELL_8_ESTABLISHED))
    ).then(OrganisationDissolved(successor=CELL_8))


def test_dissolved_again_on_the_same_day_it_is_ignored_because_already_done() -> None:
    given(Organisation, CELL_7_ESTABLISHED, OrganisationDissolved()).when(dissolve, CELL_7, None).ignored()


def test_dissolved_on_another_day_it_has_ended_already() -> None:
    ended = given(Organisation, CELL_7_ESTABLISHED, OrganisationDissolved())
    ended.when(dissolve, CELL_7, None, on=LATER).refused("organisation.ended")


def test_what_was_never_established_is_not_dissolved() -> None:
    given(Organisation).when(dissolve, CELL_7, None).refused("organisation.unknown")


def test_it_cannot_end_before_it_begins() -> None:
    given(Organisation, CELL_7_ESTABLISHED).when(dissolve, CELL_7, None, on=EARLIER).refused("organisation.unknown")


def test_it_exists_from_its_first_day_and_is_gone_on_its_last() -> None:
    state = seen(Organisation, CELL_7_ESTABLISHED, (OrganisationDissolved(), LATER))
    assert [state.exists_on(day) for day in (EARLIER, DAY, date(2026, 8, 31), LATER)] == [False, True, True, False]


def test_its_state_keeps_what_was_said() -> None:
    state = an_organisation(COMMUNE_ESTABLISHED)
    assert (state.name, state.kind, state.parent_on(DAY)) == ("Đảng bộ xã Hải Hòa", OrganisationKind.SUPERIOR, PROVINCE)
    assert (state.place, state.serves, state.code, state.ended_on) == (HAI_HOA, HAI_HOA, "HH", None)
