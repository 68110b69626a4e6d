"""Who is told: by the residence and the cell of the day, as far as they were on record when it was recorded."""

from collections.abc import Mapping, Sequence
from datetime import date

import pytest

from events.fact import Fact, Id, stored_name
from events.member import (
    Member,
    MemberMoved,
    TransferExtended,
    TransferExtensionAsked,
    TransferReturned,
    TransferSide,
    TransferWithdrawn,
)
from events.organisation import Organisation, OrganisationAbsorbed, OrganisationHandedOver
from services.notify.policies_in_force import Policies
from services.notify.policy import Policy, Rule, To
from services.notify.recipients import asked_about, recipients
from tests.examples import (
    BOOK_OPENED,
    CELL_7,
    CELL_8,
    COMMUNE,
    HOSPITAL,
    SURGERY,
    a_certificate,
    a_reprimand,
    an_expulsion,
    an_id,
)
from tests.given import seen
from tests.notify.commune import (
    ORGANISATIONS,
    PAEDIATRICS,
    SHIPPED,
    WARD,
    admitted,
    introduced,
    living_in,
    received,
    refused,
)

MOVED, T = an_id("moved"), an_id("a transfer")
MARCH, APRIL, MAY = date(2026, 3, 2), date(2026, 4, 1), date(2026, 5, 4)

Dated = tuple[Fact, date]
TREE = {stream: seen(Organisation, (established, BOOK_OPENED)) for stream, established in ORGANISATIONS.items()}

IN_SURGERY: list[Dated] = [(admitted(), BOOK_OPENED)]
AT_HOME: list[Dated] = [*IN_SURGERY, (living_in(COMMUNE), BOOK_OPENED)]
MOVING_HOUSE: list[Dated] = [*AT_HOME, (living_in(WARD), APRIL)]
OWN: list[Dated] = [(admitted(CELL_7), BOOK_OPENED), (living_in(COMMUNE), BOOK_OPENED)]
LEAVING: list[Dated] = [*AT_HOME, (introduced(T, PAEDIATRICS), MARCH)]
COMING_HOME: list[Dated] = [*AT_HOME, (introduced(T, CELL_7), MARCH)]
GOING_AWAY: list[Dated] = [*OWN, (introduced(T, SURGERY, CELL_7), MARCH)]


def told(
    before: Sequence[Dated], fact: Fact, on: date, policies: Policies = SHIPPED, tree: Mapping[Id, Organisation] = TREE
) -> set[tuple[Id, str]]:
    rules = policies.rules(stored_name(fact), on)
    member = seen(Member, *before, (fact, on))
    # Only what is asked about is handed in, and what that leads to: it must be enough.
    known: dict[Id, Organisation] = {}
    waiting = [one for one in asked_about(rules, fact, on, member) if one in tree]
    while waiting:
        step = waiting.pop()
        known[step] = tree[step]
        waiting += {one for one in (tree[step].parent_on(on), *tree[step].successors) if one is not None} - set(known)
    found = recipients(rules, fact, on, member, known)
    assert len({recipient.organisation for recipient in found}) == len(found), "each organisation once"
    return {(recipient.organisation, str(recipient.rule.to)) for recipient in found}


def longer_asked(side: TransferSide) -> TransferExtensionAsked:
    return TransferExtensionAsked(transfer=T, until=MAY, side=side)


