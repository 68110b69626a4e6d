"""The tree of a day, and organisations as they are found."""

from events.fact import Id
from events.organisation import (
    OrganisationAbsorbed,
    OrganisationDissolved,
    OrganisationHandedOver,
    OrganisationJoinedBy,
    OrganisationRenamed,
)
from projections import tree
from projections.asked import AsOf
from projections.members import FIRST
from tests.examples import BLOC, BOOK_OPENED, CELL_7, CELL_8, COMMUNE, HOSPITAL, PROVINCE, SURGERY
from tests.projections.commune import APRIL, COMMUNE_AND_BLOC, DAY, MARCH, MAY, on
from tests.projections.conftest import Connection, Tell
from tests.projections.log import Said


def test_the_tree_of_a_day(tell_and_feed: Tell, connection: Connection) -> None:
    tell_and_feed(*COMMUNE_AND_BLOC, Said(CELL_8, OrganisationDissolved(), APRIL))
    names = [one.name for one in tree.below(connection, COMMUNE, on(APRIL - DAY))]
    assert names == ["Đảng bộ xã Hải Hòa", "Chi bộ thôn Nà Pheo", "Chi bộ thôn Trại Lê"]
    assert [one.id for one in tree.below(connection, COMMUNE, on(APRIL))] == [COMMUNE, CELL_7]
    assert tree.below(connection, COMMUNE, on(BOOK_OPENED - DAY)) == []


def test_an_organisation_that_has_ended_is_still_told_of(tell_and_feed: Tell, connection: Connection) -> None:
    tell_and_feed(*COMMUNE_AND_BLOC, Said(CELL_8, OrganisationDissolved(), APRIL))
    before, after = tree.one(connection, CELL_8, on(MARCH)), tree.one(connection, CELL_8, on(MAY))
    assert before is not None
    assert after is not None
    assert (before.ended_on, after.ended_on) == (None, APRIL)
    assert tree.one(connection, CELL_8, on(BOOK_OPENED - DAY)) is None


def test_organisations_are_found_by_what_is_known_of_them(tell_and_feed: Tell, connection: Connection) -> None:
    tell_and_feed(*COMMUNE_AND_BLOC)

    def found(**asked: str) -> list[str]:
        return [one.id for one in tree.find(connection, asked, on(MARCH), FIRST, 50)]

    assert found(code="HH-07") == [CELL_7]
    assert found(name="trai le") == found(name="Trại Lê") == [CELL_7]
    assert found(name="HAI HOÀ") == [COMMUNE]
    assert found(kind="cell", parent=COMMUNE) == [CELL_8, CELL_7]
    assert found(place="06799") == [COMMUNE]
    assert set(found(scope=BLOC)) == {BLOC, HOSPITAL, SURGERY}
    assert found(code="nobody's") == []


def test_an_edge_of_the_tree_is_that_of_the_day(tell_and_feed: Tell, connection: Connection) -> None:
    before = tell_and_feed(*COMMUNE_AND_BLOC)
    tell_and_feed(Said(HOSPITAL, OrganisationHandedOver(to=COMMUNE), APRIL))

    def below(scope: Id, as_of: AsOf) -> set[Id]:
        return {one.id for one in tree.below(connection, scope, as_of)} - {scope}

    assert below(BLOC, on(MARCH)) == {HOSPITAL, SURGERY}
    assert below(BLOC, on(APRIL)) == set()
    assert below(COMMUNE, on(APRIL)) == {CELL_7, CELL_8, HOSPITAL, SURGERY}
    assert below(COMMUNE, on(APRIL, before)) == {CELL_7, CELL_8}
    moved = tree.one(connection, HOSPITAL, on(MAY))
    assert moved is not None
    assert (moved.parent, moved.since, moved.ended_on) == (COMMUNE, BOOK_OPENED, None)


def test_a_name_is_that_of_the_day(tell_and_feed: Tell, connection: Connection) -> None:
    before = tell_and_feed(*COMMUNE_AND_BLOC)
    tell_and_feed(Said(CELL_7, OrganisationRenamed(name="Chi bộ tổ 7"), APRIL))
    days = (on(BOOK_OPENED - DAY), on(MARCH), on(APRIL), on(MAY), on(MAY, before))
    names = [tree.names(connection, [CELL_7], day)[CELL_7] for day in days]
    assert names == ["Chi bộ thôn Trại Lê"] * 2 + ["Chi bộ tổ 7"] * 2 + ["Chi bộ thôn Trại Lê"]
    assert [one.name for one in tree.find(connection, {"name": "to 7"}, on(MAY), FIRST, 5)] == ["Chi bộ tổ 7"]
    assert tree.find(connection, {"name": "to 7"}, on(MARCH), FIRST, 5) == []


def test_what_has_ended_is_answered_for_by_the_last_of_its_successors(
    tell_and_feed: Tell, connection: Connection
) -> None:
    tell_and_feed(
        *COMMUNE_AND_BLOC,
        Said(CELL_7, OrganisationAbsorbed(into=CELL_8), APRIL),
        Said(CELL_8, OrganisationJoinedBy(organisation=CELL_7), APRIL),
        Said(CELL_8, OrganisationAbsorbed(into=SURGERY), MAY),
    )
    assert [tree.heir(connection, CELL_7, on(day)) for day in (MARCH, APRIL, MAY)] == [CELL_7, CELL_8, SURGERY]
    assert set(tree.lineage(connection, SURGERY, on(MAY))) == {SURGERY, CELL_8, CELL_7}
    assert set(tree.lineage(connection, CELL_8, on(APRIL))) == {CELL_8, CELL_7}
    assert tree.lineage(connection, CELL_8, on(MARCH)) == [CELL_8]
    assert [tree.above(connection, CELL_7, on(day)) for day in (BOOK_OPENED - DAY, MARCH, APRIL)] == [
        COMMUNE,
        COMMUNE,
        CELL_8,
    ]
    assert tree.above(connection, PROVINCE, on(MAY)) is None
    gone = tree.one(connection, CELL_7, on(APRIL))
    assert gone is not None
    assert (gone.ended_on, gone.successor) == (APRIL, CELL_8)
    there = tree.one(connection, CELL_7, on(MARCH))
    assert there is not None
    assert (there.ended_on, there.successor) == (None, None)
