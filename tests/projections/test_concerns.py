"""Whom a fact concerns."""

from events.member import TransferReceived
from projections import concerns
from projections.asked import AsOf
from tests.examples import LAN, TRANSFER, an_id, lans_introduction
from tests.projections.commune import APRIL, COMMUNE_AND_BLOC, MARCH, MAY, on
from tests.projections.conftest import Connection, Tell
from tests.projections.log import Said


def test_a_fact_concerns_its_own_subject_and_whom_it_names(tell_and_feed: Tell, connection: Connection) -> None:
    position = tell_and_feed(
        *COMMUNE_AND_BLOC, Said(LAN, lans_introduction(), MARCH), Said(LAN, TransferReceived(transfer=TRANSFER), APRIL)
    )

    def about(subject: str, as_of: AsOf = on(MAY)) -> list[int]:  # noqa: B008  # a value
        return concerns.of_subject(connection, an_id(subject), as_of, concerns.FIRST, 50)

    assert about("surgery")[-1] == about("transfer")[0] == position - 1
    assert about("lan") == [8, position - 1, position]
    assert about("lan", on(MARCH)) == [8, position - 1]
    assert about("lan", on(MAY, 8)) == [8]
    assert about("stranger") == []
