"""What may become of a sanction: complained of and answered, lapsed, undone."""

from datetime import date

import pytest
from msgspec.structs import replace

from events.fact import Fact
from events.member import (
    ComplaintAnswered,
    ComplaintOutcome,
    Member,
    MemberDied,
    MemberDisciplined,
    MemberRemoved,
    RemovalGround,
    SanctionComplained,
    SanctionForm,
    SanctionRestored,
    SanctionState,
    Standing,
    TransferState,
    standing,
)
from events.member.appeal import answer, comes_back, complain, restore
from events.member.discipline import discipline
from events.organisation import Organisation, OrganisationDissolved
from events.timeline import Span
from tests.examples import (
    BOOK_OPENED,
    CELL_7,
    CELL_7_ESTABLISHED,
    CELL_8,
    LAN_ADMITTED,
    MINH_ADMITTED,
    TRANSFER,
    a_decision,
    a_reprimand,
    an_expulsion,
    an_organisation,
    lans_introduction,
)
from tests.given import DAY, Dated, given, seen

CELL = an_organisation()
CLOSED = seen(Organisation, (CELL_7_ESTABLISHED, BOOK_OPENED), OrganisationDissolved())
LAST_DAY = date(2026, 4, 13)
"""Thirty working days after a Monday, 2 March."""
MARCH_9, APRIL, MAY, JUNE = date(2026, 3, 9), date(2026, 4, 1), date(2026, 5, 4), date(2026, 6, 1)
A_YEAR_LATER = date(2027, 3, 2)
COMPLAINED = SanctionComplained(sanction=2)
RESTORED = SanctionRestored(sanction=2)
UPHELD = ComplaintAnswered(sanction=2, outcome=ComplaintOutcome.UPHELD)
CANCELLED = ComplaintAnswered(sanction=2, outcome=ComplaintOutcome.CANCELLED)
TO_WARNING = ComplaintAnswered(sanction=2, outcome=ComplaintOutcome.CHANGED, form=SanctionForm.WARNING)
WARNING = MemberDisciplined(form=SanctionForm.WARNING, decision=a_decision("16-QĐ/ĐU"))
REPRIMANDED: list[Dated] = [LAN_ADMITTED, a_reprimand()]
EXPELLED: list[Dated] = [LAN_ADMITTED, an_expulsion()]


def states(state: Member, *days: date) -> list[SanctionState | None]:
    span = state.sanction_spans()[0]
    return [span.value.state_on(day, span.until) for day in days]


# Complained of


@pytest.mark.parametrize("on", [DAY, LAST_DAY])
def test_he_complains_within_thirty_working_days(on: date) -> None:
    given(Member, *REPRIMANDED).when(complain, 2, on=on).then(COMPLAINED)


def test_complained_of_again_is_ignored_because_already_done() -> None:
    given(Member, *REPRIMANDED, (COMPLAINED, MARCH_9)).when(complain, 2, on=JUNE).ignored()


def test_after_thirty_working_days_it_is_too_late() -> None:
    given(Member, *REPRIMANDED).when(complain, 2, on=date(2026, 4, 14)).refused("complaint.too_late")


def test_before_it_is_announced_it_is_too_early() -> None:
    announced = given(Member, LAN_ADMITTED, (a_reprimand(), APRIL))
    announced.when(complain, 2, on=DAY).refused("complaint.before_announcement")


@pytest.mark.parametrize("position", [1, 7])
def test_what_is_no_sanction_of_his_is_not_complained_of(position: int) -> None:
    given(Member, *REPRIMANDED).when(complain, position).refused("sanction.unknown")


def test_who_was_expelled_complains_and_who_died_does_not() -> None:
    given(Member, *EXPELLED).when(complain, 2, on=APRIL).then(COMPLAINED)
    given(Member, *REPRIMANDED, (MemberDied(), MARCH_9)).when(complain, 2, on=MARCH_9).refused("member.died")


def test_a_complaint_is_open_until_it_is_answered_and_the_decision_is_obeyed() -> None:
    state = seen(Member, *REPRIMANDED, (COMPLAINED, MARCH_9), (UPHELD, MAY))
    assert [state.complaint_open_on(day) for day in (DAY, MARCH_9, date(2026, 5, 3), MAY)] == [False, True, True, False]
    assert [sanction.position for sanction in state.sanctions_on(APRIL)] == [2]


# Answered


@pytest.mark.parametrize("said", [UPHELD, CANCELLED, TO_WARNING])
def test_the_superior_answers(said: ComplaintAnswered) -> None:
    complained = given(Member, *REPRIMANDED, (COMPLAINED, MARCH_9))
    complained.when(answer, said, None, on=MAY).then(said)


def test_answered_otherwise_is_refused() -> None:
    answered = given(Member, *REPRIMANDED, (COMPLAINED, MARCH_9), (UPHELD, MAY))
    answered.when(answer, CANCELLED, None, on=MAY).refused("complaint.answered")
    answered.when(answer, UPHELD, None, on=JUNE).ignored()


