"""What is personal never reaches the log in the open, and whoever was erased stays so."""

import json
from typing import Any

import httpx2
import psycopg
import pytest

from events.bus import EmbeddedBus
from events.fact import ERASED
from projections import catalogue
from projections.feed import Feeder
from projections.rebuild import compare
from tests.ingest.conftest import DECISION, Commune
from tests.keys import keyring
from tests.serving import client, serving

NAME, NUMBER, HOME, WHY = "Trần Văn Bí Mật", "000299912345", "99 đường Kín Đáo", "vì hoàn cảnh gia đình riêng"
STORED = "SELECT string_agg(convert_from(data, 'UTF8') || reason, '') FROM ledger.log"
CLAIMS = "SELECT string_agg(claim, ' ') FROM ledger.claims"


@pytest.fixture
def secret(commune: Commune) -> str:
    """A member about whom much is known."""
    residence = {"committee": commune.commune, "address": HOME}
    return commune.admit(NAME, commune.office_cell, card=NUMBER, citizen=NUMBER, residence=residence, reason=WHY)


def everything(commune: Commune) -> str:
    """All text that the log and the claims hold."""
    with psycopg.connect(commune.database.owner) as connection:
        found = [connection.execute(query).fetchone() for query in (STORED, CLAIMS)]
    return " ".join(row[0] for row in found if row is not None)


def feed(commune: Commune) -> None:
    feeder = Feeder(commune.database.app, catalogue.opened_by(keyring()), EmbeddedBus(commune.database.app))
    feeder.open()
    feeder.step(0)
    feeder.close()


def erase(commune: Commune, member: str) -> dict[str, Any]:
    proposal = commune.post(f"/members/{member}/erasures", {"ground": "the family asked"}, status=202)["proposal"]
    answer = approve(commune, proposal)
    assert answer.status_code == 201, answer.text
    said: dict[str, Any] = answer.json()
    return said


def approve(commune: Commune, proposal: str) -> httpx2.Response:
    with commune.client("secretary", commune.province) as second:
        return second.post(f"/proposals/{proposal}/approvals", json={})


def test_nothing_personal_stands_in_the_log_or_among_the_claims(commune: Commune, secret: str) -> None:
    stored = everything(commune)
    for text in (NAME, NUMBER, HOME, WHY, "Bí Mật", "Kín Đáo"):
        assert text not in stored
    assert commune.office_cell in stored


def test_whoever_may_read_the_log_reads_it_in_the_open(commune: Commune, secret: str) -> None:
    admitted, declared = [record for record in commune.log() if record["stream"] == f"member/{secret}"]
    assert (admitted["data"]["name"], admitted["data"]["card"], admitted["reason"]) == (NAME, NUMBER, WHY)
    assert declared["data"]["address"] == HOME
    assert "_sealed" not in admitted["data"]


def test_a_card_that_is_kept_as_a_hash_is_still_unique(commune: Commune, secret: str) -> None:
    again = {"name": "Another", "cell": commune.office_cell, "status": "official", "admitted_on": "2015-05-19"}
    said = commune.post("/members", again | {"card": NUMBER}, status=409)
    assert "card" in said["detail"] or "card" in said["type"]
    assert NUMBER not in str(said)


def test_the_same_admission_is_known_again_after_a_restart(commune: Commune) -> None:
    body = {
        "name": NAME, "cell": commune.office_cell, "status": "official", "admitted_on": "2015-05-19",
        "effective_on": "2025-01-01", "id": "01900000-0000-7000-8000-00000000abcd",
    }  # fmt: skip
    commune.post("/members", body)
    with serving(commune.database) as address, client(address, commune.database) as other:
        answer = other.post("/members", json=body)
    assert (answer.status_code, answer.json()["facts"]) == (200, [])


def test_a_proposal_about_a_member_is_sealed_and_can_be_read_and_approved(commune: Commune, secret: str) -> None:
    body = {"form": "expulsion", "decision": DECISION, "reason": WHY}
    proposal = commune.post(f"/members/{secret}/sanctions", body, status=202)["proposal"]
    assert WHY not in everything(commune)
    assert commune.operator.get(f"/proposals/{proposal}").json()["body"]["reason"] == WHY
    answer = approve(commune, proposal)
    assert [fact["name"] for fact in answer.json()["facts"]] == ["proposal.approved", "member.disciplined"]


def test_an_erasure_takes_two(commune: Commune, secret: str) -> None:
    said = commune.post(f"/members/{secret}/erasures", {"ground": "."}, status=202)
    assert commune.operator.post(f"/proposals/{said['proposal']}/approvals", json={}).status_code == 403
    assert commune.log()[-1]["name"] == "proposal.made"


