"""Bad input: an error that names the field and the rule, nothing written, and never a 500."""

from typing import Any
from uuid import uuid4

import pytest

from tests.examples import an_id
from tests.ingest.conftest import DECISION, Commune

GOOD: dict[str, Any] = {"name": "Trần Văn Nam", "status": "official", "admitted_on": "2020-01-01"}

BAD: dict[str, tuple[dict[str, Any], str]] = {
    "a wrong type": ({"status": 3}, "/status"),
    "an unknown word": ({"status": "honorary"}, "/status"),
    "an unknown field": ({"nmae": "x"}, "/nmae"),
    "a day in the far future": ({"admitted_on": "2062-05-19"}, "/admitted_on"),
    "a day long ago": ({"born_on": "1066-10-14"}, "/born_on"),
    "no day at all": ({"admitted_on": "2020-02-30"}, "/admitted_on"),
    "a number for a day": ({"admitted_on": 35564}, "/admitted_on"),
    "an effective day in the far future": ({"effective_on": "2062-05-19"}, "/effective_on"),
    "a NUL byte": ({"name": "Nam\u0000"}, "/name"),
    "a control character": ({"note": "a\u0007b"}, "/note"),
    "a sign that turns the line around": ({"name": "Trần \u202eNam"}, "/name"),
    "a sign that joins and is not seen": ({"note": "a\u200db"}, "/note"),
    "a hyphen that is not seen": ({"name": "Trần\u00adVăn"}, "/name"),
    "an empty name": ({"name": "   "}, "/name"),
    "a name without width": ({"name": "\u200b"}, "/name"),
    "a name of nothing between spaces": ({"name": " \ufeff \u2060"}, "/name"),
    "a name of 10 kB": ({"name": "N" * 10_000}, "/name"),
    "an id that is none": ({"cell": "HH-01"}, "/cell"),
    "a list for an object": ({"residence": []}, "/residence"),
    "an unknown field inside": ({"residence": {"committe": "x"}}, "/residence/committe"),
}


@pytest.mark.parametrize("case", BAD)
def test_the_form_is_refused_with_a_pointer(quiet_commune: Commune, case: str) -> None:
    change, pointer = BAD[case]
    before = len(quiet_commune.log())
    answer = quiet_commune.operator.post("/members", json=GOOD | {"cell": quiet_commune.village_cell} | change)
    said = answer.json()
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.status_code == 422
    assert pointer in [error["pointer"] for error in said["errors"]]
    assert len(quiet_commune.log()) == before


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (b"{", 400),
        (b"\xff\xfe", 400),
        (b'{"name":"\\ud800"}', 400),
        (b"[]", 422),
        (b"null", 422),
        (b"7", 422),
        (b"", 422),
        (b'{"a":' * 5000, 400),
    ],
)
def test_what_is_no_json_object_is_refused(quiet_commune: Commune, content: bytes, status: int) -> None:
    answer = quiet_commune.operator.post("/members", content=content, headers={"content-type": "application/json"})
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_body_above_a_mebibyte_is_refused(quiet_commune: Commune) -> None:
    answer = quiet_commune.operator.post("/members", content=b'{"name":"' + b"x" * (1 << 20) + b'"}')
    assert answer.status_code == 413


def test_another_media_type_is_refused(quiet_commune: Commune) -> None:
    answer = quiet_commune.operator.post("/members", content=b"name=x", headers={"content-type": "text/plain"})
    assert answer.status_code == 415


@pytest.mark.parametrize(
    "path", ["/members/x/rewards", "/members/%00/rewards", f"/members/{an_id('nobody')}/rewards", "/membrs"]
)
def test_what_a_path_names_must_exist(quiet_commune: Commune, path: str) -> None:
    body = {"form": "other", "decision": DECISION}
    assert quiet_commune.post(path, body, 404)["type"] == "/problems/not-found"


def test_an_unknown_cell_is_refused_by_name_of_the_rule(quiet_commune: Commune) -> None:
    said = quiet_commune.post("/members", GOOD | {"cell": str(uuid4())}, 409)
    assert said["type"] == "/problems/member.cell_unknown"
    assert said["errors"][0]["pointer"] == "/cell"


def test_without_a_token_nothing_is_answered(quiet_commune: Commune) -> None:
    for header in ({}, {"authorization": "Bearer x"}, {"authorization": "Basic eDp5"}):
        answer = quiet_commune.operator.post("/members", json=GOOD, headers={"authorization": ""} | header)
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"].startswith("Bearer")


def test_a_token_reaches_its_own_organisation_and_below(quiet_commune: Commune) -> None:
    body = {"form": "other", "decision": DECISION}
    with quiet_commune.client("clerk", quiet_commune.commune) as clerk:
        assert clerk.post(f"/members/{quiet_commune.lan}/rewards", json=body).status_code == 403
    with quiet_commune.client("inspector", quiet_commune.agency) as inspector:
        assert inspector.post(f"/members/{quiet_commune.lan}/rewards", json=body).status_code == 403
    with quiet_commune.client("clerk", quiet_commune.office_cell) as clerk:
        assert clerk.post(f"/members/{quiet_commune.lan}/rewards", json=body).status_code == 201


def test_an_error_names_nobody(quiet_commune: Commune) -> None:
    body = GOOD | {"cell": quiet_commune.village_cell, "name": "Nguyễn Thị Bí Mật", "card": "000221248810"}
    answer = quiet_commune.operator.post("/members", json=body)
    assert answer.status_code == 409
    assert "Bí Mật" not in answer.text
    assert "000221248810" not in answer.text


@pytest.mark.parametrize("sign", ["\u200b", "\u2060", "\ufeff"])
def test_signs_without_width_are_taken_out_of_a_text(commune: Commune, sign: str) -> None:
    name, note = f"{sign} Trần{sign} Va{sign}\u0306n  Nam{sign} ", f"{sign}\nmột\n{sign}hai{sign}\n"
    body = GOOD | {"cell": commune.village_cell, "name": name, "note": note}
    ident = commune.post("/members", body)["id"]
    told = commune.log()[-1]["data"]
    assert (told["name"], told["note"]) == ("Trần Văn Nam", "một\nhai")
    plain = body | {"name": "Trần Văn Nam", "note": "một\nhai", "id": ident}
    assert commune.post("/members", plain, 200)["facts"] == []
