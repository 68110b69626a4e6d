"""Which pack holds for whom on which day: adoptions up the tree, versions by their days, and both clocks."""

import json
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import psycopg
import pytest

from events.fact import Id
from events.ledger import Ledger
from events.organisation import CellKind, OrganisationHandedOver
from events.rule import RuleAdopted, stream_of
from projections import rules as view
from projections import tree
from projections.asked import LATEST
from projections.rebuild import rebuild
from projections.rules import Adoption, Edge
from services.scoring.rules.ancestry import Ancestry
from services.scoring.rules.published import fact_of, pack_of, shown, text_of
from services.scoring.rules.rulebook import Of, Pack
from services.scoring.rules.rulebook_file import checked
from services.scoring.rules.rules_in_force import RulesInForce
from services.scoring.rules.shelf import shipped
from services.scoring.score import to_json
from tests.database import Database
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
    PROVINCE,
    PROVINCE_ESTABLISHED,
)
from tests.scoring.ledger import put

NATIONAL = shipped().versions("meeting-national")[0]
DAY, LATER = date(2026, 3, 5), date(2026, 9, 1)
NEW_YEAR = date(2026, 1, 1)


def a_pack(ident: str, version: int = 1, **fields: Any) -> Pack:
    return NATIONAL.model_copy(update={"id": ident, "version": version, "valid_from": NEW_YEAR, **fields})


WARD, PROVINCES = a_pack("ward"), a_pack("provinces")
EDGES = ((CELL_7, COMMUNE, BOOK_OPENED), (COMMUNE, PROVINCE, BOOK_OPENED), (CELL_7, BLOC, LATER))


def in_force(*adoptions: tuple[str, str, date], packs: tuple[Pack, ...] = (WARD, PROVINCES)) -> RulesInForce:
    adopted = [Adoption(pack, Id(who), on, n) for n, (pack, who, on) in enumerate(adoptions, start=1)]
    ancestry = Ancestry(lambda _: EDGES)
    return RulesInForce([*shipped(), *packs], adopted, ancestry)


def pack(rules: RulesInForce, day: date = DAY, kind: CellKind | None = None, cell: str = CELL_7) -> str | None:
    found = rules.pack(Of.MEETING, Id(cell), day, kind)
    return f"{found.id}/{found.version}" if found else None


def test_without_adoptions_the_shipped_pack_holds() -> None:
    assert pack(in_force()) == "meeting-national/1"
    assert pack(in_force(), date(2025, 10, 27)) is None


def test_the_nearest_adoption_up_the_tree_wins() -> None:
    assert pack(in_force(("provinces", PROVINCE, NEW_YEAR))) == "provinces/1"
    assert pack(in_force(("ward", COMMUNE, NEW_YEAR), ("provinces", PROVINCE, NEW_YEAR))) == "ward/1"
    assert pack(in_force(("ward", CELL_8, NEW_YEAR))) == "meeting-national/1"


def test_an_adoption_holds_from_its_day_on_and_the_later_one_counts() -> None:
    rules = in_force(("ward", COMMUNE, DAY), ("provinces", COMMUNE, LATER))
    assert [pack(rules, day) for day in (date(2026, 3, 4), DAY, date(2026, 8, 31))] == [
        "meeting-national/1", "ward/1", "ward/1"
    ]  # fmt: skip
    same_day = in_force(("ward", COMMUNE, DAY), ("provinces", COMMUNE, DAY))
    assert pack(same_day) == "provinces/1"


def test_the_tree_of_the_day_says_who_stands_above() -> None:
    rules = in_force(("ward", COMMUNE, NEW_YEAR), ("provinces", BLOC, NEW_YEAR))
    assert pack(rules, date(2026, 8, 31)) == "ward/1"
    assert pack(rules, LATER) == "provinces/1"


def test_a_later_version_changes_nothing_before_its_date() -> None:
    rules = in_force(("ward", COMMUNE, NEW_YEAR), packs=(WARD, a_pack("ward", 2, valid_from=DAY)))
    assert pack(rules, date(2026, 3, 4)) == "ward/1"
    assert pack(rules, DAY) == "ward/2"


def test_a_version_that_was_followed_by_another_does_not_come_back() -> None:
    rules = in_force(packs=(WARD, a_pack("ward", 2, valid_from=DAY, valid_to=LATER)))
    found = [rules.version_on("ward", day) for day in (NEW_YEAR, DAY, LATER)]
    assert [one.version if one else None for one in found] == [1, 2, None]


def test_until_an_adopted_pack_begins_the_one_before_holds() -> None:
    rules = in_force(
        ("provinces", COMMUNE, NEW_YEAR), ("ward", COMMUNE, DAY),
        packs=(a_pack("ward", valid_from=LATER), PROVINCES),
    )  # fmt: skip
    assert pack(rules, DAY) == "provinces/1"


