"""A whole life, with its complaints, absences, ends and returns, in whatever order: what must always hold, holds."""

from datetime import date, timedelta
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from events.fact import Fact, Id, stored_name
from events.member import (
    ComplaintAnswered,
    ComplaintOutcome,
    ExemptionGround,
    Member,
    MemberAppointed,
    MemberDied,
    MemberExempted,
    MemberRemoved,
    RemovalComplained,
    RemovalGround,
    RemovalRestored,
    SanctionComplained,
    SanctionForm,
    SanctionRestored,
    SanctionState,
    Standing,
    TransferIntroduced,
    TransferKind,
    standing,
)
from events.member.appeal import answer, comes_back, complain, restore
from events.member.appointment import appoint
from events.member.death import die
from events.member.exemption import end_exemption, exempt
from events.member.inspection import end_inspection, end_suspension, open_inspection, suspend
from events.member.removal import complain_of_removal, remove, restore_removed
from events.wire import decode, encode
from projections import sanctions as view
from projections.view import FOREVER
from tests.events.member.test_any_life import ADMISSIONS, CELL, COMMON, DAYS, FIRST, Ask, Life, disciplining, fold, live
from tests.examples import CELL_7, CELL_8, LAN, a_decision
from tests.projections.log import Said, records_of

AFTER_AN_END = (SanctionComplained, ComplaintAnswered, SanctionRestored, RemovalComplained, RemovalRestored, MemberDied)
"""What may take effect of somebody who is on no roll."""
EVERY_TENTH = [FIRST + timedelta(days=number) for number in range(-5, 800, 10)]


def sanction(member: Member, number: int) -> int:
    """The place of one of his sanctions in the log; of none, where he has none."""
    known = sorted(member.sanctions.known)
    return known[number % len(known)] if known else 0


def answering(number: int, outcome: ComplaintOutcome, form: SanctionForm | None, cell: Id) -> Ask:
    def ask(member: Member, on: date) -> list[Fact]:
        position = sanction(member, number)
        returns = outcome is not ComplaintOutcome.UPHELD and position > 0 and comes_back(member, position)
        said = ComplaintAnswered(sanction=position, outcome=outcome, form=form, cell=cell if returns else None)
        return answer(member, said, CELL, on)

    return ask


def restoring(number: int, cell: Id) -> Ask:
    def ask(member: Member, on: date) -> list[Fact]:
        position = sanction(member, number)
        returns = position > 0 and comes_back(member, position)
        return restore(member, SanctionRestored(sanction=position, cell=cell if returns else None), CELL, on)

    return ask


def complaining(number: int) -> Ask:
    return lambda member, on: complain(member, sanction(member, number), on)


def removing(ground: RemovalGround, number: str) -> Ask:
    removed = MemberRemoved(ground=ground, decision=a_decision(number))
    return lambda member, on: remove(member, removed, on)


def bringing_back(cell: Id) -> Ask:
    return lambda member, on: restore_removed(member, None if member.died_on else cell, CELL, on)


def exempting(ground: ExemptionGround, days: int | None) -> Ask:
    def ask(member: Member, on: date) -> list[Fact]:
        until = None if days is None else on + timedelta(days=days)
        return exempt(member, MemberExempted(ground=ground, until=until), on)

    return ask


COURSE: list[Ask] = [
    *[disciplining(form, number) for form in SanctionForm for number in ("5", "6")],
    *[complaining(number) for number in range(3)] * 8,
    *[answering(number, ComplaintOutcome.UPHELD, None, CELL_7) for number in range(2)],
    *[answering(number, ComplaintOutcome.CANCELLED, None, CELL_8) for number in range(2)],
    *[answering(number, ComplaintOutcome.CHANGED, SanctionForm.WARNING, CELL_8) for number in range(2)],
    *[restoring(number, cell) for number in range(2) for cell in (CELL_7, CELL_8)],
    *[removing(ground, number) for ground in (RemovalGround.DUES, RemovalGround.PROBATION) for number in ("7", "8")],
    complain_of_removal,
    *[bringing_back(cell) for cell in (CELL_7, CELL_8)],
    exempting(ExemptionGround.AGE, None),
    exempting(ExemptionGround.OTHER, 60),
    end_exemption,
    lambda member, on: open_inspection(member, "việc này", on),
    end_inspection,
    lambda member, on: suspend(member, None, on),
    lambda member, on: suspend(member, on + timedelta(days=45), on),
    end_suspension,
    lambda member, on: appoint(member, MemberAppointed(post="Trưởng thôn"), None, on),
]
DYING: list[Ask] = [die]
IN_ORDER = st.lists(st.tuples(st.sampled_from([*COURSE * 2, *COMMON, *DYING]), DAYS), min_size=10, max_size=30).map(
    lambda asked: sorted(asked, key=lambda pair: pair[1])
)
"""Mostly things are told as they happen, else a life ends before it has begun; the last few are told late."""
LATE = st.lists(st.tuples(st.sampled_from([*COURSE, *COMMON]), DAYS), max_size=5)
LIVES = st.builds(lambda admitted, asked, late: live([*asked, *late], [(admitted, FIRST)]), ADMISSIONS, IN_ORDER, LATE)


