"""Whatever is asked of a member, in whatever order and however late: what must always hold, holds."""

from collections.abc import Callable
from datetime import date, timedelta
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from events.fact import Fact, Id, Refused, stored_name
from events.member import (
    Member,
    MemberDisciplined,
    ResidenceDeclared,
    RewardForm,
    RewardGiven,
    SanctionForm,
    Standing,
    Status,
    TransferKind,
    standing,
)
from events.member.admission import admit, recognise
from events.member.discipline import discipline
from events.member.residence import declare_residence
from events.member.reward import reward
from events.member.transfer import Move, introduce, receive, refuse
from events.wire import decode, encode
from tests.examples import (
    CELL_7,
    CELL_8,
    LAN_ADMITTED,
    MINH_ADMITTED,
    SURGERY,
    a_decision,
    an_id,
    an_organisation,
)

FIRST = date(2026, 1, 1)
CELL = an_organisation()
TRANSFERS = [an_id(name) for name in ("first", "second", "third")]
Ask = Callable[[Member, date], list[Fact]]
Life = list[tuple[Fact, date]]


def moving(transfer: Id, to: Id, kind: TransferKind) -> Ask:
    until = FIRST + timedelta(days=340) if kind is TransferKind.TEMPORARY else None
    return lambda member, on: introduce(member, CELL, transfer, Move(to=to, kind=kind, until=until), on)


def receiving(transfer: Id) -> Ask:
    return lambda member, on: receive(member, CELL, transfer, on)


def refusing(transfer: Id) -> Ask:
    return lambda member, on: refuse(member, transfer, "lý do", on)


def disciplining(form: SanctionForm, number: str) -> Ask:
    disciplined = MemberDisciplined(form=form, decision=a_decision(number))
    return lambda member, on: discipline(member, disciplined, on)


def rewarding(form: RewardForm) -> Ask:
    return lambda member, on: reward(member, RewardGiven(form=form, decision=a_decision()), on)


def living_in(place: str) -> Ask:
    return lambda member, on: declare_residence(member, None, ResidenceDeclared(place=place), on)


COMMON: list[Ask] = [
    *[
        moving(transfer, to, kind)
        for transfer in TRANSFERS
        for to in (CELL_7, CELL_8, SURGERY)
        for kind in TransferKind
    ],
    *[receiving(transfer) for transfer in TRANSFERS] * 3,
    *[refusing(transfer) for transfer in TRANSFERS],
    *[disciplining(SanctionForm.REPRIMAND, number) for number in ("1", "2")],
    *[rewarding(form) for form in (RewardForm.COMMENDATION, RewardForm.BADGE_30)],
    *[living_in(place) for place in ("06799", "06793")],
    recognise,
]
RARE: list[Ask] = [
    *[disciplining(form, "3") for form in SanctionForm],
    lambda member, on: admit(member, CELL, LAN_ADMITTED, on),
]
ASKS = st.sampled_from([*COMMON * 3, *RARE])
DAYS = st.integers(-3, 300).map(lambda number: FIRST + timedelta(days=number))
ADMISSIONS = st.sampled_from([LAN_ADMITTED, MINH_ADMITTED])


def fold(life: Life) -> Member:
    member = Member()
    for position, (fact, on) in enumerate(life, start=1):
        member.see(fact, on, position)
    return member


def live(asked: list[tuple[Ask, date]], life: Life) -> Life:
    """The life that comes of asking these, each of what is on record by then, and each twice."""
    for ask, on in asked:
        try:
            facts = ask(fold(life), on)
        except Refused:
            continue
        life = [*life, *((fact, on) for fact in facts)]
        assert ask(fold(life), on) == [], "asked twice, it must be silent"
    return life


LIVES = st.builds(
    lambda admitted, asked: live(asked, [(admitted, FIRST)]),
    ADMISSIONS,
    st.lists(st.tuples(ASKS, DAYS), min_size=10, max_size=30),
)


@settings(max_examples=150)
@given(LIVES, DAYS)
def test_a_member_is_in_exactly_one_cell_or_out(life: Life, day: date) -> None:
    member = fold(life)
    cells = [span.value for span in member.cell_spans() if span.since <= day < (span.until or date.max)]
    if member.listed_on(day):
        assert cells == [member.cell_on(day)]
    else:
        assert cells == []
        assert (member.cell_on(day), member.status_on(day), member.residence_on(day)) == (None, None, None)
        assert member.in_transit(day) is None
        assert standing(member, day) is Standing.OUT


@settings(max_examples=100)
@given(LIVES)
def test_his_cells_follow_each_other_from_his_admission_to_his_end(life: Life) -> None:
    member = fold(life)
    spans = member.cell_spans()
    if not spans:
        assert member.left_on == FIRST, "who left on the day he came was in no cell"
        return
    assert spans[0].since == FIRST
    assert spans[-1].until == member.left_on
    assert all(before.until == after.since and before.value != after.value for before, after in pairwise(spans))


@settings(max_examples=100)
@given(LIVES)
def test_he_was_where_each_transfer_took_him(life: Life) -> None:
    member = fold(life)
    for transfer in member.transfers.values():
        assert member.cells.at(transfer.introduced_on) is not None
        if transfer.ended_on is not None:
            assert transfer.introduced_on <= transfer.ended_on


@settings(max_examples=100)
@given(LIVES)
def test_no_fact_takes_effect_before_the_admission_or_after_the_end_that_was_known_then(life: Life) -> None:
    for number, (_, on) in enumerate(life):
        member = fold(life[:number])
        assert on >= FIRST
        assert member.left_on is None or on < member.left_on


@settings(max_examples=100)
@given(LIVES)
def test_a_probationary_member_is_only_reprimanded_or_warned(life: Life) -> None:
    for number, (fact, on) in enumerate(life):
        if isinstance(fact, MemberDisciplined) and fold(life[:number]).status_on(on) is Status.PROBATIONARY:
            assert fact.form in {SanctionForm.REPRIMAND, SanctionForm.WARNING}


@settings(max_examples=100)
@given(LIVES)
def test_what_is_read_from_the_log_is_what_was_lived(life: Life) -> None:
    read = [(decode(stored_name(fact), encode(fact)), on) for fact, on in life]
    assert fold(read) == fold(life) == fold(life)