def test_what_nobody_complained_of_is_not_answered_nor_before_somebody_did() -> None:
    given(Member, *REPRIMANDED).when(answer, UPHELD, None).refused("complaint.none")
    complained = given(Member, *REPRIMANDED, (COMPLAINED, MARCH_9))
    complained.when(answer, UPHELD, None, on=DAY).refused("complaint.before_it_was_made")


@pytest.mark.parametrize(
    "said",
    [
        replace(TO_WARNING, form=None),
        replace(TO_WARNING, form=SanctionForm.REPRIMAND),
        replace(TO_WARNING, form=SanctionForm.EXPULSION),
        replace(UPHELD, form=SanctionForm.WARNING),
    ],
)
def test_an_answer_has_the_form_that_goes_with_it(said: ComplaintAnswered) -> None:
    given(Member, *REPRIMANDED, COMPLAINED).when(answer, said, None).refused("complaint.form")


def test_a_sanction_is_not_changed_to_what_his_status_forbids() -> None:
    removal = replace(TO_WARNING, form=SanctionForm.REMOVAL_FROM_POST)
    complained = given(Member, MINH_ADMITTED, a_reprimand(), COMPLAINED)
    complained.when(answer, removal, None).refused("sanction.form_not_for_probationary")


# Lapsed, by dates alone


def test_a_complaint_keeps_it_from_lapsing_until_it_is_answered() -> None:
    state = seen(Member, *REPRIMANDED, (COMPLAINED, MARCH_9))
    assert states(state, DAY, MARCH_9, A_YEAR_LATER) == [
        SanctionState.IN_FORCE,
        SanctionState.COMPLAINED,
        SanctionState.COMPLAINED,
    ]
    late = date(2027, 5, 3)
    state.see(UPHELD, late, 4)
    assert states(state, A_YEAR_LATER, late) == [SanctionState.COMPLAINED, SanctionState.LAPSED]


def test_upheld_within_the_year_it_lapses_after_the_year() -> None:
    state = seen(Member, *REPRIMANDED, (COMPLAINED, MARCH_9), (UPHELD, MAY))
    assert states(state, MAY, date(2027, 3, 1), A_YEAR_LATER) == [
        SanctionState.IN_FORCE,
        SanctionState.IN_FORCE,
        SanctionState.LAPSED,
    ]


def test_what_is_changed_is_of_the_other_form_from_that_day() -> None:
    state = seen(Member, *REPRIMANDED, (COMPLAINED, MARCH_9), (TO_WARNING, MAY))
    (span,) = state.sanction_spans()
    assert [span.value.form_on(day) for day in (APRIL, MAY)] == [SanctionForm.REPRIMAND, SanctionForm.WARNING]
    assert span.until == A_YEAR_LATER


@pytest.mark.parametrize("undoing", [(RESTORED,), (COMPLAINED, CANCELLED)])
def test_what_is_undone_is_in_force_no_more_and_stays_on_record(undoing: tuple[Fact, ...]) -> None:
    state = seen(Member, *REPRIMANDED, *[(fact, MAY) for fact in undoing])
    assert states(state, APRIL, MAY, A_YEAR_LATER) == [
        SanctionState.IN_FORCE,
        SanctionState.RESTORED,
        SanctionState.RESTORED,
    ]
    assert state.sanctions_on(MAY) == ()


def test_a_new_sanction_that_is_undone_holds_the_earlier_one_no_longer() -> None:
    undone_early, undone_late = date(2026, 12, 1), date(2027, 5, 3)
    both: list[Dated] = [*REPRIMANDED, (WARNING, JUNE)]
    again = SanctionRestored(sanction=3)
    assert [span.until for span in seen(Member, *both).sanction_spans()] == [date(2027, 6, 1), date(2027, 6, 1)]
    early = seen(Member, *both, (again, undone_early))
    assert [span.until for span in early.sanction_spans()] == [A_YEAR_LATER, undone_early]
    late = seen(Member, *both, (again, undone_late))
    assert [span.until for span in late.sanction_spans()] == [undone_late, undone_late]


def test_while_the_new_one_is_complained_of_nobody_knows_when_the_earlier_one_lapses() -> None:
    state = seen(Member, *REPRIMANDED, (WARNING, JUNE), (SanctionComplained(sanction=3), JUNE))
    assert [span.until for span in state.sanction_spans()] == [None, None]


# Undone


def test_a_wrongful_decision_is_undone_even_when_it_has_lapsed() -> None:
    given(Member, *REPRIMANDED).when(restore, RESTORED, None, on=date(2028, 1, 3)).then(RESTORED)


def test_undone_again_is_ignored_because_already_done() -> None:
    given(Member, *REPRIMANDED, (RESTORED, MAY)).when(restore, RESTORED, None, on=JUNE).ignored()


