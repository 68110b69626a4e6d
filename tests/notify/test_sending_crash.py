"""A sender is killed between row and send, send and record: nothing is lost, and what may be double is counted."""

import os
import random
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from time import sleep

import psycopg
import pytest

from events.ledger import Ledger
from tests.database import Database
from tests.keys import keyring, master_key_file
from tests.notify.receiving import Receiver, a_send, an_endpoint, queue, until


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as one:
        yield one


def a_process(database: Database, log: Path) -> subprocess.Popen[bytes]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CAUNOI_")}
    environment |= {
        "CAUNOI_DATABASE": database.app, "CAUNOI_MASTER_KEY_FILE": str(master_key_file()),
        "CAUNOI_WEBHOOK_ALLOW": "127.0.0.0/8,http",
    }  # fmt: skip
    with log.open("ab") as said:
        return subprocess.Popen([sys.executable, "-m", "services.notify"], env=environment, stderr=said)


def delivered(database: Database) -> int:
    with psycopg.connect(database.app) as connection:
        query = "SELECT count(*) FROM exchange.deliveries WHERE kind = 'notice' AND state = 'delivered'"
        ((found,),) = connection.execute(query).fetchall()
        return int(found)


@pytest.mark.parametrize("rounds", [2, pytest.param(12, marks=pytest.mark.long)])
def test_killed_at_random_moments_it_loses_nothing_and_counts_what_may_be_double(
    database: Database, receiver: Receiver, tmp_path: Path, rounds: int
) -> None:
    dice = random.Random(20261123)
    with Ledger(database.app) as ledger:
        endpoints = [an_endpoint(database, ledger, keyring(), receiver.url(f"/{n}")) for n in range(5)]
    made = []
    for number in range(rounds):
        made += queue(database, *(a_send(endpoints[n % 5], n) for n in range(400)))
        process = a_process(database, tmp_path / "notify.log")
        before = len(receiver.got)
        until(lambda: len(receiver.got) > before, f"round {number}")  # noqa: B023
        sleep(dice.random() * 0.1)
        process.send_signal(signal.SIGKILL)
        process.wait()
    process = a_process(database, tmp_path / "notify.log")
    until(lambda: delivered(database) == len(made))
    process.send_signal(signal.SIGTERM)
    assert process.wait(60) == 0
    came = Counter(got.id for got in receiver.got if "n" in got.data)
    assert came.keys() == {"msg_" + ident.replace("-", "") for ident in made}
    with psycopg.connect(database.app) as connection:
        rows = connection.execute("SELECT id::text, uncertain FROM exchange.deliveries").fetchall()
    uncertain = {"msg_" + ident.replace("-", ""): count for ident, count in rows}
    assert all(times - 1 <= uncertain[ident] for ident, times in came.items()), "each that came twice was counted"
