"""How a liaison begins, is given to a cell, and ends."""

from datetime import date

from msgspec.structs import replace

from events.liaison import (
    ContactKind,
    ContactMade,
    Liaison,
    LiaisonAccepted,
    LiaisonAssigned,
    LiaisonEnded,
    LiaisonGround,
    LiaisonRefused,
    RemarkConfirmed,
)
from events.liaison.introduction import accept, assign, end, introduce, refuse
from events.member import Member
from events.organisation import Organisation, OrganisationDissolved
from events.timeline import Span
from tests.examples import (
    BOOK_OPENED,
    CELL_7,
    CELL_7_ESTABLISHED,
    CELL_8,
    CELL_8_ESTABLISHED,
    COMMUNE_ESTABLISHED,
    GOOD_2025,
    LAN_ADMITTED,
    LAN_INTRODUCED,
    a_member,
    an_expulsion,
    an_organisation,
)
from tests.given import DAY, given, seen

LAN_IS, COMMITTEE, CELL = a_member(), an_organisation(COMMUNE_ESTABLISHED), an_organisation()
ACCEPTED = (LAN_INTRODUCED, LiaisonAccepted())
TO_CELL_7 = LiaisonAssigned(cell=CELL_7)
FEBRUARY, APRIL, JUNE = date(2026, 2, 2), date(2026, 4, 1), date(2026, 6, 1)


def test_the_workplace_introduces_a_member() -> None:
    given(Liaison).when(introduce, LAN_IS, COMMITTEE, LAN_INTRODUCED).then(LAN_INTRODUCED)


def test_introduced_again_is_ignored_because_already_done() -> None:
    given(Liaison, *ACCEPTED).when(introduce, LAN_IS, COMMITTEE, LAN_INTRODUCED).ignored()


def test_introduced_otherwise_is_refused() -> None:
    exempt = replace(LAN_INTRODUCED, activity_exempt=True)
    given(Liaison, LAN_INTRODUCED).when(introduce, LAN_IS, COMMITTEE, exempt).refused("liaison.exists")


def test_who_is_no_member_that_day_is_not_introduced() -> None:
    left = seen(Member, LAN_ADMITTED, an_expulsion())
    given(Liaison).when(introduce, left, COMMITTEE, LAN_INTRODUCED).refused("member.left")
    given(Liaison).when(introduce, Member(), COMMITTEE, LAN_INTRODUCED).refused("member.not_yet_admitted")


def test_a_committee_that_is_not_there_is_asked_nothing() -> None:
    ended = seen(Organisation, (COMMUNE_ESTABLISHED, BOOK_OPENED), OrganisationDissolved())
    given(Liaison).when(introduce, LAN_IS, ended, LAN_INTRODUCED).refused("liaison.committee_ended")
    given(Liaison).when(introduce, LAN_IS, Organisation(), LAN_INTRODUCED).refused("liaison.committee_unknown")


def test_the_committee_accepts() -> None:
    given(Liaison, LAN_INTRODUCED).when(accept).then(LiaisonAccepted())


def test_accepted_again_is_ignored_because_already_done() -> None:
    given(Liaison, *ACCEPTED).when(accept, on=APRIL).ignored()


def test_nobody_is_accepted_who_was_not_introduced() -> None:
    given(Liaison).when(accept).refused("liaison.not_introduced")
    given(Liaison, LAN_INTRODUCED).when(accept, on=FEBRUARY).refused("liaison.not_introduced")


def test_what_was_refused_is_not_accepted() -> None:
    given(Liaison, LAN_INTRODUCED, LiaisonRefused(reason="chưa đến ở")).when(accept).refused("liaison.refused")


def test_the_committee_refuses() -> None:
    given(Liaison, LAN_INTRODUCED).when(refuse, "chưa đến ở").then(LiaisonRefused(reason="chưa đến ở"))


def test_refused_again_is_ignored_because_already_done() -> None:
    given(Liaison, LAN_INTRODUCED, LiaisonRefused(reason="chưa đến ở")).when(refuse, "lý do khác", on=APRIL).ignored()


def test_what_was_accepted_is_not_refused() -> None:
    given(Liaison, *ACCEPTED).when(refuse, "muộn").refused("liaison.accepted")


def test_the_committee_gives_him_to_a_cell_and_then_to_another() -> None:
    given(Liaison, *ACCEPTED).when(assign, LAN_IS, CELL, TO_CELL_7).then(TO_CELL_7)
    to_cell_8 = LiaisonAssigned(cell=CELL_8)
    other = an_organisation(CELL_8_ESTABLISHED)
    given(Liaison, *ACCEPTED, TO_CELL_7).when(assign, LAN_IS, other, to_cell_8, on=APRIL).then(to_cell_8)
    state = seen(Liaison, *ACCEPTED, TO_CELL_7, (to_cell_8, APRIL))
    assert state.cells.spans() == (Span(DAY, APRIL, CELL_7), Span(APRIL, None, CELL_8))