def test_who_is_erased_is_a_tombstone_everywhere(commune: Commune, secret: str) -> None:
    feed(commune)
    assert commune.operator.get(f"/members/{secret}").json()["name"] == NAME
    erase(commune, secret)
    feed(commune)
    member = commune.operator.get(f"/members/{secret}").json()
    assert (member["name"], member["card"]) == (ERASED, None)
    long_ago = commune.operator.get(f"/members/{secret}", params={"as_of": "2025-06-01"}).json()
    assert long_ago["name"] == ERASED
    for record in commune.log():
        if record["stream"] == f"member/{secret}" and record["name"] != "member.erased":
            assert record["data"]["_erased"] is True
            assert record["reason"] is None
    for text in (NAME, NUMBER, HOME, WHY):
        assert text not in str(commune.log())
    assert commune.operator.get("/members", params={"name": "Bí Mật"}).json()["items"] == []


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("residences", {"address": "nowhere", "place": "06799"}),
        ("rewards", {"form": "commendation", "decision": DECISION, "reason": "so"}),
    ],
    ids=["an address", "a reason"],
)
def test_nothing_personal_is_taken_about_who_is_erased(
    commune: Commune, secret: str, path: str, body: dict[str, Any]
) -> None:
    erase(commune, secret)
    said = commune.post(f"/members/{secret}/{path}", body, 409)
    assert said["type"].endswith("member.erased")


def test_what_is_not_personal_goes_on_about_who_is_erased(commune: Commune, secret: str) -> None:
    erase(commune, secret)
    commune.post(f"/members/{secret}/rewards", {"form": "commendation", "decision": DECISION})
    feed(commune)
    assert commune.operator.get(f"/members/{secret}").json()["name"] == ERASED


def test_a_proposal_about_who_was_erased_meanwhile_cannot_be_approved(commune: Commune, secret: str) -> None:
    body = {"form": "expulsion", "decision": DECISION}
    proposal = commune.post(f"/members/{secret}/sanctions", body, status=202)["proposal"]
    erase(commune, secret)
    answer = approve(commune, proposal)
    assert (answer.status_code, answer.json()["type"].rpartition("/")[2]) == (409, "member.erased")


def test_an_erasure_asked_again_is_nothing_new(commune: Commune, secret: str) -> None:
    erase(commune, secret)
    assert commune.post(f"/members/{secret}/erasures", {"ground": "again"}, status=200)["facts"] == []


def test_a_batch_of_admissions_seals_each(commune: Commune) -> None:
    lines = [
        {"post": "/members", "body": {
            "name": f"{NAME} {number}", "cell": commune.office_cell, "status": "official", "admitted_on": "2015-05-19",
            "card": f"{int(NUMBER) + number:012d}",
        }}
        for number in range(60)
    ]  # fmt: skip
    answer = commune.operator.post(
        "/facts", content="\n".join(map(json.dumps, lines)), headers={"Content-Type": "application/x-ndjson"}
    )
    assert [json.loads(line)["status"] for line in answer.text.splitlines()] == [201] * 60
    assert "Bí Mật" not in everything(commune)
    names = {record["data"]["name"] for record in commune.log() if record["name"] == "member.admitted"}
    assert {f"{NAME} {number}" for number in range(60)} <= names


def test_a_key_that_somebody_has_changed_is_said_and_harms_nobody_else(commune: Commune) -> None:
    nam = commune.admit("Trần Văn Nam", commune.office_cell)
    with psycopg.connect(commune.database.owner, autocommit=True) as owner:
        owner.execute("CREATE TABLE aside AS TABLE keys.persons")
        owner.execute("UPDATE keys.persons SET wrapped = decode('00', 'hex') WHERE person = %s", [commune.lan])
        body = {"form": "other", "decision": DECISION, "reason": WHY}
        # A process that has the key in memory does not need it; one that has just started does.
        with serving(commune.database) as address, client(address, commune.database) as fresh:
            refused = fresh.post(f"/members/{commune.lan}/rewards", json=body)
            assert (refused.status_code, refused.json()["type"]) == (409, "/problems/member.key_changed")
            lines = [{"post": f"/members/{one}/rewards", "body": body} for one in (commune.lan, nam)]
            content = "\n".join(json.dumps(line) for line in lines).encode()
            said = fresh.post("/facts", content=content, headers={"content-type": "application/x-ndjson"}).text
            assert [json.loads(line)["status"] for line in said.splitlines()] == [409, 201]
            owner.execute("UPDATE keys.persons p SET wrapped = a.wrapped FROM aside a WHERE a.person = p.person")
            assert fresh.post(f"/members/{commune.lan}/rewards", json=body).status_code == 201


def test_what_somebody_can_do_is_sealed_and_leaves_the_views_with_him(commune: Commune, secret: str) -> None:
    body = {"member": secret, "committee": commune.commune, "strengths": ["nghề hiếm"], "effective_on": "2026-01-05"}
    liaison = commune.post("/liaisons", body)["id"]
    changed = {"strengths": ["nghề hiếm", "nghề riêng"], "effective_on": "2026-02-05"}
    commune.post(f"/liaisons/{liaison}/strengths", changed)
    assert "nghề" not in everything(commune)
    feed(commune)
    with psycopg.connect(commune.database.owner, autocommit=True) as connection:
        known = connection.execute("SELECT strengths FROM views.liaisons ORDER BY no").fetchall()
        assert [tuple(row[0]) for row in known if row[0]][-2:] == [("nghề hiếm",), ("nghề hiếm", "nghề riêng")]
        erase(commune, secret)
        feed(commune)
        assert connection.execute("SELECT DISTINCT strengths FROM views.liaisons").fetchall() == [([],)]
    # A view made anew has the same rows: nothing of him can be opened again.
    (view,) = [view for view in catalogue.opened_by(keyring()) if view.name == "liaisons"]
    assert compare(commune.database.app, view).difference is None
