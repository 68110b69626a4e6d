"""What makes a change happen once is the same for ever: the command of a key, and the digest of a body."""

import re
from datetime import UTC, datetime
from uuid import UUID, uuid5

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.rule import stream_of
from services.access import Caller, Role
from services.ingest.asked import new_id
from services.ingest.changes import CHANGES
from services.ingest.table import Asking, Table, checked
from services.web.idempotency import LONGEST, command
from services.web.problem import Problem

CALLER = Caller("0199f0a0-0000-7000-8000-000000000001", None, Role.OPERATOR, "test")
MEMBER = "0199f0a0-0000-7000-8000-000000000002"
NOW = datetime(2026, 11, 3, 8, tzinfo=UTC)
TABLE = Table(CHANGES)


@given(caller=st.uuids(), key=st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=LONGEST))
def test_a_command_is_the_uuid_of_the_key_among_its_caller_s(caller: UUID, key: str) -> None:
    asking = Caller(str(caller), None, Role.CLERK, "test")
    assert command(asking, key) == str(uuid5(caller, key))


@pytest.mark.parametrize("key", ["", "k" * (LONGEST + 1)])
def test_a_key_has_a_length(key: str) -> None:
    with pytest.raises(Problem) as refused:
        command(CALLER, key)
    assert refused.value.status == 422


SECRET = b"the secret of digests, of 32 byte"


def digest(body: bytes, member: str = MEMBER) -> int:
    found = TABLE.find(f"/members/{member}/rewards")
    assert found is not None
    return checked(*found, body, Asking(CALLER, NOW, "k", SECRET)).digest


def test_the_digest_of_a_body_is_that_of_the_first_day() -> None:
    body = b'{"form":"other","decision":{"number":"1","on":"2026-02-03","by":"B\xc3\xad th\xc6\xb0"}}'
    assert digest(body) == 3475106856947997585
    other = b'{ "decision": {"by": "B\\u00ed th\\u01b0", "on":"2026-02-03", "number":"1"}, "form": "other" }'
    assert digest(other) == digest(body)
    assert digest(body, MEMBER[:-1] + "3") != digest(body)
    assert digest(body.replace(b'"1"', b'"2"')) != digest(body)


def test_ids_differ_and_sort_by_their_time() -> None:
    ids = [new_id() for _ in range(2_000)]
    assert len(set(ids)) == len(ids)
    assert [one[:18] for one in ids] == sorted(one[:18] for one in ids)
    assert {(UUID(one).version, UUID(one).variant, str(UUID(one)) == one) for one in ids} == {
        (7, "specified in RFC 4122", True)
    }


KNOWN = {"id": MEMBER, "member": MEMBER, "year": "2026", "position": "7", "pack": "meeting-ward"}


def test_a_path_leads_to_its_change_and_to_no_other() -> None:
    for change in CHANGES:
        values = tuple(KNOWN[named] for named in re.findall("{(.*?)}", change.path))
        assert TABLE.find(change.path.format(**KNOWN)) == (change, values)
    for path in ("", "/", "members", "/members/", "//members", "/member", f"/members/{MEMBER}", "/members/x/y/z"):
        assert TABLE.find(path) is None


def test_a_path_names_a_rule_pack_by_its_name() -> None:
    found = TABLE.find("/rules/meeting-ward/adoptions")
    assert found is not None
    body = b'{"organisation":"%s"}' % MEMBER.encode()
    asked = checked(*found, body, Asking(CALLER, NOW, None, SECRET))
    assert (asked.pack, asked.path, asked.numbers) == ("meeting-ward", (stream_of("meeting-ward"),), ())
    for name in ("Meeting", "meeting_ward", "-", "m" * 61, "mèeting", ""):
        with pytest.raises(Problem) as refused:
            checked(found[0], (name,), body, Asking(CALLER, NOW, None, SECRET))
        assert refused.value.status == 404


def test_what_a_path_names_is_an_id() -> None:
    found = TABLE.find("/members/x/rewards")
    assert found is not None
    with pytest.raises(Problem) as refused:
        checked(*found, b"{}", Asking(CALLER, NOW, None, SECRET))
    assert refused.value.status == 404
