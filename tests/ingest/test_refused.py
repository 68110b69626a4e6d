"""What must not be is refused by the name of its rule, at the place that is wrong, and leaves nothing behind."""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import pytest

from services.program.postgres import Postgres
from tests.database import fresh
from tests.ingest.conftest import BOOKS_OPEN, DECISION, Commune, a_commune
from tests.ingest.feeding import feeding

SPRING, SUMMER, AUTUMN = "2026-03-02", "2026-06-01", "2026-09-01"
HELD = {"started_at": "2026-03-05T07:00:00+07:00", "ended_at": "2026-03-05T09:00:00+07:00"}


class Ground(NamedTuple):
    """A commune in which some have died, some things have ended, and a meeting is to be held."""

    commune: Commune
    hoa: str
    dead: str
    probationary: str
    dissolved: str
    later: str
    transfer: str
    meeting: str
    held: str
    villager: str
    left_over: str
    review: str


@pytest.fixture(scope="module")
def ground(template: Postgres) -> Iterator[Ground]:
    """One for all: nothing is written to it."""
    with fresh(template) as database, feeding(database.app), a_commune(database) as c:
        hoa, dead, on_the_way = (
            c.admit(name, c.office_cell, card=f"00022124882{number}")
            for number, name in enumerate(("Lê Hòa", "Trần Bình", "Vũ Đi"))
        )
        c.post(f"/members/{dead}/deaths", {"effective_on": SPRING})
        dissolved, later = (c.establish(f"Chi bộ {number}", "cell", c.commune) for number in range(2))
        planned = {"cell": dissolved, "kind": "regular", "planned_at": HELD["started_at"], "effective_on": BOOKS_OPEN}
        left_over = c.post("/meetings", planned)["id"]
        review = {"scope": c.province, "title": "Lời thề", "opens_on": BOOKS_OPEN, "closes_on": AUTUMN}
        review_of = c.post("/oath-reviews", review)["id"]
        c.post(f"/organisations/{dissolved}/dissolutions", {"effective_on": SPRING})
        later = c.post(
            "/organisations", {"name": "Chi bộ sau", "kind": "cell", "parent": c.commune, "effective_on": AUTUMN}
        )["id"]
        move = {"to": c.village_cell, "kind": "official", "effective_on": SPRING}
        transfer = c.post(f"/members/{on_the_way}/transfers", move)["id"]
        meetings = [
            c.post("/meetings", {"cell": c.office_cell, "kind": "regular", "planned_at": HELD["started_at"]})["id"]
            for _ in range(2)
        ]
        present = [{"member": c.lan, "status": "present"}]
        c.post(f"/meetings/{meetings[1]}/sessions", HELD | {"attendance": present})
        probationary = c.admit("Nguyễn Mới", c.office_cell, status="probationary", admitted_on="2026-01-05",
                               effective_on="2026-01-05")  # fmt: skip
        villager = c.admit("Phạm Thôn", c.village_cell)
        yield Ground(c, hoa, dead, probationary, dissolved, later, transfer, meetings[0], meetings[1], villager,
                     left_over, review_of)  # fmt: skip


Asked = Callable[[Ground], tuple[str, dict[str, Any]]]
PERSON = {"name": "Trần An", "status": "official", "admitted_on": "2015-05-19", "effective_on": SPRING}
MOVE = {"kind": "official", "effective_on": SUMMER}


def attended(*members: str) -> dict[str, Any]:
    return HELD | {"attendance": [{"member": member, "status": "present"} for member in members]}


