"""How an organisation is divided: everybody goes to exactly one part, and nobody is forgotten."""

from datetime import date

from events.fact import Id
from events.organisation import (
    Organisation,
    OrganisationDissolved,
    OrganisationRenamed,
    OrganisationSplit,
    OrganisationSplitOff,
    Share,
    Whole,
)
from events.organisation.splitting import split, split_off
from tests.examples import BOOK_OPENED, CELL_7, CELL_7_ESTABLISHED, CELL_8, HOA, LAN, MINH, STRANGER, an_id
from tests.given import Given, When, given

FIRST, SECOND = an_id("first part"), an_id("second part")
ROLL = Whole(members=(LAN, HOA, MINH))
BEFORE, LATER = date(2024, 1, 1), date(2026, 9, 1)
CELL = given(Organisation, (CELL_7_ESTABLISHED, BOOK_OPENED))


def parts(first: tuple[Id, ...], second: tuple[Id, ...] | None = None) -> list[Share]:
    shares = [Share(FIRST, first)]
    return shares if second is None else [*shares, Share(SECOND, second)]


def dividing(
    shares: list[Share], *, keeps: bool = False, whole: Whole = ROLL, of: Given[Organisation] = CELL
) -> When[Organisation]:
    return of.when(split, shares, whole, keeps=keeps)


def test_everybody_goes_to_one_of_the_parts() -> None:
    dividing(parts((LAN, HOA), (MINH,))).then(OrganisationSplit(into=(FIRST, SECOND)))


def test_who_keeps_a_part_gives_away_one_and_keeps_the_others() -> None:
    dividing(parts((LAN,)), keeps=True).then(OrganisationSplit(into=(FIRST,), keeps=True))


def test_a_split_that_forgets_a_member_is_refused() -> None:
    dividing(parts((LAN,), (MINH,))).refused("organisation.split_forgets")


def test_a_split_that_forgets_a_child_is_refused() -> None:
    shares = [Share(FIRST, children=(CELL_7,)), Share(SECOND)]
    dividing(shares, whole=Whole(children=(CELL_7, CELL_8))).refused("organisation.split_forgets")
    dividing(shares, whole=Whole(children=(CELL_7,))).then(OrganisationSplit(into=(FIRST, SECOND)))


def test_nobody_goes_to_two_parts_or_twice_to_one() -> None:
    dividing(parts((LAN, HOA), (MINH, LAN))).refused("organisation.split_twice")
    dividing(parts((LAN, LAN), (MINH, HOA))).refused("organisation.split_twice")
    dividing(parts((LAN, LAN)), keeps=True).refused("organisation.split_twice")


def test_nobody_goes_who_does_not_belong_there() -> None:
    dividing(parts((LAN, HOA, MINH), (STRANGER,))).refused("organisation.split_stranger")


def test_one_part_alone_is_no_split() -> None:
    dividing(parts((LAN, HOA, MINH))).refused("organisation.split_alone")
    dividing([], keeps=True).refused("organisation.split_alone")


def test_what_has_ended_or_not_begun_is_not_split() -> None:
    whole = parts((LAN, HOA), (MINH,))
    CELL.when(split, whole, ROLL, keeps=False, on=BEFORE).refused("organisation.unknown")
    gone = given(Organisation, (CELL_7_ESTABLISHED, BOOK_OPENED), (OrganisationDissolved(), LATER))
    dividing(whole, of=gone).refused("organisation.ended")
    changed = given(
        Organisation, (CELL_7_ESTABLISHED, BOOK_OPENED), (OrganisationSplit(into=(CELL_8,), keeps=True), LATER)
    )
    dividing(whole, of=changed).refused("organisation.later_facts")
    renamed = given(Organisation, (CELL_7_ESTABLISHED, BOOK_OPENED), (OrganisationRenamed(name="B"), LATER))
    dividing(whole, of=renamed).refused("organisation.later_facts")
    dividing(whole, of=renamed, keeps=True).then(OrganisationSplit(into=(FIRST, SECOND), keeps=True))


def test_a_part_says_whence_it_came() -> None:
    assert split_off(CELL_7) == [OrganisationSplitOff(source=CELL_7)]
