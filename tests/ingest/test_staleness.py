"""What a process believes of a stream may be old; what it answers may not."""

from collections.abc import Iterator

import httpx2
import pytest

from tests.ingest.conftest import DECISION, Commune
from tests.serving import client, serving

REWARD = {"form": "commendation", "decision": DECISION}


@pytest.fixture
def other(commune: Commune) -> Iterator[httpx2.Client]:
    """A second HTTP process' worth of memory on the same database."""
    with serving(commune.database) as address, client(address, commune.database) as asking:
        yield asking


def test_a_member_who_was_unknown_is_known_when_another_process_has_admitted_him(
    commune: Commune, other: httpx2.Client
) -> None:
    member = "0190a6f0-0000-7000-8000-000000000001"
    assert other.post(f"/members/{member}/rewards", json=REWARD).status_code == 404
    commune.admit("Trần Văn Nam", commune.village_cell, id=member)
    assert other.post(f"/members/{member}/rewards", json=REWARD).status_code == 201


def test_reach_follows_a_member_whom_another_process_has_moved(commune: Commune, other: httpx2.Client) -> None:
    with commune.client("clerk", commune.agency) as before, commune.client("clerk", commune.commune) as after:
        token = after.headers["authorization"]
        elsewhere = {"authorization": token}
        assert other.post(f"/members/{commune.lan}/rewards", json=REWARD, headers=elsewhere).status_code == 403
        body = {"to": commune.village_cell, "kind": "official"}
        transfer = commune.post(f"/members/{commune.lan}/transfers", body)["id"]
        commune.post(f"/transfers/{transfer}/receptions", {})
        assert other.post(f"/members/{commune.lan}/rewards", json=REWARD, headers=elsewhere).status_code == 201
        assert before.post(f"/members/{commune.lan}/rewards", json=REWARD | {"form": "other"}).status_code == 403


def test_a_true_version_is_not_called_stale(commune: Commune, other: httpx2.Client) -> None:
    assert other.post(f"/members/{commune.lan}/rewards", json=REWARD, headers={"if-match": '"1"'}).status_code == 412
    version = commune.post(f"/members/{commune.lan}/rewards", {"form": "other", "decision": DECISION})["version"]
    answer = other.post(f"/members/{commune.lan}/rewards", json=REWARD, headers={"if-match": f'"{version}"'})
    assert answer.status_code == 201


def test_a_back_dated_change_is_for_todays_cell(commune: Commune) -> None:
    """Who had the member once does not reach him by dating a change to that time."""
    transfer = commune.post(f"/members/{commune.lan}/transfers", {"to": commune.village_cell, "kind": "official"})["id"]
    commune.post(f"/transfers/{transfer}/receptions", {})
    back_dated = {"form": "expulsion", "decision": DECISION, "effective_on": "2025-06-01"}
    with commune.client("secretary", commune.agency) as former:
        assert former.post(f"/members/{commune.lan}/sanctions", json=back_dated).status_code == 403


def test_if_match_on_a_proposal_is_about_the_member(commune: Commune) -> None:
    body = {"form": "expulsion", "decision": DECISION}
    commune.post(f"/members/{commune.lan}/sanctions", body, 412, If_Match='"1"')
    commune.post(f"/members/{commune.lan}/sanctions", body, 202, If_Match='"2"')
