"""Callers in threads of one process share their commits, as those of one event loop do."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from events.ledger import Ledger
from events.request import Appended
from tests.database import Database
from tests.events.appending import everything, must_agree, must_be_whole, new, to

CALLERS, REQUESTS = 32, 40


@pytest.mark.timeout(120)
def test_callers_in_threads_share_a_commit(database: Database) -> None:
    with Ledger(database.app) as ledger:
        ledger.append(to(new()))

        def call(_: int) -> list[Appended]:
            return [ledger.append(to(new())) for _ in range(REQUESTS)]

        with ThreadPoolExecutor(CALLERS) as pool:
            done = [appended for each in pool.map(call, range(CALLERS)) for appended in each]
        records = everything(ledger)
    must_be_whole(records)
    must_agree(database.owner)
    assert sorted(appended.first for appended in done) == list(range(2, CALLERS * REQUESTS + 2))
    # A group is one transaction, with one instant of recording. (Where they queue for a lock it is two at a time.)
    assert len(done) > 5 * len({record.recorded for record in records})
