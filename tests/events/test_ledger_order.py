"""One order for all: positions without a gap, in the order of commits, whoever writes from wherever."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Thread
from time import monotonic, time

import psycopg
import pytest

from events.ledger import Ledger
from events.request import Appended, Conflict
from tests.database import Database, waiting_for_locks
from tests.events import writers
from tests.events.appending import everything, must_agree, must_be_whole, new, to
from tests.program.places import eventually


def test_four_processes_number_their_facts_without_a_gap(database: Database, ledger: Ledger) -> None:
    started = [writers.Writer(database.app, threads=4, requests=60, seed=n) for n in range(4)]
    heard = writers.hear(started)
    assert [writer.process.returncode for writer in started] == [0] * 4
    assert len(heard.done) == 4 * 4 * 60
    records = everything(ledger)
    must_be_whole(records)
    writers.must_be_kept(heard, records)
    assert len(records) == sum(heard.asked.values())


@pytest.mark.parametrize("appenders", [1, 4])
def test_of_sixteen_callers_who_want_the_same_version_one_wins_it(database: Database, appenders: int) -> None:
    stream, rounds, callers = new(), 25, 16
    ledgers = [Ledger(database.app).open() for _ in range(appenders)]
    together = Barrier(callers)

    def call(number: int) -> list[Appended | Conflict]:
        said: list[Appended | Conflict] = []
        for version in range(rounds):
            together.wait(30)
            try:
                said.append(ledgers[number % appenders].append(to(stream, version, facts=1 + (number == 3))))
            except Conflict as conflict:
                said.append(conflict)
            together.wait(30)
            if number == 0:
                # Whoever wins with two facts takes the next version with them.
                assert ledgers[0].versions([stream])[stream] > version
        return said

    with ThreadPoolExecutor(callers) as pool:
        said = list(pool.map(call, range(callers)))
    records = ledgers[0].stream(stream)
    must_be_whole(records)
    won = [[outcome for outcome in each if isinstance(outcome, Appended)] for each in zip(*said, strict=True)]
    assert all(len(winners) <= 1 for winners in won)
    assert sum(winner.facts for winners in won for winner in winners) == len(records)
    for each in ledgers:
        each.close()


def test_positions_are_in_the_order_in_which_they_become_visible(database: Database, ledger: Ledger) -> None:
    """Whoever has seen a position finds all before it, at that very moment."""
    writer = writers.Writer(database.app, threads=6, requests=80, seed=1)
    with psycopg.connect(database.app, autocommit=True) as connection:
        looks = 0
        while writer.running:
            row = connection.execute("SELECT count(*), coalesce(max(position), 0) FROM ledger.log").fetchone()
            assert row is not None
            assert row[0] == row[1]
            looks += 1
    writers.hear([writer])
    assert looks > 20


@pytest.mark.parametrize("facts", [1, 2])
def test_no_record_is_earlier_than_the_one_before_also_when_the_clock_steps_back(
    database: Database, ledger: Ledger, facts: int
) -> None:
    ledger.append(to(new(), facts=facts))
    ahead = int(time() * 1_000_000) + 3_600_000_000
    with psycopg.connect(database.owner) as owner:
        owner.execute("UPDATE ledger.counter SET recorded = %s", [ahead])
    done = [ledger.append(to(new(), facts=facts)) for _ in range(3)]
    assert [outcome.recorded for outcome in done] == [ahead] * 3
    must_be_whole(everything(ledger))


@pytest.mark.parametrize("facts", [1, 2])
def test_the_instant_is_taken_when_it_is_the_facts_turn(database: Database, ledger: Ledger, facts: int) -> None:
    """Whoever asks in between what had been recorded by now, gets an answer that stays true."""
    ledger.append(to(new()))
    with psycopg.connect(database.owner) as owner, ThreadPoolExecutor(1) as pool:
        owner.execute("SELECT FROM ledger.counter FOR UPDATE")
        waiting = pool.submit(ledger.append, to(new(), facts=facts))
        eventually(lambda: waiting_for_locks(database) == 1)
        row = owner.execute("SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint").fetchone()
        owner.rollback()
        assert row is not None
        assert waiting.result(60).recorded >= row[0]


# Parts of the log


def part_every(database: Database, size: int) -> None:
    """Only an empty log can be parted anew."""
    with psycopg.connect(database.owner) as owner:
        owner.execute("DROP TABLE ledger.log_0, ledger.log_1")
        owner.execute("UPDATE ledger.counter SET partition_size = %s", [size])
        owner.execute("SELECT ledger.extend(0)")


def parts(database: Database) -> dict[str, int]:
    with psycopg.connect(database.owner) as owner:
        return dict(owner.execute("SELECT tableoid::regclass::text, count(*) FROM ledger.log GROUP BY 1").fetchall())


def test_the_log_rolls_into_its_next_part_without_a_pause_or_an_error(database: Database) -> None:
    part_every(database, 250)
    ledgers = [Ledger(database.app).open() for _ in range(2)]
    longest = [0.0] * 8

    def call(number: int) -> None:
        for _ in range(80):
            started = monotonic()
            ledgers[number % 2].append(to(new(), facts=1 + number % 4))
            longest[number] = max(longest[number], monotonic() - started)

    callers = [Thread(target=call, args=(number,)) for number in range(8)]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()
    records = everything(ledgers[0])
    assert len(records) == 8 * 80 * 5 // 2
    must_be_whole(records)
    assert parts(database) == {
        "ledger.log_0": 249,
        **{f"ledger.log_{n}": 250 for n in range(1, 6)},
        "ledger.log_6": 101,
    }
    assert max(longest) < 2
    for each in ledgers:
        each.close()
    must_agree(database.app)


@pytest.mark.parametrize("size", [7, 100])
def test_one_request_may_be_larger_than_a_part(database: Database, ledger: Ledger, size: int) -> None:
    part_every(database, size)
    for facts in (30, 1, 450, 1):
        ledger.append(to(new(), facts=facts))
    must_be_whole(everything(ledger))
    assert len(parts(database)) == 482 // size + 1