@pytest.mark.parametrize(
    ("before", "fact", "on", "expected"),
    [
        pytest.param(AT_HOME, a_certificate(), MARCH, {(COMMUNE, "residence")}, id="a reward"),
        pytest.param(AT_HOME, a_reprimand(), MARCH, {(COMMUNE, "residence")}, id="a sanction"),
        pytest.param(AT_HOME, an_expulsion(), MARCH, {(COMMUNE, "residence")}, id="an expulsion, on its very day"),
        pytest.param(IN_SURGERY, a_certificate(), MARCH, set(), id="a residence that nobody has declared"),
        pytest.param([*IN_SURGERY, (living_in(None), BOOK_OPENED)], a_reprimand(), MARCH, set(), id="nobody is there"),
        pytest.param(MOVING_HOUSE, a_certificate(), MARCH, {(COMMUNE, "residence")}, id="before he moved: the old one"),
        pytest.param(MOVING_HOUSE, a_certificate(), APRIL, {(WARD, "residence")}, id="the day he moves: the new one"),
        pytest.param(MOVING_HOUSE, a_reprimand(), MAY, {(WARD, "residence")}, id="after he moved: the new one"),
        pytest.param([*MOVING_HOUSE, (living_in(None), MAY)], a_reprimand(), MAY, set(), id="moved to where nobody is"),
        pytest.param(OWN, a_certificate(), MARCH, set(), id="its own member's reward"),
        pytest.param(OWN, an_expulsion(), MARCH, set(), id="its own member's expulsion"),
        pytest.param(
            [(admitted(CELL_7), BOOK_OPENED), (living_in(CELL_7), BOOK_OPENED)], a_reprimand(), MARCH, set(),
            id="the committee is the cell itself",
        ),
        pytest.param(
            [(admitted(CELL_7), BOOK_OPENED), (living_in(CELL_8), BOOK_OPENED)], a_reprimand(), MARCH,
            {(CELL_8, "residence")}, id="a neighbouring cell is not above",
        ),
        pytest.param(
            [(admitted(CELL_7), MARCH), (living_in(COMMUNE), MARCH)], a_certificate(), MARCH, set(),
            id="its own member's reward on his first day",
        ),
        pytest.param(
            AT_HOME, introduced(T, PAEDIATRICS), MARCH, {(COMMUNE, "residence"), (PAEDIATRICS, "destination")},
            id="an introduction",
        ),
        pytest.param(LEAVING, received(T), APRIL, {(COMMUNE, "residence"), (SURGERY, "origin")}, id="a reception"),
        pytest.param(LEAVING, refused(T), APRIL, {(COMMUNE, "residence"), (SURGERY, "origin")}, id="a refusal"),
        pytest.param(
            LEAVING, TransferWithdrawn(transfer=T), APRIL, {(COMMUNE, "residence"), (PAEDIATRICS, "destination")},
            id="a withdrawal",
        ),
        pytest.param(
            LEAVING, longer_asked(TransferSide.ORIGIN), APRIL, {(PAEDIATRICS, "destination")},
            id="the origin asks for longer: the other side",
        ),
        pytest.param(
            LEAVING, longer_asked(TransferSide.DESTINATION), APRIL, {(SURGERY, "origin")},
            id="the destination asks for longer: the other side",
        ),
        pytest.param(
            LEAVING, TransferExtended(transfer=T, until=MAY), APRIL,
            {(COMMUNE, "residence"), (SURGERY, "origin"), (PAEDIATRICS, "destination")}, id="an extension",
        ),
        pytest.param(
            LEAVING, TransferReturned(transfer=T), APRIL,
            {(COMMUNE, "residence"), (SURGERY, "origin"), (PAEDIATRICS, "destination")}, id="a return",
        ),
        pytest.param(
            COMING_HOME, received(T), APRIL, {(COMMUNE, "residence"), (SURGERY, "origin")},
            id="received into its own cell: by the cell of the day before",
        ),
        pytest.param(
            [*COMING_HOME, (received(T), APRIL)], a_certificate(), MAY, set(), id="since then he is its own",
        ),
        pytest.param(
            OWN, introduced(T, SURGERY, CELL_7), MARCH, {(SURGERY, "destination")}, id="its own member is introduced",
        ),
        pytest.param(GOING_AWAY, received(T), APRIL, {(CELL_7, "origin")}, id="its own member is received elsewhere"),
        pytest.param(
            [*GOING_AWAY, (received(T), APRIL)], a_reprimand(), MAY, {(COMMUNE, "residence")},
            id="its own member no longer",
        ),
        pytest.param(
            [*IN_SURGERY, (living_in(PAEDIATRICS), BOOK_OPENED)], introduced(T, PAEDIATRICS), MARCH,
            {(PAEDIATRICS, "residence")}, id="an organisation in two roles is told once",
        ),
        pytest.param(AT_HOME, living_in(WARD), MARCH, set(), id="a move where nothing is in force"),
    ],
)  # fmt: skip
def test_who_is_told(before: list[Dated], fact: Fact, on: date, expected: set[tuple[Id, str]]) -> None:
    assert told(before, fact, on) == expected


