"""Strengths are what they are from a day on; messages go from one committee of a liaison to the other."""

from msgspec.structs import replace

from events.liaison import (
    Liaison,
    LiaisonEnded,
    LiaisonGround,
    LiaisonRefused,
    MessageSent,
    StrengthsChanged,
)
from events.liaison.exchange import change_strengths, is_from_residence, other_side, send_message
from tests.examples import COMMUNE, HOSPITAL, LAN_INTRODUCED, SURGERY
from tests.given import DAY, given, seen

TEACHING = StrengthsChanged(strengths=("medicine", "teaching"))
FROM_HOME = MessageSent(from_committee=COMMUNE, text="Mời dự họp ngày 10")
FROM_WORK = MessageSent(from_committee=HOSPITAL, text="Đồng chí đi công tác dài ngày")
ENDED = LiaisonEnded(ground=LiaisonGround.MOVED)


def test_strengths_hold_from_a_day_on() -> None:
    given(Liaison, LAN_INTRODUCED).when(change_strengths, TEACHING).then(TEACHING)
    changed = seen(Liaison, LAN_INTRODUCED, TEACHING)
    assert changed.strengths.at(DAY) == ("medicine", "teaching")


def test_who_was_introduced_with_strengths_has_them() -> None:
    same = StrengthsChanged(strengths=LAN_INTRODUCED.strengths)
    given(Liaison, LAN_INTRODUCED).when(change_strengths, same).ignored()
    none = StrengthsChanged(strengths=())
    given(Liaison, LAN_INTRODUCED).when(change_strengths, none).then(none)


def test_a_strength_is_named_once() -> None:
    twice = StrengthsChanged(strengths=("teaching", "teaching"))
    given(Liaison, LAN_INTRODUCED).when(change_strengths, twice).refused("liaison.strength_twice")


def test_nothing_is_exchanged_where_there_is_no_liaison() -> None:
    for facts, rule in (
        ((), "liaison.not_introduced"),
        ((LAN_INTRODUCED, LiaisonRefused(reason="-")), "liaison.refused"),
        ((LAN_INTRODUCED, ENDED), "liaison.ended"),
    ):
        given(Liaison, *facts).when(change_strengths, TEACHING).refused(rule)
        given(Liaison, *facts).when(send_message, FROM_HOME).refused(rule)


def test_two_equal_messages_are_two() -> None:
    once = seen(Liaison, LAN_INTRODUCED, FROM_HOME)
    assert send_message(once, FROM_HOME, DAY) == [FROM_HOME]
    assert once.messages == [(DAY, FROM_HOME)]


def test_there_is_somebody_to_write_to() -> None:
    nowhere = replace(LAN_INTRODUCED, workplace=None)
    given(Liaison, nowhere).when(send_message, FROM_HOME).refused("liaison.nobody_to_write_to")


def test_a_message_goes_to_the_other_side_and_to_the_cell_of_the_day() -> None:
    assert is_from_residence(FROM_HOME, LAN_INTRODUCED)
    assert not is_from_residence(FROM_WORK, LAN_INTRODUCED)
    assert other_side(FROM_WORK, LAN_INTRODUCED, SURGERY) == COMMUNE
    assert other_side(FROM_HOME, LAN_INTRODUCED, SURGERY) == SURGERY
    assert other_side(FROM_HOME, LAN_INTRODUCED, None) == HOSPITAL
