"""What would change a score: every change that is named moves the band when it is really made."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from events import wire
from events.bands import Band
from events.fact import Fact
from events.meeting import (
    Attendance,
    Counts,
    DocumentsSent,
    LastResults,
    MeetingHeld,
    MinutesApproved,
    PreMeetingHeld,
    Presence,
    SelfScored,
)
from services.scoring.meetings.meeting_facts import MeetingFacts, gather
from services.scoring.meetings.meeting_score import score
from services.scoring.rules.rulebook import Pack
from services.scoring.rules.shelf import shipped
from services.scoring.score import Change, Score, to_json
from services.scoring.why.changes import changes
from services.scoring.why.changes_told import watched
from tests.examples import CELL_7, an_id
from tests.scoring.meeting import (
    ADOPTED,
    APPROVED,
    CALLED,
    DOCUMENTS,
    END,
    HANOI,
    MEETING,
    PREPARED,
    START,
    at,
    decided,
    held,
    instead,
    records,
    scored,
    voted,
    without,
)

PACK = shipped().versions("meeting-national")[0]


def judged(facts: MeetingFacts, pack: Pack = PACK) -> Score:
    return score(facts, CELL_7, at(5).date(), pack)


def told(*facts: Fact, pack: Pack = PACK) -> tuple[Change, ...]:
    return changes(gather(MEETING, records(facts), HANOI), pack, lambda other: judged(other, pack))


def after(facts: tuple[Fact, ...], change: Change, pack: Pack = PACK) -> Score:
    """The score when the records are struck through, and the new ones recorded after all others."""
    new = [wire.decode(fact["name"], msgspec.json.encode(fact["data"])) for fact in change.facts]
    all_ = records((*facts, *new))
    return judged(gather(MEETING, [one for one in all_ if one.position not in change.strikes], HANOI), pack)


def only(found: tuple[Change, ...], item: str) -> Change:
    return next(change for change in found if change.items == (item,))


def test_minutes_that_were_final_two_days_after_would_make_a_fair_meeting_good() -> None:
    late = instead(minutes=MinutesApproved(approved_at=END + timedelta(days=5)), own=scored(discussion=15))
    change = only(told(*late), "closing")
    assert (change.band, change.points, change.strikes) == ("good", Decimal(90), (6,))
    assert change.sentence == (
        "Nếu biên bản được thông qua chậm nhất ngày 07/03/2026 thì 90 điểm, xếp loại tốt "
        "(hiện nay 85 điểm, xếp loại khá)."
    )


def test_the_smallest_number_of_people_is_named_who_would_have_had_to_come() -> None:
    change = only(told(*instead(session=held(20, 4, 1), own=scored(discussion=15))), "attendance")
    assert "có mặt thêm 3 đảng viên" in change.sentence, "23 of 25 are nine tenths, 22 are not"
    (fact,) = change.facts
    assert fact["data"]["counts"] == {"present": 23, "excused": 2, "absent": 0}


def test_a_reason_for_who_was_away_without_one_is_nearer_than_his_coming() -> None:
    change = only(told(*instead(session=held(24, 0, 1), own=scored(discussion=15))), "attendance")
    assert "1 đảng viên vắng không lý do có lý do vắng mặt được chấp nhận" in change.sentence


def test_where_names_are_on_record_the_names_are_changed() -> None:
    members = [an_id(f"member {number}") for number in range(10)]
    named = tuple(
        Attendance(member=one, status=Presence.PRESENT if number < 8 else Presence.EXCUSED)
        for number, one in enumerate(members)
    )
    session = MeetingHeld(started_at=START, ended_at=END, attendance=named)
    change = only(told(*instead(session=session, own=scored(discussion=15))), "attendance")
    (fact,) = change.facts
    assert [one["status"] for one in fact["data"]["attendance"]] == ["present"] * 9 + ["excused"]


def test_points_of_people_are_named_as_far_as_the_next_band_needs_them() -> None:
    change, *_ = told(*instead(own=scored(discussion=18, chairing=4)))
    assert (change.band, change.points, change.items) == ("good", Decimal(90), ("discussion",))
    assert "được thêm 3 điểm" in change.sentence


def test_several_facts_are_named_where_one_is_not_enough() -> None:
    facts = (CALLED, held(20, 5), scored(discussion=20))
    found = told(*facts)
    assert found[0].band == "good"
    assert all(len(change.items) > 1 for change in found)


def test_what_is_not_held_has_nothing_that_would_change_it() -> None:
    assert told(CALLED, PREPARED, DOCUMENTS) == ()


def test_without_a_self_score_it_is_said_how_many_points_it_needs() -> None:
    found = told(*without(APPROVED, scored()))
    assert "các mục do tập thể đánh giá được chấm đủ, tổng cộng ít nhất 75/80 điểm" in " ".join(
        change.sentence for change in found if change.band == "good"
    )


def test_a_total_from_an_old_book_can_only_be_another_total() -> None:
    found = told(CALLED, held(), SelfScored(total=Decimal(88)))
    assert [change.sentence for change in found] == [
        "Nếu tổng điểm tự chấm đạt ít nhất 90 điểm (đã tự chấm 88 điểm) thì xếp loại tốt (hiện nay xếp loại khá)."
    ]


def test_where_the_superior_has_decided_the_band_of_the_facts_is_meant() -> None:
    facts = instead(minutes=MinutesApproved(approved_at=END + timedelta(days=5)), own=scored(discussion=15))
    change = only(told(*facts, voted(20), decided(Band.AVERAGE)), "closing")
    assert change.band == "good"
    assert change.sentence.endswith("cho đến khi cấp trên quyết định lại.")


def test_a_record_on_which_the_band_hangs_is_named() -> None:
    found = told(*instead(own=scored(discussion=15)))
    assert {change.strikes for change in found if change.band == "fair"} == {(2,), (3,), (5,), (6,)}
    assert "bản ghi số 6 (thông qua biên bản) bị gạch bỏ" in " ".join(change.sentence for change in found)


def test_what_would_change_it_is_told_as_json() -> None:
    found: list[dict[str, Any]] = msgspec.json.decode(to_json(told(*instead(own=scored(discussion=15)))))
    assert set(found[0]) == {"sentence", "points", "band", "items", "strikes", "facts"}


hours = st.integers(-100, 200).map(lambda count: timedelta(hours=count))
heads = st.integers(0, 30)
results = st.decimals(0, 1, places=2).map(lambda share: LastResults(meeting=an_id("before"), share=share))
sessions = st.builds(
    lambda present, excused, absent, minutes, spoke: MeetingHeld(
        started_at=START,
        ended_at=START + timedelta(minutes=minutes),
        counts=Counts(present=present, excused=excused, absent=absent, spoke=spoke and min(spoke, present)),
    ),
    heads, heads, heads, st.integers(1, 200), st.none() | heads,
)  # fmt: skip


def meetings(pack: Pack) -> st.SearchStrategy[tuple[Fact, ...]]:
    """Held ones, with whatever else may be on record."""
    values = st.fixed_dictionaries(
        {item: st.integers(0, int(most)).map(Decimal) for item, most in pack.maxima().items()}
    )
    others = st.one_of(
        hours.map(lambda by: PreMeetingHeld(held_at=START + by)),
        hours.map(lambda by: DocumentsSent(sent_at=START + by)),
        hours.map(lambda by: MinutesApproved(approved_at=END + by)),
        st.just(ADOPTED),
        st.builds(lambda items, last: SelfScored(items=items, last=last), values, st.none() | results),
        st.decimals(0, 100, places=1).map(lambda total: SelfScored(total=total)),
        heads.map(voted),
        st.sampled_from(Band).map(decided),
    )
    return st.builds(
        lambda session, rest: (CALLED, session, *{type(one): one for one in rest}.values()),
        sessions,
        st.lists(others, max_size=8),
    )


packs = st.sampled_from([PACK, *shipped().versions("meeting-ward"), *shipped().versions("meeting-gated")])


@settings(max_examples=100, deadline=None)
@given(packs.flatmap(lambda pack: st.tuples(st.just(pack), meetings(pack))))
def test_making_the_change_that_is_named_moves_the_band_to_the_one_that_is_named(
    chosen: tuple[Pack, tuple[Fact, ...]],
) -> None:
    pack, facts = chosen
    before = judged(gather(MEETING, records(facts), HANOI), pack)
    for change in told(*facts, pack=pack):
        then = after(facts, change, pack)
        assert watched(then) == change.band != watched(before), change.sentence
        assert then.points == change.points


def test_in_a_wards_table_more_speakers_and_tasks_are_named_and_a_gate_is_full_marks() -> None:
    (ward,) = shipped().versions("meeting-ward")
    session = MeetingHeld(started_at=START, ended_at=END, counts=Counts(present=20, excused=0, absent=0, spoke=5))
    full = {**ward.maxima(), "last-resolution": Decimal(25)}
    found = told(CALLED, PREPARED, DOCUMENTS, session, ADOPTED, APPROVED, SelfScored(items=full), pack=ward)
    sentences = " ".join(change.sentence for change in found)
    assert "có thêm 1 đảng viên phát biểu" in sentences
    assert "nghị quyết giao nhiệm vụ cụ thể" in sentences
