"""What surrounds a meeting: how often somebody was excused in a row, who is outside the base, what the month had."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from events.fact import Fact, Id
from events.meeting import Attendance, Counts, MeetingHeld, MeetingKind, Presence
from events.office import Office
from projections.circumstances import Spell
from projections.view import FOREVER, STANDS
from services.scoring.meetings.circumstances import Circumstances
from services.scoring.meetings.meeting_context import MeetingContext, Run
from services.scoring.meetings.meeting_facts import MeetingFacts, Told
from services.scoring.meetings.year_context import contexts
from tests.examples import CELL_7, CELL_8, HOA, LAN, MINH, an_id
from tests.scoring.meeting import CALLED, HANOI, at

NOBODY = Circumstances()
Session = dict[Id, str] | int


def met(month: int, session: Session, kind: MeetingKind = MeetingKind.REGULAR) -> MeetingFacts:
    """A meeting on the 5th: who was there, or how many of ten were excused; at positions 10 * month + 1 and 2."""
    start = at(5, month=month)
    names: tuple[Attendance, ...] = ()
    counts = None
    if isinstance(session, int):
        counts = Counts(present=10 - session, excused=session, absent=0)
    else:
        names = tuple(Attendance(member, Presence(status)) for member, status in session.items())
    held = MeetingHeld(started_at=start, ended_at=start + timedelta(hours=2), attendance=names, counts=counts)
    facts: list[Fact] = [replace(CALLED, kind=kind, planned_at=start), held]
    told = [Told(10 * month + number, fact) for number, fact in enumerate(facts, start=1)]
    return MeetingFacts(an_id(f"meeting {month}"), told, HANOI)


def of(*meetings: MeetingFacts, around: Circumstances = NOBODY, known: int = 999) -> list[MeetingContext]:
    return contexts(CELL_7, meetings, around, known, changed=0)


def runs(*sessions: Session, around: Circumstances = NOBODY) -> list[tuple[int, int]]:
    """At least and at most, meeting by meeting."""
    found = of(*(met(month, session) for month, session in enumerate(sessions, start=1)), around=around)
    return [(context.excused_run.at_least, context.excused_run.at_most) for context in found]


def spell(what: object, of: Id = MINH, *, month: int = 1, known_from: int = 5, known_to: int = STANDS) -> Spell:
    return Spell(of, what, at(1, month=month).date(), FOREVER, known_from, known_to)


# In a row


@pytest.mark.parametrize(
    ("sessions", "expected"),
    [
        ([{LAN: "present"}], [(0, 0)]),
        ([{LAN: "excused"}] * 4, [(1, 1), (2, 2), (3, 3), (4, 4)]),
        ([{LAN: "excused"}, {LAN: "present"}, {LAN: "excused"}], [(1, 1), (0, 0), (1, 1)]),
        ([{LAN: "excused"}, {LAN: "absent"}, {LAN: "excused"}], [(1, 1), (0, 0), (1, 1)]),
        # It was not the same one.
        ([{LAN: "excused", HOA: "present"}, {LAN: "present", HOA: "excused"}], [(1, 1), (1, 1)]),
        # Who is not listed has missed nothing, and has not come either.
        ([{LAN: "excused"}, {HOA: "present"}, {LAN: "excused"}], [(1, 1), (0, 0), (2, 2)]),
    ],
)
def test_a_run_goes_on_while_the_same_member_is_excused(
    sessions: list[Session], expected: list[tuple[int, int]]
) -> None:
    assert runs(*sessions) == expected


@pytest.mark.parametrize(
    ("sessions", "expected"),
    [
        ([1, 1, 1, 1], [(1, 1), (1, 2), (1, 3), (1, 4)]),
        ([1, 0, 1], [(1, 1), (0, 0), (1, 1)]),  # nobody was excused in between, so nobody's run went on
        ([1, {LAN: "excused"}], [(1, 1), (1, 2)]),  # he may have been the one
        ([{LAN: "present", HOA: "excused"}, 1], [(1, 1), (1, 2)]),
        ([1, {LAN: "present"}, 1], [(1, 1), (0, 0), (1, 2)]),  # somebody who is not listed may have been both
    ],
)
def test_of_counts_nobody_knows_whose_run_they_go_on_with(
    sessions: list[Session], expected: list[tuple[int, int]]
) -> None:
    assert runs(*sessions) == expected


def test_a_run_names_the_sessions_that_it_is_made_of() -> None:
    (_, _, third) = of(met(1, {LAN: "present"}), met(2, {LAN: "excused"}), met(3, {LAN: "excused"}))
    assert third.excused_run == Run(2, 2, (22, 32))


# The base


def test_who_is_exempt_or_elsewhere_on_the_day_is_outside_the_base_of_that_day_alone() -> None:
    exempt_from_march = Circumstances(absences={MINH: [spell(None, month=3, known_from=7)]})
    everybody = {LAN: "present", MINH: "excused"}
    february, march = of(met(2, everybody), met(3, everybody), around=exempt_from_march)
    assert [sorted(context.outside) for context in (february, march)] == [[], [MINH]]
    assert march.outside_facts == (7,)
    assert [run for run, _ in runs(*[everybody] * 4, around=exempt_from_march)] == [1, 2, 0, 0]


def test_a_guest_is_in_the_base_of_his_host_and_in_no_other() -> None:
    def away_to(host: Id) -> frozenset[Id]:
        absent = Circumstances(absences={MINH: [spell(host)]})
        return of(met(2, {MINH: "present"}), around=absent)[0].outside

    assert away_to(CELL_7) == frozenset()
    assert away_to(CELL_8) == {MINH}


def test_what_was_known_later_or_no_longer_is_not_looked_at() -> None:
    known_for_a_time = Circumstances(absences={MINH: [spell(None, known_from=30, known_to=40)]})
    outside = [of(met(1, {MINH: "excused"}), around=known_for_a_time, known=at)[0].outside for at in (29, 30, 39, 40)]
    assert outside == [frozenset(), {MINH}, {MINH}, frozenset()]


# The committee, and the month


def test_a_small_cell_with_a_secretary_and_nobody_beside_him_has_a_secretary_only() -> None:
    def alone(*offices: Office, officials: int = 8) -> tuple[int, ...]:
        around = Circumstances(
            committees={CELL_7: [spell(office, CELL_7, known_from=9) for office in offices]},
            officials={CELL_7: [spell(an_id(f"member {number}"), CELL_7) for number in range(officials)]},
        )
        (context,) = of(met(2, 0), around=around)
        assert context.secretary_only == bool(context.secretary_facts)
        return context.secretary_facts

    assert alone(Office.SECRETARY) == (9,)
    assert alone(Office.SECRETARY, officials=9) == ()
    assert alone(Office.SECRETARY, Office.DEPUTY_SECRETARY) == ()
    assert alone(Office.SECRETARY, Office.COMMITTEE_MEMBER) == ()
    assert alone() == ()


def test_a_thematic_meeting_counts_for_its_month_once_it_was_held() -> None:
    thematic = met(2, 0, MeetingKind.THEMATIC)
    only_called = MeetingFacts(an_id("to come"), [Told(99, replace(CALLED, kind=MeetingKind.THEMATIC))], HANOI)
    february, march, to_come = of(thematic, met(3, 0), only_called)
    assert (february.thematic_in_month, february.thematic_facts) == (True, (22,))
    assert (march.thematic_in_month, to_come.thematic_in_month) == (False, False)


def test_the_last_position_that_matters_is_that_of_what_came_before_or_in_the_month() -> None:
    january, february, march = of(met(1, 0), met(2, 0, MeetingKind.THEMATIC), met(3, 0))
    assert [context.position for context in (january, february, march)] == [12, 22, 32]
    absent = Circumstances(absences={MINH: [spell(None, known_from=77)]})
    assert of(met(1, {MINH: "present"}), around=absent)[0].position == 77