def a_policy(**rule: object) -> Policies:
    rules = [Rule.model_validate({"id": "one", "fact": "member.reward_given", **rule})]
    policy = {"id": "ours", "version": 1, "issuer": "Tỉnh ủy", "number": "1", "on": MARCH, "valid_from": BOOK_OPENED}
    return Policies([Policy.model_validate({**policy, "rules": rules})])


def test_a_policy_may_tell_a_committee_of_its_own_members() -> None:
    assert told(OWN, a_certificate(), MARCH, a_policy(to="residence", own_members=True)) == {(COMMUNE, "residence")}


def test_a_policy_may_tell_the_workplace() -> None:
    assert told(AT_HOME, a_certificate(), MARCH, a_policy(to=To.WORKPLACE)) == {(SURGERY, "workplace")}


def test_a_policy_may_tell_what_stands_above_the_workplace_on_that_day() -> None:
    assert told(AT_HOME, a_certificate(), MARCH, a_policy(to=To.SUPERIOR)) == {(HOSPITAL, "superior")}
    moved = {
        **TREE,
        SURGERY: seen(Organisation, (ORGANISATIONS[SURGERY], BOOK_OPENED), (OrganisationHandedOver(to=WARD), APRIL)),
    }
    assert told(AT_HOME, a_certificate(), MARCH, a_policy(to=To.SUPERIOR), moved) == {(HOSPITAL, "superior")}
    assert told(AT_HOME, a_certificate(), MAY, a_policy(to=To.SUPERIOR), moved) == {(WARD, "superior")}


def test_a_role_that_a_fact_does_not_have_is_nobodys() -> None:
    assert told(AT_HOME, a_certificate(), MARCH, a_policy(to=To.DESTINATION)) == set()


MERGED = {
    **TREE,
    COMMUNE: seen(Organisation, (ORGANISATIONS[COMMUNE], BOOK_OPENED), (OrganisationAbsorbed(into=WARD), APRIL)),
    CELL_7: seen(Organisation, (ORGANISATIONS[CELL_7], BOOK_OPENED), (OrganisationHandedOver(to=WARD), APRIL)),
}


def test_what_took_over_from_the_residence_committee_is_told_from_that_day_on() -> None:
    assert told(AT_HOME, a_certificate(), MARCH, tree=MERGED) == {(COMMUNE, "residence")}
    assert told(AT_HOME, a_certificate(), APRIL, tree=MERGED) == {(WARD, "residence")}


def test_what_took_over_is_not_told_of_its_own_members_either() -> None:
    assert told(OWN, a_certificate(), MARCH, tree=MERGED) == set()
    assert told(OWN, a_certificate(), MAY, tree=MERGED) == set()


def test_what_took_over_from_a_destination_is_told_of_who_was_sent_there() -> None:
    gone = OrganisationAbsorbed(into=SURGERY)
    merged = {**TREE, PAEDIATRICS: seen(Organisation, (ORGANISATIONS[PAEDIATRICS], BOOK_OPENED), (gone, MARCH))}
    assert told(IN_SURGERY, introduced(T, PAEDIATRICS), MARCH, tree=merged) == {(SURGERY, "destination")}


def test_the_residence_committee_is_told_that_a_cell_went_into_another() -> None:
    moved = MemberMoved(cell=PAEDIATRICS, from_cell=SURGERY, by=SURGERY)
    assert told(AT_HOME, moved, MARCH) == {(COMMUNE, "residence")}
