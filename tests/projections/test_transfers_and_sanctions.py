"""What dates alone bring about: a transfer is overdue, a sanction lapses."""

from datetime import date

from events.member import MemberDisciplined, SanctionForm, TransferReceived, TransferState
from projections import sanctions, transfers
from projections.asked import LATEST
from tests.examples import LAN, MINH, TRANSFER, a_decision, an_id, lans_introduction
from tests.projections.commune import COMMUNE_AND_BLOC, DAY, MARCH, MAY, on
from tests.projections.conftest import Connection, Tell
from tests.projections.log import Said


def test_a_transfer_is_in_transit_then_overdue_then_received(tell_and_feed: Tell, connection: Connection) -> None:
    due = date(2026, 4, 13)
    tell_and_feed(
        *COMMUNE_AND_BLOC,
        Said(LAN, lans_introduction(due), MARCH),
        Said(LAN, TransferReceived(transfer=TRANSFER), MAY),
    )

    def state(day: date) -> str | None:
        found = transfers.one(connection, TRANSFER, on(day))
        return found.state if found else None

    assert [state(day) for day in (MARCH - DAY, MARCH, due, due + DAY, MAY)] == [
        None,
        TransferState.IN_TRANSIT,
        TransferState.IN_TRANSIT,
        TransferState.OVERDUE,
        TransferState.RECEIVED,
    ]

    def found(states: list[TransferState], scope: str | None, day: date) -> int:
        which = transfers.Asked(states, None if scope is None else an_id(scope))
        return len(transfers.find(connection, which, on(day), transfers.FIRST, 9))

    assert found([], None, MARCH) == found([], "cell-7", MARCH) == found([], "surgery", MARCH) == 1
    assert found([], "cell-8", MARCH) == 0
    assert found([TransferState.OVERDUE], None, MARCH) == 0
    assert found([TransferState.OVERDUE], "hospital", due + DAY) == 1


def test_a_sanction_lapses_without_anybody_saying_so(tell_and_feed: Tell, connection: Connection) -> None:
    def sanction(form: SanctionForm, number: str) -> MemberDisciplined:
        return MemberDisciplined(form=form, decision=a_decision(number))

    tell_and_feed(*COMMUNE_AND_BLOC, Said(LAN, sanction(SanctionForm.REPRIMAND, "1"), MARCH))

    def states(day: date, known: int = LATEST) -> list[tuple[str, date | None, str]]:
        return [(s.form, s.until, s.state) for s in sanctions.of_member(connection, LAN, on(day, known))]

    year_on = date(2027, 3, 2)
    assert states(MARCH - DAY) == []
    assert states(year_on - DAY) == [("reprimand", year_on, "in_force")]
    assert states(year_on) == [("reprimand", year_on, "lapsed")]
    before = 10
    tell_and_feed(
        Said(LAN, sanction(SanctionForm.WARNING, "2"), MAY), Said(MINH, sanction(SanctionForm.WARNING, "3"), MAY)
    )
    again = date(2027, 5, 1)
    assert states(MAY) == [("reprimand", again, "in_force"), ("warning", again, "in_force")]
    assert states(MAY, before) == [("reprimand", year_on, "in_force")]
    tell_and_feed(Said(LAN, sanction(SanctionForm.EXPULSION, "4"), date(2026, 6, 1)))
    assert states(date(2040, 1, 1))[-1] == ("expulsion", None, "in_force")
