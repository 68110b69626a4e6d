"""What becomes of a sanction, and of who has left, as views tell it by both clocks."""

from datetime import date

from events.fact import Fact
from events.member import (
    ComplaintAnswered,
    ComplaintOutcome,
    ExemptionGround,
    MemberDied,
    MemberDisciplined,
    MemberExempted,
    MemberRemoved,
    RemovalGround,
    RemovalRestored,
    SanctionComplained,
    SanctionForm,
    SanctionRestored,
)
from projections import members, roll, sanctions
from projections.asked import LATEST
from projections.members import FIRST
from tests.examples import CELL_7, CELL_8, COMMUNE, LAN, LAN_LIVES_IN_HAI_HOA, MINH, a_decision, a_reprimand
from tests.projections.commune import APRIL, COMMUNE_AND_BLOC, DAY, MARCH, MAY, on
from tests.projections.conftest import Connection, Tell
from tests.projections.log import Said

HERE = len(COMMUNE_AND_BLOC)
"""The position of the last record before those of a test."""
YEAR_ON, JUNE = date(2027, 3, 2), date(2026, 6, 1)
Line = tuple[str, date | None, str]


def lines(connection: Connection, day: date, known: int = LATEST) -> list[Line]:
    return [(one.form, one.until, one.state) for one in sanctions.of_member(connection, LAN, on(day, known))]


def test_a_complaint_and_its_answer_are_told_by_their_days(tell_and_feed: Tell, connection: Connection) -> None:
    sanction = HERE + 1
    changed = ComplaintAnswered(sanction=sanction, outcome=ComplaintOutcome.CHANGED, form=SanctionForm.WARNING)
    tell_and_feed(
        *COMMUNE_AND_BLOC,
        Said(LAN, a_reprimand(), MARCH),
        Said(LAN, SanctionComplained(sanction=sanction), APRIL),
        Said(LAN, changed, MAY),
    )
    assert lines(connection, MARCH) == [("reprimand", YEAR_ON, "in_force")]
    assert lines(connection, APRIL) == lines(connection, MAY - DAY) == [("reprimand", None, "complained")]
    assert lines(connection, MAY) == [("warning", YEAR_ON, "in_force")]
    assert lines(connection, YEAR_ON) == [("warning", YEAR_ON, "lapsed")]
    assert lines(connection, MAY, HERE + 2) == [("reprimand", None, "complained")]
    assert lines(connection, MAY, HERE + 1) == [("reprimand", YEAR_ON, "in_force")]


def test_a_restoration_is_told_from_its_day_and_holds_nothing_else_in_force(
    tell_and_feed: Tell, connection: Connection
) -> None:
    warning = MemberDisciplined(form=SanctionForm.WARNING, decision=a_decision("2"))
    tell_and_feed(
        *COMMUNE_AND_BLOC,
        Said(LAN, a_reprimand(), MARCH),
        Said(LAN, warning, MAY),
        Said(LAN, SanctionRestored(sanction=HERE + 2), JUNE),
    )
    assert lines(connection, JUNE - DAY) == [("reprimand", YEAR_ON, "in_force"), ("warning", JUNE, "in_force")]
    assert lines(connection, JUNE) == [("reprimand", YEAR_ON, "in_force"), ("warning", JUNE, "restored")]
    assert lines(connection, date(2040, 1, 1)) == [("reprimand", YEAR_ON, "lapsed"), ("warning", JUNE, "restored")]


def test_back_dated_it_is_told_of_that_day_and_known_from_its_recording_on(
    tell_and_feed: Tell, connection: Connection
) -> None:
    tell_and_feed(
        *COMMUNE_AND_BLOC,
        Said(LAN, a_reprimand(), MAY),
        Said(LAN, MemberDisciplined(form=SanctionForm.WARNING, decision=a_decision("2")), MARCH),
    )
    assert lines(connection, APRIL) == [("warning", date(2027, 5, 1), "in_force")]
    assert lines(connection, APRIL, HERE + 1) == []


def test_who_is_removed_or_dies_lives_with_nobody_and_who_comes_back_does_again(
    tell_and_feed: Tell, connection: Connection
) -> None:
    removed = MemberRemoved(ground=RemovalGround.OWN_REQUEST, decision=a_decision("3"))
    facts: list[tuple[Fact, date]] = [(removed, APRIL), (RemovalRestored(cell=CELL_8), MAY), (MemberDied(), JUNE)]
    tell_and_feed(
        *COMMUNE_AND_BLOC,
        Said(LAN, LAN_LIVES_IN_HAI_HOA, MARCH),
        Said(MINH, LAN_LIVES_IN_HAI_HOA, MARCH),
        *[Said(LAN, fact, day) for fact, day in facts],
    )

    def residents(day: date) -> list[str]:
        return [line.id for line in members.residents(connection, {"scope": COMMUNE}, on(day), FIRST, 9, own=True)]

    assert [LAN in residents(day) for day in (MARCH, APRIL, MAY, JUNE)] == [True, False, True, False]
    assert all(MINH in residents(day) for day in (MARCH, JUNE))
    back = members.one(connection, LAN, on(MAY))
    assert back is not None
    assert (back.cell, back.since) == (CELL_8, MAY)


def test_who_is_exempt_counts_in_his_cell_and_is_shown_as_exempt(tell_and_feed: Tell, connection: Connection) -> None:
    exempted = MemberExempted(ground=ExemptionGround.OTHER, until=MAY)
    tell_and_feed(*COMMUNE_AND_BLOC, Said(LAN, exempted, APRIL))

    def standing(day: date) -> str:
        line = members.one(connection, LAN, on(day))
        assert line is not None
        return line.standing

    assert [standing(day) for day in (APRIL - DAY, APRIL, MAY, MAY + DAY)] == ["full", "exempt", "exempt", "full"]
    assert roll.head_counts(connection, COMMUNE, on(MAY)) == {CELL_7: 2}
