"""What waited for a committee that has ended waits for its successor, which reads and acknowledges it."""

from datetime import date, timedelta

import psycopg

from events.correction import LiaisonStruck
from events.liaison import LiaisonIntroduced, MessageSent
from events.member import MemberMoved
from events.organisation import OrganisationAbsorbed, OrganisationJoinedBy
from tests.database import Database
from tests.examples import COMMUNE, SURGERY, a_certificate, an_id
from tests.notify.commune import NAM, PAEDIATRICS, WARD, Log, tell_all
from tests.notify.conftest import As, Hire, ReadViews, items

MARCH, APRIL, MAY = date(2026, 3, 2), date(2026, 4, 1), date(2026, 5, 4)


def absorb_the_commune(log: Log, on: date = APRIL) -> None:
    log.put(COMMUNE, OrganisationAbsorbed(into=WARD), on)
    log.put(WARD, OrganisationJoinedBy(organisation=COMMUNE), on)


def test_the_successor_has_the_open_notices(
    reprimanded: int, log: Log, hire: Hire, ask: As, read_views: ReadViews
) -> None:
    absorb_the_commune(log)
    read_views()
    ward = ask("secretary", WARD)
    (notice,) = items(ward, organisation=WARD, state="open")
    assert (notice["position"], notice["organisation"]) == (reprimanded, COMMUNE)
    assert ward.post(f"/notices/{notice['id']}/acknowledgements", json={}).status_code == 201
    tell_all(hire())
    assert items(ask("secretary", WARD), organisation=WARD, state="acknowledged")[0]["id"] == notice["id"]


def test_before_that_it_has_not(reprimanded: int, log: Log, ask: As, read_views: ReadViews) -> None:
    read_views()
    ward = ask("secretary", WARD)
    assert items(ward, organisation=WARD) == []
    (notice,) = items(ask("secretary", COMMUNE), state="open")
    assert ward.post(f"/notices/{notice['id']}/acknowledgements", json={}).status_code == 403


def test_a_token_of_what_has_ended_is_one_of_its_successor(
    reprimanded: int, log: Log, ask: As, read_views: ReadViews
) -> None:
    absorb_the_commune(log)
    read_views()
    old = ask("secretary", COMMUNE)
    (notice,) = old.get("/inbox").json()["items"]
    assert notice["position"] == reprimanded
    assert items(old, organisation=WARD)[0]["id"] == notice["id"]
    assert old.post(f"/notices/{notice['id']}/acknowledgements", json={}).status_code == 201


def test_the_successor_is_told_of_residents_who_declared_the_committee_before(
    reprimanded: int, log: Log, hire: Hire, ask: As, read_views: ReadViews
) -> None:
    absorb_the_commune(log)
    at = log.put(NAM, a_certificate(), MAY)
    moved = log.put(NAM, MemberMoved(cell=PAEDIATRICS, from_cell=SURGERY, by=SURGERY), MAY)
    tell_all(hire())
    read_views()
    found = items(ask("secretary", WARD), organisation=WARD)
    assert [(one["position"], one["organisation"]) for one in found] == [
        (moved, WARD),
        (at, WARD),
        (reprimanded, COMMUNE),
    ]
    sentence = ask("secretary", WARD).get(f"/notices/{found[0]['id']}").json()["sentence"]
    assert sentence == (
        "Đồng chí Phạm Văn Nam chuyển từ Chi bộ Khoa Ngoại sang Chi bộ Khoa Nhi do sắp xếp lại tổ chức, "
        "ngày 04/05/2026."
    )


def test_the_successor_is_told_what_the_other_side_of_a_liaison_writes(
    reprimanded: int, log: Log, hire: Hire, ask: As, read_views: ReadViews
) -> None:
    liaison = an_id("a liaison")
    log.put(liaison, LiaisonIntroduced(member=NAM, committee=COMMUNE, workplace=SURGERY))
    absorb_the_commune(log)
    before = log.put(liaison, MessageSent(from_committee=SURGERY, text="Đi công tác"), APRIL - timedelta(days=1))
    after = log.put(liaison, MessageSent(from_committee=SURGERY, text="Đã về"), MAY)
    tell_all(hire())
    read_views()
    found = items(ask("secretary", WARD), organisation=WARD)
    told = {notice["position"]: notice["organisation"] for notice in found if notice["role"] == "correspondent"}
    assert told == {before: COMMUNE, after: WARD}


def test_what_was_open_overdue_or_acknowledged_is_all_the_successors_as_it_was(
    reprimanded: int, database: Database, log: Log, hire: Hire, ask: As, read_views: ReadViews
) -> None:
    late, known = log.put(NAM, a_certificate(), APRIL), log.put(NAM, a_certificate(), MARCH)
    tell_all(hire())
    read_views()
    by_position = {one["position"]: one["id"] for one in items(ask("secretary", COMMUNE))}
    ask("secretary", COMMUNE).post(f"/notices/{by_position[known]}/acknowledgements", json={})
    with psycopg.connect(database.app) as connection:
        overdue = "UPDATE exchange.notices SET acknowledge_by = now() WHERE position = %s"
        connection.execute(overdue, [late])
    absorb_the_commune(log, MAY)
    tell_all(hire())
    read_views()
    ward = ask("secretary", WARD)
    states = {one["position"]: one["state"] for one in items(ward, organisation=WARD)}
    assert states == {reprimanded: "delivered", late: "overdue", known: "acknowledged"}
    of = {
        state: {one["position"] for one in items(ward, organisation=WARD, state=state)}
        for state in ("open", "overdue", "acknowledged")
    }
    assert of == {"open": {reprimanded, late}, "overdue": {late}, "acknowledged": {known}}
    assert ward.get(f"/notices/{by_position[reprimanded]}").json()["state"] == "opened", "it is its own by now"
    assert ward.post(f"/notices/{by_position[late]}/acknowledgements", json={}).status_code == 201


def test_a_message_that_is_struck_is_put_right_with_whoever_has_that_sides_matters_by_then(
    reprimanded: int, log: Log, hire: Hire, ask: As, read_views: ReadViews
) -> None:
    liaison = an_id("a liaison")
    log.put(liaison, LiaisonIntroduced(member=NAM, committee=COMMUNE, workplace=SURGERY))
    message = log.put(liaison, MessageSent(from_committee=SURGERY, text="Nhầm người"), MARCH)
    absorb_the_commune(log)
    struck = log.put(liaison, LiaisonStruck(position=message), MAY)
    tell_all(hire())
    read_views()
    found = {one["position"]: one for one in items(ask("secretary", WARD), organisation=WARD)}
    assert (found[message]["organisation"], found[struck]["organisation"]) == (COMMUNE, WARD)
    assert (found[struck]["rule"], found[struck]["subject"]) == ("correction-of-message-told", NAM)
