"""The tree of a day, and organisations as they are found."""

from events.organisation import OrganisationDissolved
from projections import tree
from projections.members import FIRST
from tests.examples import BLOC, BOOK_OPENED, CELL_7, CELL_8, COMMUNE, HOSPITAL, SURGERY
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