REFUSED: dict[str, tuple[Asked, int, str, str | None]] = {
    "a transfer to a dissolved cell": (
        lambda g: (f"/members/{g.hoa}/transfers", {"to": g.dissolved, **MOVE}),
        409, "transfer.destination_ended", "/to",
    ),
    "a transfer to what is no cell": (
        lambda g: (f"/members/{g.hoa}/transfers", {"to": g.commune.commune, **MOVE}),
        409, "transfer.destination_not_a_cell", "/to",
    ),
    "a transfer to a cell that begins later": (
        lambda g: (f"/members/{g.hoa}/transfers", {"to": g.later, **MOVE}), 409, "transfer.destination_unknown", "/to",
    ),
    "a transfer to one's own cell": (
        lambda g: (f"/members/{g.hoa}/transfers", {"to": g.commune.office_cell, **MOVE}),
        409, "transfer.to_own_cell", "/to",
    ),
    "a transfer of somebody dead": (
        lambda g: (f"/members/{g.dead}/transfers", {"to": g.commune.village_cell, **MOVE}), 409, "member.died", None,
    ),
    "a list with somebody dead": (
        lambda g: ("/collective-transfers", {
            "from": g.commune.office_cell, "to": g.commune.village_cell, "members": [g.hoa, g.dead],
            "decision": DECISION, "effective_on": SUMMER,
        }), 409, "member.died", "/members/1",
    ),
    "a reward of somebody dead": (
        lambda g: (f"/members/{g.dead}/rewards", {"form": "other", "decision": DECISION, "effective_on": SUMMER}),
        409, "member.died", None,
    ),
    "an attendee of another cell": (
        lambda g: (f"/meetings/{g.meeting}/sessions", attended(g.commune.lan, g.villager)),
        409, "meeting.attendee_elsewhere", "/attendance/1/member",
    ),
    "a session that somebody dead chairs": (
        lambda g: (f"/meetings/{g.meeting}/sessions", attended(g.hoa) | {"chair": g.dead}),
        409, "member.died", "/chair",
    ),
    "a training for a year to come": (
        lambda g: (f"/organisations/{g.commune.office_cell}/trainings", {
            "year": 2027, "members": [g.hoa], "effective_on": SUMMER,
        }), 409, "training.year_not_begun", "/year",
    ),
    "somebody who attends twice": (
        lambda g: (f"/meetings/{g.meeting}/sessions", attended(g.hoa, g.commune.lan, g.hoa)),
        409, "meeting.member_twice", "/attendance",
    ),
    "minutes before the session": (
        lambda g: (f"/meetings/{g.held}/minutes", {"approved_at": "2026-03-04T16:00:00+07:00"}),
        409, "meeting.minutes_before_session", "/approved_at",
    ),
    "minutes of what was not held": (
        lambda g: (f"/meetings/{g.meeting}/minutes", {"approved_at": "2026-03-05T06:00:00+07:00"}),
        409, "meeting.not_held", None,
    ),
    "a session of a cell that has ended": (
        lambda g: (f"/meetings/{g.left_over}/sessions", HELD | {"counts": {"present": 3, "excused": 0, "absent": 0}}),
        409, "meeting.cell_ended", "/started_at",
    ),
    "a review that somebody dead presents": (
        lambda g: (f"/oath-reviews/{g.review}/reports", {
            "member": g.dead, "kept": 1, "not_well": 0, "not_done": 0, "opinions": 1, "effective_on": SUMMER,
        }), 409, "member.died", None,
    ),
    "a sanction that a probationary member cannot have": (
        lambda g: (f"/members/{g.probationary}/sanctions", {
            "form": "removal_from_post", "decision": DECISION, "effective_on": SPRING,
        }), 409, "sanction.form_not_for_probationary", "/form",
    ),
    "an expulsion of a probationary member": (
        lambda g: (f"/members/{g.probationary}/sanctions", {
            "form": "expulsion", "decision": DECISION, "effective_on": SPRING,
        }), 409, "sanction.form_not_for_probationary", "/form",
    ),
    "an admission before the birth": (
        lambda g: ("/members", PERSON | {"cell": g.commune.office_cell, "born_on": "2016-01-01"}),
        409, "member.too_young", "/admitted_on",
    ),
    "an admission before eighteen": (
        lambda g: ("/members", PERSON | {"cell": g.commune.office_cell, "born_on": "1997-05-20"}),
        409, "member.too_young", "/admitted_on",
    ),
    "an admission that takes effect before it": (
        lambda g: ("/members", PERSON | {"cell": g.commune.office_cell, "admitted_on": "2026-03-03"}),
        409, "member.not_yet_admitted", "/admitted_on",
    ),
    "an admission before the cell was established": (
        lambda g: ("/members", PERSON | {"cell": g.later}), 409, "member.cell_unknown", "/cell",
    ),
    "an admission to a dissolved cell": (
        lambda g: ("/members", PERSON | {"cell": g.dissolved}), 409, "member.cell_ended", "/cell",
    ),
    "what happens to a member before he was one": (
        lambda g: (f"/members/{g.hoa}/rewards", {"form": "other", "decision": DECISION, "effective_on": "2024-12-31"}),
        409, "member.not_yet_admitted", None,
    ),
    "a name before the establishment": (
        lambda g: (f"/organisations/{g.later}/renamings", {"name": "x", "effective_on": SUMMER}),
        409, "organisation.unknown", None,
    ),
    "a child before its parent": (
        lambda g: ("/organisations", {
            "name": "x", "kind": "cell", "parent": g.commune.commune, "effective_on": "2024-12-31",
        }), 409, "organisation.parent_unknown", "/parent",
    ),
    "a circle in the tree": (
        lambda g: (f"/organisations/{g.commune.commune}/handovers", {
            "to": g.commune.village_cell, "effective_on": SUMMER,
        }), 409, "organisation.cycle", "/to",
    ),
    "an organisation below itself": (
        lambda g: (f"/organisations/{g.commune.commune}/handovers", {"to": g.commune.commune, "effective_on": SUMMER}),
        409, "organisation.cycle", "/to",
    ),
    "a split that forgets somebody": (
        lambda g: (f"/organisations/{g.commune.office_cell}/splits", {
            "into": [{"name": "A", "members": [g.commune.lan]}, {"name": "B", "members": [g.hoa]}],
            "effective_on": SUMMER,
        }), 409, "organisation.split_forgets", "/into",
    ),
    "a second member with a known card": (
        lambda g: ("/members", PERSON | {"cell": g.commune.office_cell, "card": "000 221 248 810"}),
        409, "claimed.card", None,
    ),
    "a refusal without a reason": (
        lambda g: (f"/transfers/{g.transfer}/refusals", {}), 422, "invalid", "/reason",
    ),
    "a refusal with an empty reason": (
        lambda g: (f"/transfers/{g.transfer}/refusals", {"reason": " "}), 422, "invalid", "/reason",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_what_must_not_be_is_refused_by_its_rule_and_writes_nothing(ground: Ground, case: str) -> None:
    asked, status, rule, pointer = REFUSED[case]
    before = ground.commune.log()[-1]["position"]
    path, body = asked(ground)
    said = ground.commune.post(path, body, status)
    assert said["type"] == f"/problems/{rule}"
    assert pointer is None or pointer in [error["pointer"] for error in said["errors"]]
    assert ground.commune.log()[-1]["position"] == before
