"""Whatever is asked of a liaison, in whatever order and of whatever day: what must always hold, holds."""

from collections.abc import Callable
from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from events.bands import Band
from events.fact import Fact, Refused, stored_name
from events.liaison import (
    ContactKind,
    ContactMade,
    Liaison,
    LiaisonAssigned,
    LiaisonGround,
    MessageSent,
    RemarkConfirmed,
    RemarkDrafted,
    StrengthsChanged,
)
from events.liaison.exchange import change_strengths, send_message
from events.liaison.introduction import accept, assign, end, refuse
from events.liaison.remark import confirm_remark, draft_remark, make_contact, request_remark
from events.wire import decode, encode
from tests.examples import CELL_7, COMMUNE, HOSPITAL, LAN_INTRODUCED, a_member, an_organisation
from tests.given import DAY

CELL = an_organisation()
RESIDENT = a_member()
Ask = Callable[[Liaison, date], list[Fact]]
MESSAGES: list[Ask] = [
    lambda liaison, on: send_message(liaison, MessageSent(from_committee=COMMUNE, text="mời họp"), on),
    lambda liaison, on: send_message(liaison, MessageSent(from_committee=HOSPITAL, text="đã rõ"), on),
]
OTHERS: list[Ask] = [
    accept,
    lambda liaison, on: refuse(liaison, "chưa đến ở", on),
    lambda liaison, on: assign(liaison, RESIDENT, CELL, LiaisonAssigned(cell=CELL_7), on),
    lambda liaison, on: make_contact(liaison, RESIDENT, ContactMade(on=on, kind=ContactKind.VISIT), on),
    lambda liaison, on: request_remark(liaison, 2026, on),
    lambda liaison, on: draft_remark(liaison, RESIDENT, RemarkDrafted(year=2026, band=Band.GOOD), on),
    lambda liaison, on: confirm_remark(liaison, 2026, on),
    lambda liaison, on: end(liaison, LiaisonGround.MOVED, on),
    *[lambda liaison, on, s=s: change_strengths(liaison, StrengthsChanged(strengths=s), on) for s in ((), ("y tế",))],
]
DAYS = st.integers(-2, 6).map(lambda days: DAY + timedelta(days=days))
ASKED = st.lists(st.tuples(st.sampled_from([*OTHERS, *MESSAGES]), DAYS), min_size=8, max_size=30)
Life = list[tuple[Fact, date]]


def fold(life: Life) -> Liaison:
    liaison = Liaison()
    for position, (fact, on) in enumerate(life, start=1):
        liaison.see(fact, on, position)
    return liaison


def live(asked: list[tuple[Ask, date]]) -> Life:
    """What comes of asking these after an introduction, each of what is on record by then, and each twice."""
    life: Life = [(LAN_INTRODUCED, DAY)]
    for ask, on in asked:
        try:
            facts = ask(fold(life), on)
        except Refused:
            continue
        life = [*life, *((fact, on) for fact in facts)]
        if ask not in MESSAGES:
            assert ask(fold(life), on) == [], "asked twice, it must be silent"
    return life


@settings(max_examples=200)
@given(ASKED)
def test_who_was_refused_is_never_followed_and_nothing_happens_before_or_after(asked: list[tuple[Ask, date]]) -> None:
    life = live(asked)
    liaison = fold(life)
    assert liaison.accepted_on is None or liaison.refused_on is None
    assert all(on >= DAY for _, on in life)
    followed = [on for fact, on in life if isinstance(fact, ContactMade | RemarkDrafted | LiaisonAssigned)]
    if followed:
        assert liaison.accepted_on is not None
        assert liaison.accepted_on <= min(followed)
    if liaison.ended_on is not None:
        assert all(on <= liaison.ended_on for fact, on in life if isinstance(fact, ContactMade | RemarkDrafted))


@settings(max_examples=200)
@given(ASKED)
def test_a_remark_is_confirmed_only_once_it_was_drafted(asked: list[tuple[Ask, date]]) -> None:
    kinds = [type(fact) for fact, _ in live(asked)]
    assert kinds.count(RemarkConfirmed) <= 1
    if RemarkConfirmed in kinds:
        assert RemarkDrafted in kinds[: kinds.index(RemarkConfirmed)]
        assert RemarkDrafted not in kinds[kinds.index(RemarkConfirmed) :]


@settings(max_examples=100)
@given(ASKED)
def test_what_is_read_from_the_log_is_what_happened(asked: list[tuple[Ask, date]]) -> None:
    life = live(asked)
    assert fold([(decode(stored_name(fact), encode(fact)), on) for fact, on in life]) == fold(life)
