"""`kill -9` of any part of a running system at random moments: nothing is lost, doubled, or told twice."""

import os
import random
from typing import Any

import httpx2
import psycopg
import pytest

from services.settings import Settings
from tests.crash.load import Load
from tests.crash.verified import the_log_verifies
from tests.crash.views import every_view_is_what_the_log_says
from tests.crash.whole import PARTS, Whole, whole
from tests.program.places import eventually

CAUGHT_UP = 60.0

GAPLESS = "SELECT count(*), min(position), max(position) FROM ledger.log"
VERSIONS = """SELECT count(*) FROM (SELECT stream, version,
row_number() OVER (PARTITION BY stream ORDER BY position) AS n FROM ledger.log) v WHERE version <> n"""
HEADS = """SELECT count(*) FROM ledger.heads h FULL JOIN (SELECT stream, max(version) AS version FROM ledger.log
GROUP BY stream) l USING (stream) WHERE h.version IS DISTINCT FROM l.version"""
REWARDS = """SELECT l.position, l.stream::text, convert_from(l.data, 'UTF8')::json -> 'decision' ->> 'number'
FROM ledger.log l JOIN ledger.names n ON n.no = l.name WHERE n.name = 'member.reward_given'"""
MET = "SELECT count(DISTINCT stream) FROM views.meetings WHERE points IS NOT NULL"
TOLD = "SELECT position, count(*) FROM exchange.notices WHERE organisation = %s::uuid GROUP BY position"


@pytest.mark.timeout(300)
def test_ten_kills_at_random_moments_lose_nothing() -> None:
    play(rounds=10)


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_two_hundred_kills_at_random_moments_lose_nothing() -> None:
    play(rounds=200)


def play(rounds: int) -> None:
    seed = int(os.environ.get("CRASH_SEED", random.randrange(2**32)))
    chance = random.Random(seed)
    print(f"CRASH_SEED={seed}")  # noqa: T201  # shown where the test fails, to play it again
    with whole() as system:
        load = Load(system.address, system.token)
        load.settle()
        load.start()
        victims = [*PARTS, *(chance.choice(PARTS) for _ in range(rounds - len(PARTS)))]
        for victim in victims[:rounds]:
            load.wait_for(chance.randint(1, 60))
            system.kill(victim)
        load.wait_for(20)
        load.stop()
        must_hold(system, load)
        assert system.stop() == 0


def must_hold(system: Whole, load: Load) -> None:
    conninfo = system.conninfo
    eventually(lambda: caught_up(system), seconds=CAUGHT_UP)
    with psycopg.connect(conninfo) as connection:
        every_change_is_there_once(connection, load)
        (records, first, last) = one(connection, GAPLESS)
        assert (first, last) == (1, records), "positions have no gap"
        assert one(connection, VERSIONS) == (0,), "versions of a stream have no gap"
        assert one(connection, HEADS) == (0,), "the heads are those of the log"
        told_once_each(connection, load)
        assert one(connection, MET) == (len(load.meetings),), "each meeting with its points"
    the_log_verifies(conninfo, system.data)
    every_view_is_what_the_log_says(Settings.read(data=system.data, database=conninfo))


def every_change_is_there_once(connection: psycopg.Connection[Any], load: Load) -> None:
    stored = connection.execute(REWARDS).fetchall()
    numbers = [number for _, _, number in stored]
    assert len(numbers) == len(set(numbers)), "no change was made twice"
    at = {position: member for position, member, _ in stored}
    assert [done for done in load.done if at.get(done.position) != done.member] == [], "what was said is so"
    assert len({done.position for done in load.done}) == len(load.done) == len(stored)


def told_once_each(connection: psycopg.Connection[Any], load: Load) -> None:
    told = dict(connection.execute(TOLD, [load.committee]).fetchall())
    assert told == {done.position: 1 for done in load.done}


def one(connection: psycopg.Connection[Any], query: str) -> tuple[Any, ...]:
    row = connection.execute(query.encode()).fetchone()
    assert row is not None
    return tuple(row)


def caught_up(system: Whole) -> bool:
    try:
        answer = httpx2.get(f"{system.address}/views", headers={"authorization": f"Bearer {system.token}"})
    except httpx2.TransportError:
        return False
    return answer.status_code == 200 and all(view["position"] == view["head"] for view in answer.json())
