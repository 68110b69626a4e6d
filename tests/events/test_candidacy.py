"""The life of a four-good candidacy, step by step and each step once."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st
from msgspec.structs import replace

from events.candidacy import (
    Candidacy,
    CandidacyAppraised,
    CandidacyCertified,
    CandidacyRecognised,
    CandidacyRegistered,
    CandidacySelfAssessed,
    CandidacyWithdrawn,
    Standard,
    Step,
    appraise,
    certify,
    recognise,
    register,
    self_assess,
    withdraw,
)
from events.claims import candidacy_claim, claims
from events.fact import Decision, Fact, Refused
from events.organisation import Organisation, OrganisationDissolved
from tests.examples import CELL_7, CELL_7_ESTABLISHED, COMMUNE_ESTABLISHED, a_decision, an_id, an_organisation
from tests.given import DAY, given, seen

EARLIER, LATER = date(2026, 1, 5), date(2026, 12, 1)
ITEMS = {"political-task": Decimal(29), "meetings": Decimal("19.5")}
REGISTERED = CandidacyRegistered(cell=CELL_7, year=2026)
ASSESSED = CandidacySelfAssessed(cell=CELL_7, year=2026, items=ITEMS)
APPRAISED = CandidacyAppraised(cell=CELL_7, year=2026, items=ITEMS)
RECOGNISED = CandidacyRecognised(cell=CELL_7, year=2026)
CERTIFIED = CandidacyCertified(cell=CELL_7, year=2026, decision=a_decision())
WITHDRAWN = CandidacyWithdrawn(cell=CELL_7, year=2026, reason="chuyển về cấp trên khác")
LIFE: list[tuple[Decision, tuple[object, ...], Fact]] = [
    (self_assess, (ITEMS,), ASSESSED),
    (appraise, (ITEMS,), APPRAISED),
    (recognise, (None,), RECOGNISED),
    (certify, (a_decision(),), CERTIFIED),
]
STEPS = [REGISTERED, *(fact for *_, fact in LIFE)]


def test_a_cell_registers_for_a_year() -> None:
    given(Candidacy).when(register, an_organisation(), REGISTERED).then(REGISTERED)


def test_registered_otherwise_it_is_refused() -> None:
    other = replace(REGISTERED, year=2027)
    given(Candidacy, REGISTERED).when(register, an_organisation(), other).refused("candidacy.exists")


def test_only_a_cell_that_is_there_registers() -> None:
    ended = seen(Organisation, CELL_7_ESTABLISHED, OrganisationDissolved())
    for cell, rule in (
        (Organisation(), "candidacy.cell_unknown"),
        (an_organisation(COMMUNE_ESTABLISHED), "candidacy.cell_not_a_cell"),
        (ended, "candidacy.cell_ended"),
    ):
        given(Candidacy).when(register, cell, REGISTERED).refused(rule)


@pytest.mark.parametrize("number", range(len(LIFE)))
def test_each_step_follows_the_one_before(number: int) -> None:
    decision, asked, fact = LIFE[number]
    given(Candidacy, *STEPS[: number + 1]).when(decision, *asked, on=LATER).then(fact)


@pytest.mark.parametrize("number", range(len(LIFE)))
def test_each_step_again_is_ignored_because_already_done(number: int) -> None:
    decision, asked, _ = LIFE[number]
    given(Candidacy, *STEPS).when(decision, *asked, on=LATER).ignored()


@pytest.mark.parametrize(("number", "rule"), [(1, "not_self_assessed"), (2, "not_appraised"), (3, "not_recognised")])
def test_no_step_is_left_out(number: int, rule: str) -> None:
    decision, asked, _ = LIFE[number]
    given(Candidacy, *STEPS[:number]).when(decision, *asked).refused(f"candidacy.{rule}")


@pytest.mark.parametrize("number", range(len(LIFE)))
def test_there_is_no_step_without_a_registration(number: int) -> None:
    decision, asked, _ = LIFE[number]
    given(Candidacy).when(decision, *asked).refused("candidacy.unknown")


@pytest.mark.parametrize("number", range(len(LIFE)))
def test_no_step_is_dated_before_the_one_before(number: int) -> None:
    decision, asked, _ = LIFE[number]
    given(Candidacy, *STEPS[: number + 1]).when(decision, *asked, on=EARLIER).refused("candidacy.too_early")


def test_points_and_certificates_are_not_said_otherwise() -> None:
    other = {"meetings": Decimal(20)}
    given(Candidacy, *STEPS).when(self_assess, other).refused("candidacy.self_assessed")
    given(Candidacy, *STEPS).when(appraise, other).refused("candidacy.appraised")
    given(Candidacy, *STEPS).when(certify, a_decision("9")).refused("candidacy.certified")


@pytest.mark.parametrize("items", [{}, {"a": Decimal(-1)}, {"a": Decimal("NaN")}, {"a": Decimal(60), "b": Decimal(41)}])
def test_points_are_some_from_nought_to_a_hundred_together(items: dict[str, Decimal]) -> None:
    given(Candidacy, REGISTERED).when(self_assess, items).refused("candidacy.points")
    given(Candidacy, REGISTERED, ASSESSED).when(appraise, items).refused("candidacy.points")


@pytest.mark.parametrize("steps", [1, 2, 3])
def test_it_is_withdrawn_until_it_is_recognised(steps: int) -> None:
    given(Candidacy, *STEPS[:steps]).when(withdraw, WITHDRAWN.reason).then(WITHDRAWN)


def test_what_has_been_recognised_is_not_withdrawn() -> None:
    given(Candidacy, *STEPS[:4]).when(withdraw, "lý do").refused("candidacy.recognised")


def test_what_was_never_registered_is_not_withdrawn() -> None:
    given(Candidacy).when(withdraw, "lý do").refused("candidacy.unknown")


def test_withdrawn_it_goes_no_further() -> None:
    for decision, asked, _ in LIFE:
        given(Candidacy, REGISTERED, WITHDRAWN).when(decision, *asked).refused("candidacy.withdrawn")


@pytest.mark.parametrize(("mark", "met"), [("48.5", True), ("48.49", True), ("48.51", False), ("95", False)])
def test_what_is_recognised_has_the_points_of_its_standard(mark: str, met: bool) -> None:
    asked = given(Candidacy, *STEPS[:3]).when(recognise, Standard(Decimal(mark)))
    if met:
        asked.then(RECOGNISED)
    else:
        asked.refused("candidacy.below_standard")


@pytest.mark.parametrize(
    ("full", "met"), [({"meetings": "19.5"}, True), ({"meetings": "20"}, False), ({"x": "1"}, False)]
)
def test_a_standard_may_ask_for_full_marks_on_items(full: dict[str, str], met: bool) -> None:
    standard = Standard(Decimal(0), {item: Decimal(points) for item, points in full.items()})
    asked = given(Candidacy, *STEPS[:3]).when(recognise, standard)
    if met:
        asked.then(RECOGNISED)
    else:
        asked.refused("candidacy.below_standard")


def test_what_is_recognised_stays_so_by_any_standard() -> None:
    given(Candidacy, *STEPS[:4]).when(recognise, Standard(Decimal(100))).then()


def test_a_registration_claims_the_cell_s_year() -> None:
    assert claims(REGISTERED, an_id("candidacy"))[0] == ((candidacy_claim(CELL_7, 2026), an_id("candidacy")),)


ORDER = [Step.REGISTERED, Step.SELF_ASSESSED, Step.APPRAISED, Step.RECOGNISED, Step.CERTIFIED]
Ask = Callable[[Candidacy, date], list[Fact]]
ASKS: list[Ask] = [
    lambda candidacy, on: self_assess(candidacy, ITEMS, on),
    lambda candidacy, on: appraise(candidacy, ITEMS, on),
    lambda candidacy, on: recognise(candidacy, None, on),
    lambda candidacy, on: certify(candidacy, a_decision(), on),
    lambda candidacy, on: withdraw(candidacy, "lý do", on),
]


@for_all(st.lists(st.tuples(st.sampled_from(ASKS), st.integers(-5, 300)), max_size=25))
def test_whatever_is_asked_the_steps_come_in_their_order(asks: list[tuple[Ask, int]]) -> None:
    told: list[tuple[Fact, date]] = [(REGISTERED, DAY)]
    for ask, days in asks:
        on = DAY + timedelta(days=days)
        try:
            told += [(fact, on) for fact in ask(seen(Candidacy, *told), on)]
        except Refused:
            continue
    steps = [change.value for change in seen(Candidacy, *told).steps.changes]
    assert Step.WITHDRAWN not in steps[:-1]
    done = [step for step in steps if step is not Step.WITHDRAWN]
    assert done == ORDER[: len(done)]
