"""Questions over HTTP, on a real ledger and real views: the fields of the contract, pages, both clocks, who may ask."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import psycopg
import pytest
from fastapi import FastAPI
from msgspec.structs import replace
from psycopg_pool import ConnectionPool
from starlette.testclient import TestClient

from events.bus import EmbeddedBus
from events.ledger import Ledger
from events.liaison import LiaisonAccepted, LiaisonAssigned
from events.member import (
    MemberDisciplined,
    MemberRemoved,
    RemovalGround,
    RemovalRestored,
    SanctionComplained,
    SanctionForm,
    SanctionRestored,
    TransferReceived,
)
from events.oath_campaign import OathCampaignOpened
from events.organisation import OrganisationDissolved
from projections.catalogue import VIEWS
from projections.feed import Feeder
from services.access import Role, Tokens, issue
from services.questions import api
from services.settings import Settings
from services.web import asking
from services.web.context import Context
from services.web.problem import handle_problems
from tests.database import Database
from tests.examples import (
    BLOC,
    CAMPAIGN,
    CELL_7,
    CELL_7_OPENED,
    CELL_8,
    CELL_8_ESTABLISHED,
    COMMUNE,
    HAI_HOA,
    HELD_BY_NAME,
    HOA,
    HOSPITAL,
    LAN,
    LAN_ADMITTED,
    LAN_INTRODUCED,
    LAN_LIVES_IN_HAI_HOA,
    LAN_REPORTED,
    MARCH_MEETING,
    MEETING,
    MINH,
    NINETY_TWO,
    PROVINCE,
    STRANGER,
    SURGERY,
    TRANSFER,
    a_decision,
    a_reprimand,
    an_id,
    lans_introduction,
)
from tests.keys import keyring
from tests.projections.commune import APRIL, COMMUNE_AND_BLOC, MARCH, MAY
from tests.projections.log import Said, put

OPENED = OathCampaignOpened(scope=PROVINCE, title="Giữ trọn lời thề", opens_on=MARCH, closes_on=MAY)
ALL: list[Said] = [
    *COMMUNE_AND_BLOC,
    Said(HOA, replace(LAN_ADMITTED, name="Lê Hòa", card="000220000009", cell=SURGERY)),
    Said(HOA, LAN_LIVES_IN_HAI_HOA),
    Said(LAN, LAN_LIVES_IN_HAI_HOA),
    Said(LAN, a_reprimand(), MARCH),
    Said(CAMPAIGN, OPENED, MARCH),
    Said(an_id("review"), CELL_7_OPENED, MARCH),
    Said(an_id("review"), LAN_REPORTED, APRIL),
    Said(MEETING, replace(MARCH_MEETING, campaign=CAMPAIGN), MARCH),
    Said(MEETING, HELD_BY_NAME, date(2026, 3, 5)),
    Said(MEETING, NINETY_TWO, date(2026, 3, 5)),
    Said(LAN, lans_introduction(), APRIL),
]


@dataclass
class Desk:
    """Where one asks and tells."""

    client: TestClient
    ledger: Ledger
    feeder: Feeder
    database: Database

    def tell(self, *said: Said) -> int:
        last = put(self.ledger, *said)
        while self.feeder.step(0.05):
            pass
        return last

    def ask(self, path: str, *, expect: int = 200, **params: Any) -> Any:
        named = {name.rstrip("_"): value for name, value in params.items()}
        answer = self.client.get(path, params=named or None)
        assert answer.status_code == expect, answer.text
        return answer.json()

    def as_(self, role: Role, organisation: str | None) -> "Desk":
        _, token = issue(self.database.owner, organisation=organisation, role=role, name="x")
        self.client.headers["Authorization"] = f"Bearer {token}"
        return self


@pytest.fixture
def desk(database: Database) -> Iterator[Desk]:
    pool: ConnectionPool[psycopg.Connection[Any]] = ConnectionPool(
        database.app, min_size=1, open=False, kwargs={"autocommit": True}
    )
    app = FastAPI()
    handle_problems(app)
    app.include_router(api.router)
    feeder = Feeder(database.app, VIEWS, EmbeddedBus(database.app))
    feeder.open()
    with Ledger(database.app) as ledger, pool, TestClient(app) as client:
        app.state.context = Context(Settings.read(database=database.app), ledger, pool, Tokens(pool), keyring())
        yield Desk(client, ledger, feeder, database).as_(Role.OPERATOR, None)
    feeder.close()


@pytest.fixture
def full(desk: Desk) -> Desk:
    desk.tell(*ALL)
    return desk


def ids(found: dict[str, Any]) -> list[str]:
    return [item["id"] for item in found["items"]]


def test_organisations_are_listed_by_name_page_by_page(full: Desk) -> None:
    found: list[str] = []
    after: dict[str, Any] = {}
    while True:
        page = full.ask("/organisations", limit=3, **after)
        found += ids(page)
        if page["next"] is None:
            break
        after = {"after": page["next"]}
    assert len(found) == len(set(found)) == 7
    assert ids(full.ask("/organisations", code="HH-07")) == [CELL_7]
    assert ids(full.ask("/organisations", name="trai le", kind="cell")) == [CELL_7]
    assert ids(full.ask("/organisations", parent=BLOC)) == [HOSPITAL]
    assert ids(full.ask("/organisations", place=HAI_HOA)) == [COMMUNE]


def test_an_organisation_with_its_head_count_as_of_any_day(full: Desk) -> None:
    found = full.ask(f"/organisations/{PROVINCE}")
    assert (found["id"], found["kind"], found["members"], found["ended_on"]) == (PROVINCE, "province", 3, None)
    assert full.ask(f"/organisations/{PROVINCE}", as_of="2025-09-01")["members"] == 2
    full.ask(f"/organisations/{PROVINCE}", as_of="2024-12-31", expect=404)
    full.tell(Said(CELL_8, OrganisationDissolved(), APRIL))
    assert full.ask(f"/organisations/{CELL_8}")["ended_on"] == "2026-04-01"


def test_the_tree_counts_from_the_bottom_up(full: Desk) -> None:
    tree = full.ask(f"/organisations/{PROVINCE}/tree")
    assert {"id", "name", "kind", "members", "children"} <= tree.keys()
    counts = {child["id"]: child["members"] for child in tree["children"]}
    assert (tree["members"], counts) == (3, {COMMUNE: 2, BLOC: 1})
    names = [child["name"] for child in tree["children"][-1]["children"]]
    assert names == sorted(names)
    full.tell(Said(CELL_8, OrganisationDissolved(), APRIL))
    assert full.ask(f"/organisations/{CELL_8}/tree", as_of="2026-03-31")["children"] == []
    full.ask(f"/organisations/{CELL_8}/tree", as_of="2026-04-01", expect=404)


def test_a_member_has_the_fields_of_the_contract(full: Desk) -> None:
    member = full.ask(f"/members/{LAN}", as_of="2026-03-31")
    assert {name: member[name] for name in ("id", "name", "card", "status", "cell", "standing")} == {
        "id": LAN,
        "name": "Nguyễn Thị Lan",
        "card": "000220000001",
        "status": "official",
        "cell": CELL_7,
        "standing": "full",
    }
    assert member["residence"] == {"committee": COMMUNE, "place": HAI_HOA, "address": None}
    (sanction,) = member["sanctions"]
    assert sanction.items() >= {"form": "reprimand", "from": "2026-03-02", "until": "2027-03-02"}.items()
    assert sanction["state"] == "in_force"
    assert full.ask(f"/members/{LAN}", as_of="2027-03-02")["sanctions"][0]["state"] == "lapsed"
    assert full.ask(f"/members/{LAN}", as_of="2026-04-01")["standing"] == "in_transit"
    full.ask(f"/members/{STRANGER}", expect=404)
    full.ask("/members/nobody", expect=404)


def test_an_expelled_member_is_out_and_still_found(full: Desk) -> None:
    full.tell(Said(MINH, MemberDisciplined(form=SanctionForm.EXPULSION, decision=a_decision("x")), APRIL))
    member = full.ask(f"/members/{MINH}", as_of="2026-05-01")
    assert (member["standing"], member["cell"], member["sanctions"][0]["until"]) == ("out", None, None)
    assert ids(full.ask("/members", card="0002 2000 0002", as_of="2026-05-01")) == [MINH]
    assert MINH not in ids(full.ask(f"/organisations/{CELL_7}/members", as_of="2026-05-01"))


def test_what_became_of_a_sanction_is_told_by_both_clocks(full: Desk) -> None:
    position = full.ask(f"/members/{LAN}")["sanctions"][0]["position"]
    complained = full.tell(Said(LAN, SanctionComplained(sanction=position), APRIL))
    full.tell(Said(LAN, SanctionRestored(sanction=position), MAY))

    def told(as_of: str) -> tuple[str, str | None]:
        (sanction,) = full.ask(f"/members/{LAN}", as_of=as_of)["sanctions"]
        return sanction["state"], sanction["until"]

    assert [told(day) for day in ("2026-03-31", "2026-04-01", "2026-05-01")] == [
        ("in_force", "2026-05-01"),
        ("complained", None),
        ("restored", "2026-05-01"),
    ]
    sentences = [line["sentence"] for line in full.ask(f"/members/{LAN}/history")["items"]]
    assert f"Khiếu nại quyết định kỷ luật (ghi tại vị trí {position})." in sentences
    assert complained > position


def test_who_is_removed_is_out_and_who_comes_back_is_in_again(full: Desk) -> None:
    removed = MemberRemoved(ground=RemovalGround.DUES, decision=a_decision("x"))
    full.tell(Said(MINH, removed, APRIL), Said(MINH, RemovalRestored(cell=CELL_8), MAY))
    standings = [full.ask(f"/members/{MINH}", as_of=day)["standing"] for day in ("2026-04-01", "2026-05-01")]
    assert standings == ["out", "full"]
    assert MINH in ids(full.ask(f"/organisations/{CELL_8}/members", as_of="2026-05-01"))


def test_members_are_found_and_listed_by_given_name(full: Desk) -> None:
    assert ids(full.ask("/members")) == [HOA, LAN, MINH]
    assert ids(full.ask("/members", name="Hoà")) == [HOA]
    assert ids(full.ask("/members", cell=CELL_7)) == [LAN, MINH]
    assert ids(full.ask(f"/organisations/{COMMUNE}/members")) == [LAN, MINH]
    line = full.ask(f"/organisations/{COMMUNE}/members", limit=1)["items"][0]
    assert line["since"] == "2025-01-01"
    assert "sanctions" not in line


def test_residents_are_those_who_work_elsewhere(full: Desk) -> None:
    assert ids(full.ask(f"/organisations/{COMMUNE}/residents")) == [HOA]
    assert ids(full.ask(f"/organisations/{COMMUNE}/residents", own="true")) == [HOA, LAN]


def test_transfers_in_transit_include_the_overdue(full: Desk) -> None:
    def found(state: str, day: str, **more: Any) -> list[tuple[str, int]]:
        items = full.ask("/transfers", state=state, as_of=day, **more)["items"]
        return [(item["state"], item["age_days"]) for item in items]

    assert found("in_transit", "2026-04-01") == [("in_transit", 0)]
    assert found("in_transit", "2026-05-01") == found("overdue", "2026-05-01") == [("overdue", 30)]
    assert found("in_transit", "2026-04-01", organisation=HOSPITAL) == [("in_transit", 0)]
    assert found("in_transit", "2026-04-01", organisation=CELL_8) == []
    full.tell(Said(LAN, TransferReceived(transfer=TRANSFER), MAY))
    one = full.ask(f"/transfers/{TRANSFER}", as_of="2026-06-01")
    assert {name: one[name] for name in ("member", "from", "to", "kind", "state", "introduced_on", "age_days")} == {
        "member": LAN,
        "from": CELL_7,
        "to": SURGERY,
        "kind": "official",
        "state": "received",
        "introduced_on": "2026-04-01",
        "age_days": 30,
    }


def test_a_transfer_is_found_by_its_code(full: Desk) -> None:
    coded = replace(lans_introduction(), transfer=an_id("coded"), from_cell=CELL_8, to=CELL_7, code="CSH-12")
    full.tell(Said(MINH, coded, APRIL))
    assert len(ids(full.ask("/transfers", as_of="2026-04-01"))) == 2
    assert ids(full.ask("/transfers", as_of="2026-04-01", code="CSH-12")) == [an_id("coded")]
    assert ids(full.ask("/transfers", as_of="2026-04-01", code="CSH-1")) == []
    assert ids(full.ask("/transfers", as_of="2026-04-01", code="CSH-12", state="received")) == []
    assert ids(full.ask("/transfers", as_of="2026-04-01", code="CSH-12", organisation=HOSPITAL)) == []
    assert ids(full.as_(Role.CLERK, HOSPITAL).ask("/transfers", as_of="2026-04-01", code="CSH-12")) == []
    assert ids(full.as_(Role.CLERK, COMMUNE).ask("/transfers", as_of="2026-04-01", code="CSH-12")) == [an_id("coded")]


def test_a_meeting_in_a_line_and_in_full(full: Desk) -> None:
    (line,) = full.ask("/meetings", cell=CELL_7, from_="2026-03-05", to="2026-03-05")["items"]
    assert (line["id"], line["on"], line["present"], line["self_score"]) == (MEETING, "2026-03-05", 2, 92.5)
    assert full.ask("/meetings", cell=CELL_7, from_="2026-03-06")["items"] == []
    whole = full.ask(f"/meetings/{MEETING}")
    assert (whole["state"], whole["cell"], len(whole["attendance"]), whole["counts"]["excused"]) == (
        "held",
        CELL_7,
        3,
        1,
    )
    assert full.ask(f"/meetings/{MEETING}", as_of="2026-03-04")["state"] == "called"
    full.ask(f"/meetings/{LAN}", expect=404)


def test_the_coverage_of_an_oath_review(full: Desk) -> None:
    found = full.ask(f"/oath-reviews/{CAMPAIGN}/coverage", as_of="2026-05-01")
    assert found["cells"] == {"held": 1, "of": 3}
    assert found["members"] == {"reported": 1, "roll": 2, "share": 0.5}
    assert (found["excused"], found["unexplained"]) == ({}, 1)
    by = {part["id"]: (part["cells"]["of"], part["members"]["share"]) for part in found["by"]}
    assert by == {COMMUNE: (2, 0.5), BLOC: (1, None)}
    assert full.ask(f"/oath-reviews/{CAMPAIGN}/coverage", as_of="2026-03-31")["members"]["reported"] == 0
    below = full.ask(f"/oath-reviews/{CAMPAIGN}/coverage", organisation=CELL_7)
    assert (below["members"]["roll"], below["by"]) == (2, [])
    full.ask(f"/oath-reviews/{LAN}/coverage", expect=404)


def test_a_history_tells_what_concerns_somebody_in_sentences(full: Desk) -> None:
    told = full.ask(f"/members/{LAN}/history")["items"]
    assert [item["on"] for item in told] == sorted(item["on"] for item in told)
    said = {item["name"]: item["sentence"] for item in told}
    assert said["member.admitted"] == "Đảng viên chính thức của Chi bộ thôn Trại Lê, vào Đảng ngày 19/05/1998."
    assert said["member.disciplined"].startswith(
        "Bị kỷ luật khiển trách, quyết định số 13-QĐ/ĐU ngày 27/02/2026 của Đảng bộ xã"
    )
    assert said["meeting.held"].startswith("Cuộc họp ngày 05/03/2026 của Chi bộ thôn Trại Lê: đã họp, từ 19:30")
    about = full.ask(f"/organisations/{SURGERY}/history")["items"][-1]
    assert about["sentence"].startswith("Nguyễn Thị Lan: được giới thiệu chuyển sinh hoạt đảng chính thức từ")
    assert about.keys() == {"position", "on", "recorded_at", "name", "sentence", "struck"}
    first = full.ask(f"/members/{LAN}/history", limit=2)
    assert first["items"] == told[:2]
    assert full.ask(f"/members/{LAN}/history", limit=2, after=first["next"])["items"] == told[2:4]
    assert len(full.ask(f"/members/{LAN}/history", as_of="2026-03-01")["items"]) == 2


def sentences(history: dict[str, Any]) -> dict[str, str]:
    return {item["name"]: item["sentence"] for item in history["items"]}


def test_a_liaison_is_told_by_whose_it_is(full: Desk) -> None:
    liaison = an_id("liaison")
    full.tell(
        Said(liaison, LAN_INTRODUCED, APRIL),
        Said(liaison, LiaisonAccepted(), APRIL),
        Said(liaison, LiaisonAssigned(cell=CELL_7), MAY),
    )
    hers = sentences(full.ask(f"/members/{LAN}/history"))
    assert hers["liaison.introduced"].startswith("Được giới thiệu giữ mối liên hệ với Đảng bộ xã Hải Hòa")
    committees = sentences(full.ask(f"/organisations/{COMMUNE}/history"))
    assert committees["liaison.introduced"].startswith("Nguyễn Thị Lan: được giới thiệu giữ mối liên hệ với")
    assert sentences(full.ask(f"/organisations/{CELL_7}/history"))["liaison.assigned"] == (
        "Nguyễn Thị Lan: phân công Chi bộ thôn Trại Lê theo dõi."
    )


def test_a_liaison_of_somebody_who_is_not_known_yet_has_no_number_for_a_name(full: Desk) -> None:
    full.tell(Said(an_id("liaison"), replace(LAN_INTRODUCED, member=STRANGER, workplace=STRANGER), APRIL))
    told = full.ask(f"/organisations/{COMMUNE}/history")["items"]
    assert told[-1]["sentence"].startswith("Một đảng viên: được giới thiệu giữ mối liên hệ với Đảng bộ xã Hải Hòa")
    assert not any(STRANGER[:8] in item["sentence"] for item in told)


def test_a_meeting_is_told_by_its_day_and_its_cell(full: Desk) -> None:
    held = sentences(full.ask(f"/members/{LAN}/history"))["meeting.held"]
    assert held.startswith("Cuộc họp ngày 05/03/2026 của Chi bộ thôn Trại Lê: đã họp")
    cells = sentences(full.ask(f"/organisations/{CELL_7}/history"))["meeting.called"]
    assert cells.startswith("Cuộc họp ngày 05/03/2026 của Chi bộ thôn Trại Lê: triệu tập họp")
    # Known before it was held, it is told by the day on which it was to be.
    called = next(record for record in full.ledger.stream(MEETING) if record.name == "meeting.called")
    then = sentences(full.ask(f"/organisations/{CELL_7}/history", known_at=called.recorded_at.isoformat()))
    assert then["meeting.called"].startswith("Cuộc họp ngày ")
    assert MEETING[:8] not in then["meeting.called"]


def test_a_namesake_is_somebody_else(full: Desk) -> None:
    name = full.ask(f"/organisations/{COMMUNE}")["name"]
    full.tell(Said(an_id("namesake"), replace(CELL_8_ESTABLISHED, name=name, code="HH-99"), MAY))
    told = full.ask(f"/organisations/{COMMUNE}/history")["items"]
    assert told[-1]["sentence"] == f"{name}: được thành lập, trực thuộc {name}."


def paged(desk: Desk, path: str, **params: Any) -> list[Any]:
    """All lines, one a page."""
    found: list[Any] = []
    after: dict[str, Any] = {}
    for _ in range(50):
        page = desk.ask(path, limit=1, **params, **after)
        found += page["items"]
        if page["next"] is None:
            return found
        after = {"after": page["next"]}
    raise AssertionError("the pages do not end")


def test_pages_lose_and_repeat_nothing_where_keys_are_equal(full: Desk) -> None:
    """Organisations and members of one name, meetings and transfers of one day."""
    more = range(3)
    full.tell(
        *(Said(an_id(f"o{n}"), replace(CELL_8_ESTABLISHED, name="Chi bộ 1", code=None), MARCH) for n in more),
        *(Said(an_id(f"m{n}"), replace(LAN_ADMITTED, card=None, code=None), MARCH) for n in more),
        *(Said(an_id(f"s{n}"), replace(MARCH_MEETING, code=None), MARCH) for n in more),
        *(Said(an_id(f"m{n}"), replace(lans_introduction(), transfer=an_id(f"t{n}"), code=None), APRIL) for n in more),
    )
    for path, key, params in (
        ("/organisations", "name", {}),
        ("/members", "name", {}),
        (f"/organisations/{COMMUNE}/members", "name", {}),
        ("/meetings", "on", {"cell": CELL_7}),
        ("/transfers", "introduced_on", {"as_of": "2026-06-01"}),
    ):
        one_by_one, whole = paged(full, path, **params), full.ask(path, limit=500, **params)["items"]
        assert one_by_one == whole, path
        assert len({item["id"] for item in whole}) == len(whole), path
        assert len({item[key] for item in whole}) < len(whole), f"{path} has equal keys"
    history = f"/organisations/{CELL_7}/history"
    assert paged(full, history) == full.ask(history, limit=500)["items"]


def test_who_lives_there_in_two_ways_is_one_line(full: Desk) -> None:
    full.tell(
        Said(an_id("l1"), replace(LAN_INTRODUCED, member=HOA), MARCH),
        Said(an_id("l1"), LiaisonAccepted(), MARCH),
        Said(an_id("l1"), LiaisonAssigned(cell=CELL_8), MARCH),
        Said(an_id("l2"), replace(LAN_INTRODUCED, member=HOA), MARCH),
        Said(an_id("l2"), LiaisonAccepted(), MARCH),
        Said(an_id("l2"), LiaisonAssigned(cell=CELL_8), APRIL),
    )
    (line,) = full.ask(f"/organisations/{CELL_8}/residents", as_of="2026-05-01")["items"]
    assert (line["id"], line["since"]) == (HOA, "2026-03-02")


def test_known_at_leaves_out_what_came_later(full: Desk) -> None:
    then = max(record.recorded_at for record in full.ledger.read(0))
    full.tell(Said(LAN, TransferReceived(transfer=TRANSFER), APRIL + timedelta(days=1)))
    late: dict[str, Any] = {"as_of": "2026-05-01"}
    assert full.ask(f"/members/{LAN}", **late)["cell"] == SURGERY
    assert full.ask(f"/members/{LAN}", **late, known_at=then.isoformat())["cell"] == CELL_7
    assert full.ask(f"/organisations/{SURGERY}/members", **late, known_at=then.isoformat())["items"][0]["id"] == HOA
    assert full.ask("/members", known_at="2020-01-01T00:00:00Z")["items"] == []


def test_a_question_waits_until_the_views_have_read_what_the_asker_wrote(
    full: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    last = put(full.ledger, Said(MINH, LAN_LIVES_IN_HAI_HOA))
    monkeypatch.setattr(asking, "PATIENCE", 0.1)
    behind = full.client.get(f"/members/{MINH}", headers={"Caunoi-At-Least": str(last)})
    assert (behind.status_code, "retry-after" in behind.headers) == (503, True)
    full.feeder.step(1)
    there = full.client.get(f"/members/{MINH}", headers={"Caunoi-At-Least": str(last)})
    assert there.json()["residence"]["committee"] == COMMUNE


def test_each_sees_what_is_below_his_own_organisation_and_who_lives_there(full: Desk) -> None:
    commune = full.as_(Role.CLERK, COMMUNE)
    assert ids(commune.ask("/members")) == [LAN, MINH]
    assert set(ids(commune.ask("/organisations"))) == {COMMUNE, CELL_7, CELL_8}
    assert commune.ask(f"/members/{HOA}")["name"] == "Lê Hòa"
    assert ids(commune.ask("/transfers", as_of="2026-04-01")) == [TRANSFER]
    assert ids(commune.ask("/meetings")) == [MEETING]
    for path in (f"/organisations/{PROVINCE}", f"/organisations/{BLOC}/tree", f"/organisations/{SURGERY}/members"):
        commune.ask(path, expect=403)
    commune.ask(f"/oath-reviews/{CAMPAIGN}/coverage", expect=403)
    assert commune.ask(f"/oath-reviews/{CAMPAIGN}/coverage", organisation=COMMUNE)["members"]["roll"] == 2
    hospital = full.as_(Role.SECRETARY, HOSPITAL)
    for path in (f"/members/{MINH}", f"/members/{MINH}/history", f"/meetings/{MEETING}", f"/members?cell={CELL_7}"):
        hospital.ask(path, expect=403)
    assert hospital.ask(f"/transfers/{TRANSFER}")["to"] == SURGERY


@pytest.mark.parametrize(
    "question",
    [
        "/members?limit=0",
        "/members?limit=501",
        "/members?after=what",
        "/members?after=WyJcdTAwMDAiLCJ4Il0",
        "/members?name=%00",
        "/members?nane=x",
        "/members?cell=7",
        "/members?as_of=31/12/2026",
        "/members?known_at=yesterday",
        "/transfers?state=lost",
        "/organisations?kind=club",
        "/meetings?from=2026-02-30",
    ],
)
def test_a_question_that_cannot_be_is_refused_and_says_where(desk: Desk, question: str) -> None:
    refused = desk.ask(question, expect=422)
    assert refused["errors"][0]["pointer"].startswith("/")