def test_what_a_complaint_has_cancelled_is_undone_already() -> None:
    cancelled = given(Member, *REPRIMANDED, COMPLAINED, (CANCELLED, MAY))
    cancelled.when(restore, RESTORED, None, on=JUNE).refused("sanction.undone")
    restored = given(Member, *REPRIMANDED, (RESTORED, DAY))
    restored.when(complain, 2, on=DAY).refused("sanction.undone")


def test_it_is_not_undone_before_it_was_announced_or_complained_of() -> None:
    complained = given(Member, *REPRIMANDED, (COMPLAINED, MARCH_9))
    complained.when(restore, RESTORED, None, on=DAY).refused("restoration.too_early")


# Back on a roll


def test_who_was_expelled_wrongly_is_on_a_roll_again_from_that_day() -> None:
    back = replace(RESTORED, cell=CELL_7)
    assert comes_back(seen(Member, *EXPELLED), 2)
    given(Member, *EXPELLED).when(restore, back, CELL, on=MAY).then(back)
    state = seen(Member, *EXPELLED, (replace(RESTORED, cell=CELL_8), MAY))
    assert [standing(state, day) for day in (DAY, APRIL, MAY)] == [Standing.OUT, Standing.OUT, Standing.FULL]
    assert state.cell_spans() == (Span(MAY, None, CELL_8),)
    assert (state.left_on, comes_back(state, 2)) == (None, False)


def test_an_expulsion_that_gives_way_to_a_warning_ends_no_membership() -> None:
    back = replace(TO_WARNING, cell=CELL_7)
    complained: list[Dated] = [(LAN_ADMITTED, BOOK_OPENED), an_expulsion(), (COMPLAINED, MARCH_9)]
    given(Member, *complained).when(answer, back, CELL, on=MAY).then(back)
    state = seen(Member, *complained, (back, MAY))
    assert state.cell_spans() == (Span(BOOK_OPENED, DAY, CELL_7), Span(MAY, None, CELL_7))
    assert states(state, DAY, APRIL, MAY, A_YEAR_LATER) == [
        SanctionState.IN_FORCE,
        SanctionState.COMPLAINED,
        SanctionState.IN_FORCE,
        SanctionState.LAPSED,
    ]


def test_who_comes_back_is_given_a_living_cell_and_nobody_else_is() -> None:
    given(Member, *EXPELLED).when(restore, RESTORED, None, on=MAY).refused("restoration.cell")
    back = replace(RESTORED, cell=CELL_7)
    given(Member, *EXPELLED).when(restore, back, CLOSED, on=MAY).refused("restoration.cell_ended")
    given(Member, *REPRIMANDED).when(restore, back, CELL, on=MAY).refused("restoration.cell")


def test_who_died_meanwhile_is_cleared_and_on_no_roll() -> None:
    dead: list[Dated] = [*EXPELLED, (COMPLAINED, MARCH_9), (MemberDied(), APRIL)]
    given(Member, *dead).when(answer, CANCELLED, None, on=MAY).then(CANCELLED)
    given(Member, *dead).when(restore, replace(RESTORED, cell=CELL_7), CELL, on=MAY).refused("restoration.cell")
    assert standing(seen(Member, *dead, (RESTORED, MAY)), MAY) is Standing.OUT


def test_a_sanction_that_is_undone_after_he_left_for_another_reason_brings_nobody_back() -> None:
    removed = MemberRemoved(ground=RemovalGround.OWN_REQUEST, decision=a_decision("20-QĐ/ĐU"))
    left: list[Dated] = [*EXPELLED, COMPLAINED, (replace(TO_WARNING, cell=CELL_7), MAY), (removed, JUNE)]
    given(Member, *left).when(restore, RESTORED, None, on=JUNE).then(RESTORED)
    assert standing(seen(Member, *left, (RESTORED, JUNE)), JUNE) is Standing.OUT


def test_between_the_end_and_the_return_nothing_happens_to_him() -> None:
    back = given(Member, (LAN_ADMITTED, BOOK_OPENED), an_expulsion(), (replace(RESTORED, cell=CELL_7), MAY))
    back.when(discipline, a_reprimand(), on=APRIL).refused("member.left")
    back.when(discipline, a_reprimand(), on=date(2026, 2, 27)).then(a_reprimand())
    back.when(discipline, a_reprimand(), on=MAY).then(a_reprimand())


def test_nobody_waits_any_longer_for_who_was_expelled_on_the_way() -> None:
    going = lans_introduction()
    state = seen(Member, LAN_ADMITTED, going, (an_expulsion(), APRIL), (SanctionRestored(sanction=3, cell=CELL_7), MAY))
    transfer = state.transfers[TRANSFER]
    assert (transfer.outcome, transfer.ended_on, state.in_transit(MAY)) == (TransferState.WITHDRAWN, APRIL, None)