def test_given_to_the_same_cell_again_is_ignored_because_already_done() -> None:
    given(Liaison, *ACCEPTED, TO_CELL_7).when(assign, LAN_IS, CELL, TO_CELL_7, on=APRIL).ignored()


def test_who_is_not_accepted_is_given_to_no_cell() -> None:
    given(Liaison, LAN_INTRODUCED).when(assign, LAN_IS, CELL, TO_CELL_7).refused("liaison.not_accepted")
    early = given(Liaison, LAN_INTRODUCED, (LiaisonAccepted(), APRIL))
    early.when(assign, LAN_IS, CELL, TO_CELL_7, on=date(2026, 3, 31)).refused("liaison.not_accepted")


def test_only_a_living_cell_follows_residents() -> None:
    ended = seen(Organisation, (CELL_7_ESTABLISHED, BOOK_OPENED), OrganisationDissolved())
    given(Liaison, *ACCEPTED).when(assign, LAN_IS, ended, TO_CELL_7).refused("liaison.cell_ended")
    given(Liaison, *ACCEPTED).when(assign, LAN_IS, Organisation(), TO_CELL_7).refused("liaison.cell_unknown")
    given(Liaison, *ACCEPTED).when(assign, LAN_IS, COMMITTEE, TO_CELL_7).refused("liaison.cell_not_a_cell")


def test_who_is_no_member_any_longer_is_given_to_no_cell() -> None:
    left = seen(Member, (LAN_ADMITTED, BOOK_OPENED), an_expulsion())
    given(Liaison, *ACCEPTED).when(assign, left, CELL, TO_CELL_7, on=APRIL).refused("member.left")
    given(Liaison, *ACCEPTED, TO_CELL_7).when(assign, left, CELL, TO_CELL_7, on=APRIL).ignored()


def test_either_side_ends_it() -> None:
    moved = LiaisonEnded(ground=LiaisonGround.MOVED)
    given(Liaison, *ACCEPTED).when(end, LiaisonGround.MOVED, on=JUNE).then(moved)
    given(Liaison, LAN_INTRODUCED).when(end, LiaisonGround.MOVED, on=JUNE).then(moved)


def test_ended_again_is_ignored_because_already_done() -> None:
    given(Liaison, *ACCEPTED, LiaisonEnded(ground=LiaisonGround.MOVED)).when(end, LiaisonGround.MOVED).ignored()


def test_it_ends_once() -> None:
    ended = given(Liaison, *ACCEPTED, LiaisonEnded(ground=LiaisonGround.MOVED))
    ended.when(end, LiaisonGround.MOVED, on=APRIL).refused("liaison.ended")
    ended.when(end, LiaisonGround.DIED).refused("liaison.ended")


def test_it_does_not_end_before_a_contact_or_a_remark_on_record() -> None:
    moved = LiaisonEnded(ground=LiaisonGround.MOVED)
    visited = given(Liaison, *ACCEPTED, (ContactMade(on=APRIL, kind=ContactKind.VISIT), APRIL))
    visited.when(end, LiaisonGround.MOVED, on=date(2026, 3, 31)).refused("liaison.later_facts")
    visited.when(end, LiaisonGround.MOVED, on=APRIL).then(moved)
    remarked = given(Liaison, *ACCEPTED, (GOOD_2025, JUNE), (RemarkConfirmed(year=2025), APRIL))
    remarked.when(end, LiaisonGround.MOVED, on=APRIL).refused("liaison.later_facts")
    remarked.when(end, LiaisonGround.MOVED, on=JUNE).then(moved)


def test_what_never_began_does_not_end() -> None:
    given(Liaison).when(end, LiaisonGround.MOVED).refused("liaison.not_introduced")
    refused = given(Liaison, LAN_INTRODUCED, LiaisonRefused(reason="chưa đến ở"))
    refused.when(end, LiaisonGround.MOVED).refused("liaison.refused")


def test_after_its_end_nothing_happens_and_before_it_still_may_be_recorded() -> None:
    ended = given(Liaison, *ACCEPTED, (LiaisonEnded(ground=LiaisonGround.RETIRED), APRIL))
    ended.when(assign, LAN_IS, CELL, TO_CELL_7, on=APRIL).refused("liaison.ended")
    ended.when(assign, LAN_IS, CELL, TO_CELL_7, on=date(2026, 3, 31)).then(TO_CELL_7)