def test_a_pack_for_some_kinds_of_cell_holds_for_them_alone() -> None:
    rules = in_force(("ward", COMMUNE, NEW_YEAR), packs=(a_pack("ward", kinds=(CellKind.AGENCY,)),))
    assert pack(rules, kind=CellKind.AGENCY) == "ward/1"
    assert pack(rules, kind=CellKind.VILLAGE) == pack(rules, kind=None) == "meeting-national/1"


def test_what_is_tried_holds_below_an_organisation_whatever_its_dates() -> None:
    tried = a_pack("tried", valid_from=date(2030, 1, 1))
    rules = in_force(("ward", COMMUNE, NEW_YEAR))
    assert pack(rules.trying(tried, PROVINCE)) == "tried/1"
    assert pack(rules.trying(tried, CELL_8)) == "ward/1"
    assert pack(rules) == "ward/1"


def test_a_published_version_counts_before_a_shipped_one_of_the_same_number() -> None:
    rules = in_force(packs=(a_pack("meeting-national", 1),))
    assert pack(rules, date(2025, 11, 1)) is None
    assert pack(rules, NEW_YEAR) == "meeting-national/1"


@pytest.mark.parametrize("one", list(shipped()), ids=lambda one: one.id)
def test_what_the_log_keeps_of_a_pack_is_the_pack(one: Pack) -> None:
    assert pack_of(text_of(one)) == one


def test_many_organisations_are_asked_for_in_one_answer() -> None:
    asked = []

    def edges(organisation: Id | None) -> list[Edge]:
        asked.append(organisation)
        return [(Id(f"cell {n}"), PROVINCE, NEW_YEAR) for n in range(100) if organisation in (None, f"cell {n}")]

    ancestry = Ancestry(edges)
    for number in range(100):
        assert list(ancestry.chain(Id(f"cell {number}"), DAY)) == [f"cell {number}", PROVINCE]
    assert asked.count(None) == 1
    assert len(asked) < 30


# From the log


@pytest.fixture
def ledger(database: Database) -> Iterator[Ledger]:
    with Ledger(database.app) as opened:
        put(opened, PROVINCE, [PROVINCE_ESTABLISHED], on=BOOK_OPENED)
        put(opened, COMMUNE, [COMMUNE_ESTABLISHED], on=BOOK_OPENED)
        put(opened, BLOC, [BLOC_ESTABLISHED], on=BOOK_OPENED)
        put(opened, CELL_7, [CELL_7_ESTABLISHED], on=BOOK_OPENED)
        put(opened, CELL_8, [CELL_8_ESTABLISHED], on=BOOK_OPENED)
        yield opened


def read(database: Database, known: int = LATEST, day: date = DAY, cell: str = CELL_7) -> str | None:
    with psycopg.connect(database.app, autocommit=True) as connection:
        return pack(RulesInForce.read(connection, known), day, cell=cell)


def read_all(database: Database) -> None:
    for one in (view.VIEW, tree.VIEW):
        rebuild(database.app, one)


def adopted(ident: str, organisation: str) -> RuleAdopted:
    return RuleAdopted(pack=ident, organisation=Id(organisation))


def test_what_was_published_and_adopted_is_read_by_both_clocks(database: Database, ledger: Ledger) -> None:
    before = ledger.head()
    published = put(ledger, stream_of("ward"), [fact_of(WARD, COMMUNE)])
    first = put(ledger, stream_of("ward"), [adopted("ward", PROVINCE)], on=NEW_YEAR)
    second = put(ledger, stream_of("provinces"), [fact_of(PROVINCES), adopted("provinces", COMMUNE)], on=DAY)
    moved = put(ledger, CELL_8, [OrganisationHandedOver(to=BLOC)], on=DAY)
    read_all(database)
    known = (before, published, first, second)
    assert [read(database, position) for position in known] == [
        "meeting-national/1", "meeting-national/1", "ward/1", "provinces/1"
    ]  # fmt: skip
    assert read(database, day=date(2026, 3, 4)) == "ward/1"
    assert [read(database, position, cell=CELL_8) for position in (second, moved)] == ["provinces/1", "ward/1"]


def test_an_adoption_of_a_shipped_pack_ends_that_of_another(database: Database, ledger: Ledger) -> None:
    put(ledger, stream_of("ward"), [fact_of(WARD), adopted("ward", COMMUNE)], on=NEW_YEAR)
    put(ledger, stream_of("meeting-national"), [adopted("meeting-national", COMMUNE)], on=DAY)
    read_all(database)
    assert read(database, day=date(2026, 3, 4)) == "ward/1"
    assert read(database) == "meeting-national/1"


@pytest.mark.parametrize("one", list(shipped()), ids=lambda one: one.id)
def test_a_pack_as_it_is_shown_can_be_sent_back(one: Pack) -> None:
    assert checked(json.loads(to_json(shown(one)), parse_float=Decimal), "x") == one