@settings(max_examples=100)
@given(LIVES)
def test_on_every_day_he_is_in_exactly_one_cell_or_out_and_nothing_of_him_is_open(life: Life) -> None:
    member = fold(life)
    for day in EVERY_TENTH:
        cells = [span.value for span in member.cell_spans() if span.since <= day < (span.until or date.max)]
        assert cells == ([member.cell_on(day)] if member.listed_on(day) else [])
        if member.listed_on(day):
            continue
        assert standing(member, day) is Standing.OUT
        held = (member.exempt_on(day), member.inspected_on(day), member.suspended_on(day))
        assert (*held, member.in_transit(day)) == (False, False, False, None)


@settings(max_examples=100)
@given(LIVES)
def test_nothing_takes_effect_of_somebody_who_is_on_no_roll_but_what_undoes_that(life: Life) -> None:
    for number, (fact, on) in enumerate(life[1:], start=1):
        member = fold(life[:number])
        assert isinstance(fact, AFTER_AN_END) or member.listed_on(on)
        if isinstance(fact, TransferIntroduced) and fact.kind is TransferKind.OFFICIAL:
            assert not member.inspected_on(on)
            assert not member.complaint_open_on(on)


@settings(max_examples=100)
@given(LIVES)
def test_nobody_comes_back_from_death(life: Life) -> None:
    member = fold(life)
    if member.died_on is not None:
        assert not any(member.listed_on(day) for day in EVERY_TENTH if day >= member.died_on)
        assert all(isinstance(fact, AFTER_AN_END) for fact, on in life if on > member.died_on)


@settings(max_examples=100)
@given(LIVES)
def test_what_has_lapsed_or_was_undone_is_in_force_no_more(life: Life) -> None:
    for since, until, one in fold(life).sanction_spans():
        states = [one.state_on(day, until) for day in EVERY_TENTH]
        for before, after in pairwise(states):
            if before is SanctionState.RESTORED:
                assert after is SanctionState.RESTORED
            if before is SanctionState.LAPSED:
                assert after in {SanctionState.LAPSED, SanctionState.RESTORED}
        assert until is None or until >= since


@settings(max_examples=100)
@given(LIVES)
def test_two_absences_of_a_kind_do_not_meet(life: Life) -> None:
    absences = fold(life).absences
    for known in (absences.exemptions.known, absences.inspections.known, absences.suspensions.known):
        for day in EVERY_TENTH:
            assert sum(period.covers(day) for period in known) <= 1


@settings(max_examples=100)
@given(LIVES)
def test_an_absence_that_was_open_when_he_left_is_none_when_he_comes_back(life: Life) -> None:
    member = fold(life)
    for first, last in member.membership.spells():
        for known in (member.absences.exemptions.known, member.absences.inspections.known):
            free = [period.free_on for period in known if first <= period.since < (last or date.max)]
            assert last is None or all(day is not None and day <= last for day in free)


@settings(max_examples=100)
@given(LIVES)
def test_the_view_of_sanctions_says_what_the_state_does(life: Life) -> None:
    subject, member = view.Sanctions(), fold(life)
    for record in records_of(Said(LAN, fact, on) for fact, on in life):
        if record.name in view.VIEW.reads:
            subject.see(record)
    rows = subject.rows()
    for day in EVERY_TENTH:
        shown = {row.position: row for row in rows if row.from_on <= day < row.to_on}
        for _, until, one in member.sanction_spans():
            state = one.state_on(day, until)
            assert (state is None) == (one.position not in shown)
            if state is None:
                continue
            row = shown[one.position]
            has_lapsed = row.state is not SanctionState.RESTORED and (row.until or FOREVER) <= day
            assert (SanctionState.LAPSED if has_lapsed else row.state, row.form) == (state, one.form_on(day))


@settings(max_examples=50)
@given(LIVES)
def test_what_is_read_from_the_log_is_what_was_lived(life: Life) -> None:
    assert fold([(decode(stored_name(fact), encode(fact)), on) for fact, on in life]) == fold(life)
