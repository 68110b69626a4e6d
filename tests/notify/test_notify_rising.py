"""What nobody acknowledges rises, once, however late anybody looks; what is told later comes when it is due."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import psycopg
import pytest

from events.organisation import OrganisationAbsorbed, OrganisationJoinedBy
from projections.steps import steps_of
from services.notify.policies_in_force import Policies
from services.notify.policy import Policy, PolicyRefused, read
from services.notify.rebuild import rebuild
from services.notify.rising import Rising, arrive, risen_id
from services.notify.telling import term
from tests.database import Database
from tests.examples import COMMUNE, PROVINCE, a_certificate
from tests.notify.commune import NAM, SHIPPED, WARD, Log, rows, tell_all
from tests.notify.conftest import As, Hire, ReadViews, items

MARCH, APRIL = date(2026, 3, 2), date(2026, 4, 1)
IN_TIME, LATE = timedelta(days=14), timedelta(days=16)
ALL = "id::text, organisation::text, rose_from::text, risen_at IS NOT NULL"


def a_policy(**rule: object) -> Policies:
    one = {"id": "one", "fact": "member.reward_given", "to": "residence", **rule}
    said = {"id": "ours", "version": 1, "issuer": "x", "number": "1", "on": MARCH, "valid_from": MARCH, "rules": [one]}
    return Policies([Policy.model_validate(said)])


def rise(database: Database, after: timedelta) -> int:
    with psycopg.connect(database.app, autocommit=True) as connection:
        return Rising("Asia/Ho_Chi_Minh").rise(connection, datetime.now(UTC) + after)


def test_it_rises_to_whoever_stands_above_once_and_then_further_up(
    reprimanded: int, database: Database, ask: As, read_views: ReadViews
) -> None:
    read_views()
    assert rise(database, IN_TIME) == 0
    assert [rise(database, LATE) for _ in range(3)] == [1, 0, 0]
    ((below, _, _, risen), (above, *told)) = sorted(rows(database, ALL), key=lambda row: row[2] is not None)
    assert (risen, above, told) == (True, risen_id(below), [PROVINCE, below, False])
    province = ask("secretary", PROVINCE)
    (alert,) = items(province, organisation=PROVINCE)
    assert [alert[name] for name in ("fact", "position", "rule", "role", "rose_from")] == [
        None, None, "sanction-residence", "above", below,
    ]  # fmt: skip
    whole = province.get(f"/notices/{alert['id']}").json()
    assert whole["sentence"].startswith("Đảng bộ xã Hải Hòa chưa xác nhận đã biết, hạn ")
    assert whole["sentence"].endswith("công bố ngày 02/03/2026.")
    assert (whole["record"]["position"], whole["state"]) == (reprimanded, "opened")
    assert ask().get(f"/notices/{below}").json()["steps"][-1]["cause"] == f"{above} to {PROVINCE}"
    assert rise(database, LATE + LATE) == 1, "the province is the top, and the alert stays with it"
    assert len(rows(database)) == 2
    with psycopg.connect(database.app) as connection:
        assert [(step.state, step.cause) for step in steps_of(connection, above)][-1] == (
            "risen",
            "nothing stands above",
        )
    assert rebuild(database.app, "local", SHIPPED).surplus == 0, "what rose is not of the log, and stays"


def test_after_a_night_without_a_process_nothing_is_lost_and_nothing_is_told_twice(
    reprimanded: int, database: Database, log: Log, hire: Hire, ask: As, read_views: ReadViews
) -> None:
    log.put(NAM, a_certificate(), APRIL)
    tell_all(hire())
    read_views()
    commune = ask("secretary", COMMUNE)
    certificate = items(commune)[0]["id"]
    commune.post(f"/notices/{certificate}/acknowledgements", json={})
    tell_all(hire())
    read_views()
    assert [rise(database, timedelta(days=90)), rise(database, timedelta(days=90))] == [1, 0]
    assert len(rows(database)) == 3


def test_it_rises_from_who_took_over(reprimanded: int, database: Database, log: Log, read_views: ReadViews) -> None:
    log.put(COMMUNE, OrganisationAbsorbed(into=WARD), APRIL)
    log.put(WARD, OrganisationJoinedBy(organisation=COMMUNE), APRIL)
    read_views()
    assert rise(database, LATE) == 1
    assert {row[1] for row in rows(database, ALL)} == {COMMUNE, PROVINCE}


def test_history_never_rises(database: Database, log: Log, hire: Hire, read_views: ReadViews) -> None:
    log.put_organisations()
    log.put_member()
    log.put(NAM, a_certificate(), MARCH, backfill=True)
    tell_all(hire())
    read_views()
    assert rise(database, timedelta(days=900)) == 0


def test_while_the_tree_is_behind_the_log_nothing_rises(reprimanded: int, database: Database) -> None:
    with psycopg.connect(database.app, autocommit=True) as connection:
        assert Rising("UTC", patience=0.0).rise(connection, datetime.now(UTC) + LATE) == 0
    assert [row[3] for row in rows(database, ALL)] == [False]


def test_what_is_told_later_is_due_until_then_and_has_its_term_from_then_on(
    database: Database, log: Log, hire: Hire, ask: As
) -> None:
    log.put_organisations()
    log.put_member()
    log.put(NAM, a_certificate(), MARCH)
    tell_all(hire(a_policy(delay_minutes=90, acknowledge_within_days=3)))
    ((ident, due_at, by, recorded),) = rows(
        database, "id::text, due_at, acknowledge_by, (SELECT max(recorded) FROM ledger.log) * interval '1 microsecond'"
    )
    assert due_at == datetime(1970, 1, 1, tzinfo=UTC) + recorded + timedelta(minutes=90)
    assert by == due_at + timedelta(days=3)
    (line,) = items(ask(), state="open")
    assert line["state"] == "due"
    with psycopg.connect(database.app, autocommit=True) as connection:
        assert arrive(connection, due_at - timedelta(seconds=1)) == 0
        assert [arrive(connection, due_at + timedelta(hours=9)) for _ in range(2)] == [1, 0]
        assert [step.state for step in steps_of(connection, ident)] == ["delivered"]


def test_working_days_leave_out_weekends_and_holidays() -> None:
    ((_, rule),) = a_policy(acknowledge_within_days=5, working_days=True).rules("member.reward_given", MARCH)
    wednesday = datetime(2026, 8, 26, 9, 30, tzinfo=UTC)
    assert term(rule, wednesday) == datetime(2026, 9, 7, 9, 30, tzinfo=UTC), "the days about 2 September, and weekends"


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ('rises_to = "above"', "what nobody acknowledges"),
        ("working_days = true", "what nobody acknowledges"),
        ('channels = ["webhook"]', "an inbox is where"),
        ('acknowledge_within_days = 3\nrises_to = "below"', r"rules\.0\.rises_to"),
        ("in_force = true", "in_force is for facts"),
        ("delay_minutes = -1", r"rules\.0\.delay_minutes"),
    ],
)
def test_a_rule_that_does_not_fit_together_is_refused(tmp_path: Path, rule: str, said: str) -> None:
    path = tmp_path / "ours.toml"
    path.write_text(
        'id = "ours"\nversion = 1\nissuer = "x"\nnumber = "1"\non = 2026-01-02\nvalid_from = 2026-01-02\n'
        f'[[rules]]\nid = "one"\nfact = "member.reward_given"\nto = "residence"\n{rule}\n',
        encoding="utf-8",
    )
    with pytest.raises(PolicyRefused, match=said):
        read(path)
