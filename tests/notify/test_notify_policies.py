"""A policy is published and adopted: by the log alone it holds for whom it was adopted, from its day, and is tried."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from events.rule import RuleAdopted, stream_of
from services.notify.policies_in_force import fact_of, policy_of
from services.notify.policy import Policy
from services.notify.rebuild import rebuild
from tests.database import Database
from tests.examples import BLOC, CELL_7, COMMUNE, HOSPITAL, PROVINCE, SURGERY, a_certificate, a_reprimand, an_id
from tests.notify.commune import NAM, SHIPPED, WARD, Log, introduced, position, rows, tell_all
from tests.notify.conftest import As, Hire, ReadViews

MARCH, APRIL, MAY = date(2026, 3, 2), date(2026, 4, 1), date(2026, 5, 4)
TOLD = "position, organisation::text, policy, rule"
REWARD = {"id": "reward", "fact": "member.reward_given", "to": "residence", "acknowledge_within_days": 3}
OWN = {"id": "own-reward", "fact": "member.reward_given", "to": "workplace"}
T = an_id("a transfer")


def a_policy(*rules: dict[str, Any], version: int = 1, ident: str = "bloc", since: date = MARCH) -> Policy:
    said = {"id": ident, "version": version, "issuer": "Đảng ủy khối", "number": "1", "on": since, "valid_from": since}
    return Policy.model_validate({**said, "rules": rules})


def publish(log: Log, policy: Policy) -> int:
    return log.put(stream_of(policy.id), fact_of(policy, BLOC), MARCH)


def adopt(log: Log, policy: Policy, organisation: Any, on: date = MARCH) -> int:
    return log.put(stream_of(policy.id), RuleAdopted(pack=policy.id, organisation=organisation), on)


def test_what_the_log_keeps_of_a_policy_is_the_policy() -> None:
    for version in SHIPPED.all():
        assert policy_of(fact_of(version.policy).text) == version.policy


@pytest.mark.parametrize("page", [1, 1000])
def test_an_adopted_policy_holds_for_facts_about_those_who_work_below_and_for_nobody_else(
    database: Database, log: Log, hire: Hire, page: int
) -> None:
    log.put_organisations()
    log.put_member()
    other = an_id("works in the commune")
    log.put_member(other, cell=CELL_7, committee=WARD)
    before = log.put(NAM, a_certificate(), MAY)
    policy = a_policy(REWARD, OWN)
    publish(log, policy)
    published = log.put(NAM, a_certificate(), MAY)
    adopt(log, policy, HOSPITAL, APRIL)
    log.put(NAM, a_reprimand(), MAY)  # of which the policy says nothing
    early = log.put(NAM, a_certificate(), MARCH)  # before the day of the adoption
    after = log.put(NAM, a_certificate(), MAY)
    elsewhere = log.put(other, a_certificate(), MAY)
    worker = hire(page=page)
    tell_all(worker)
    national = "residence-national@1"
    assert set(rows(database, TOLD)) == {
        (before, COMMUNE, national, "reward-residence"),
        (published, COMMUNE, national, "reward-residence"),
        (early, COMMUNE, national, "reward-residence"),
        (after, COMMUNE, "bloc@1", "reward"),
        (after, SURGERY, "bloc@1", "own-reward"),
        (elsewhere, WARD, national, "reward-residence"),
    }
    same = rebuild(database.app, "local", SHIPPED)
    assert (same.missing, same.surplus, same.different, same.position) == (0, 0, 0, position(database))
    worker.close()
    again = log.put(NAM, a_certificate(), MAY)
    tell_all(hire(page=page))
    assert {row[2] for row in rows(database, TOLD) if row[0] == again} == {"bloc@1"}, "it knows what it did not read"


def test_the_nearest_adoption_counts_and_of_one_organisation_the_latest(
    database: Database, log: Log, hire: Hire
) -> None:
    log.put_organisations()
    log.put_member()
    far, near, last = (a_policy(REWARD, ident=ident) for ident in ("far", "near", "last"))
    for policy in (far, near, last):
        publish(log, policy)
    told = []
    for policy, organisation, on in ((far, PROVINCE, MARCH), (near, BLOC, MARCH), (last, BLOC, APRIL)):
        adopt(log, policy, organisation, on)
        told.append(log.put(NAM, a_certificate(), MARCH))
    told.append(log.put(NAM, a_certificate(), MAY))
    tell_all(hire())
    assert rows(database, "position, policy") == list(zip(told, ["far@1", "near@1", "near@1", "last@1"], strict=True))


def test_a_new_version_of_what_is_shipped_holds_for_all_from_its_day(database: Database, log: Log, hire: Hire) -> None:
    log.put_organisations()
    log.put_member()
    publish(log, a_policy({**REWARD, "rises_to": "above"}, ident="residence-national", version=2, since=APRIL))
    early, late = log.put(NAM, a_certificate(), MARCH), log.put(NAM, a_certificate(), APRIL)
    log.put(NAM, a_reprimand(), MAY)
    tell_all(hire())
    columns = "position, policy, rise_at = acknowledge_by"
    assert rows(database, columns) == [
        (early, "residence-national@1", False),
        (late, "residence-national@2", True),
    ]


def test_a_policy_that_is_tried_says_what_would_have_been_told_beside_what_was(
    database: Database, log: Log, hire: Hire, ask: As, read_views: ReadViews
) -> None:
    log.put_organisations()
    log.put_member()
    log.put_member(an_id("works in the commune"), cell=CELL_7, committee=WARD)
    reward = log.put(NAM, a_certificate(), MARCH)
    sanction = log.put(NAM, a_reprimand(), MARCH)
    log.put(an_id("works in the commune"), a_certificate(), MARCH)
    log.put(NAM, introduced(T, CELL_7), MARCH)
    tell_all(hire())
    read_views()
    before = rows(database, "*")
    today = datetime.now(UTC).date()
    body = {
        "pack": a_policy(REWARD, OWN).model_dump(mode="json", exclude_none=True),
        "organisation": HOSPITAL, "since": str(today - timedelta(days=2)), "until": str(today + timedelta(days=2)),
    }  # fmt: skip
    answer = ask("inspector", BLOC).post("/policies/previews", json=body)
    assert answer.status_code == 200, answer.text
    found = answer.json()
    assert {name: found[name] for name in ("records", "told", "was", "more_count", "less_count")} == {
        "records": 4, "told": 2, "was": 4, "more_count": 1, "less_count": 3,
    }  # fmt: skip
    assert [(one["position"], one["organisation"], one["rule"]) for one in found["more"]] == [
        (reward, SURGERY, "own-reward")
    ]
    assert {(one["position"], one["organisation"]) for one in found["less"]} >= {(sanction, COMMUNE)}
    assert {one["organisation"]: (one["would"], one["was"]) for one in found["by"]} == {
        COMMUNE: (1, 3), SURGERY: (1, 0), CELL_7: (0, 1),
    }  # fmt: skip
    assert rows(database, "*") == before, "nothing is told by it"


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [
        ({"pack": {"of": "meeting"}}, "/pack/of"),
        ({"pack": {"of": "telling", "rules": []}}, "/pack/rules"),
        ({"pack": "of = 'telling'\nid = 'x'"}, "/pack/version"),
        ({"organisation": an_id("nobody")}, "/organisation"),
        ({"until": "2026-01-01"}, ""),
        ({"until": "2026-02-30"}, "/until"),
    ],
)
def test_a_preview_that_cannot_be_made_says_where(
    reprimanded: int, ask: As, read_views: ReadViews, wrong: dict[str, Any], pointer: str
) -> None:
    read_views()
    pack = a_policy(REWARD).model_dump(mode="json", exclude_none=True)
    body = {"pack": pack, "organisation": HOSPITAL, "since": "2026-01-01", "until": "2027-01-01"}
    answer = ask().post("/policies/previews", json=body | wrong)
    assert answer.status_code == 422, answer.text
    assert pointer in {error["pointer"] for error in answer.json()["errors"]}


def test_policies_are_listed_in_full_and_by_who_is_under_them(
    database: Database, log: Log, ask: As, read_views: ReadViews
) -> None:
    log.put_organisations()
    policy = a_policy(REWARD)
    at = publish(log, policy)
    adopt(log, policy, HOSPITAL, APRIL)
    read_views()
    client = ask()
    both = client.get("/policies").json()["items"]
    assert [(one["id"], one["version"], one["position"]) for one in both] == [
        ("bloc", 1, at), ("residence-national", 1, 0),
    ]  # fmt: skip
    assert both[0]["rules"] == [REWARD]

    def held(organisation: str, on: date) -> list[str]:
        answer = client.get("/policies", params={"organisation": organisation, "as_of": str(on)})
        return [one["id"] for one in answer.json()["items"]]

    assert held(SURGERY, MAY) == ["bloc"]
    assert held(SURGERY, MARCH) == held(COMMUNE, MAY) == ["residence-national"]
    assert client.get("/policies/bloc").json() == both[0]
    assert client.get("/policies/nothing").status_code == 404


def test_who_may_not_see_an_organisation_tries_nothing_on_it(reprimanded: int, ask: As, read_views: ReadViews) -> None:
    read_views()
    pack = a_policy(REWARD).model_dump(mode="json", exclude_none=True)
    body = {"pack": pack, "organisation": HOSPITAL, "since": "2026-01-01", "until": "2027-01-01"}
    assert ask("secretary", COMMUNE).post("/policies/previews", json=body).status_code == 403
