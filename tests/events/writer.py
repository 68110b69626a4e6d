"""A process of its own that appends until it is killed, and says what it asked and what was acknowledged.

`python -m tests.events.writer CONNINFO THREADS REQUESTS SEED [SECONDS]`: each thread makes so many requests (0: without
end), each after a pause of at most so many seconds. Lines `asked COMMAND FACTS` and `done COMMAND FIRST FACTS`.
"""

import os
import random
import sys
from threading import Thread
from time import sleep
from uuid import UUID

from events.fact import Id
from events.ledger import Ledger
from events.request import Appended, LedgerAway, Request, Write
from tests.events.appending import entries


def main() -> None:
    conninfo, threads, requests, seed = sys.argv[1], *map(int, sys.argv[2:5])
    pause = float(sys.argv[5]) if len(sys.argv) > 5 else 0.0
    with Ledger(conninfo) as ledger:
        writers = [
            Thread(target=write, args=(ledger, requests, random.Random(seed * 1000 + n), pause)) for n in range(threads)
        ]
        for writer in writers:
            writer.start()
        for writer in writers:
            writer.join()


def write(ledger: Ledger, requests: int, dice: random.Random, pause: float) -> None:
    """One caller with three streams of its own, and a claim on each that it takes and releases."""
    streams = [an_id(dice) for _ in range(3)]
    versions = dict.fromkeys(streams, 0)
    number = 0
    while not requests or number < requests:
        number += 1
        stream = dice.choice(streams)
        facts = dice.choice((1, 1, 1, 2, 7))
        claim = (f"held:{stream}", stream)
        request = Request(
            an_id(dice),
            "a writer",
            [Write(stream, versions[stream], entries(facts))],
            takes=[claim] if versions[stream] == 0 else (),
            digest=number,
        )
        say(f"asked {request.command} {facts}")
        done = append(ledger, request)
        say(f"done {request.command} {done.first} {done.facts}")
        versions[stream] += facts
        if pause:
            sleep(dice.random() * pause)


def append(ledger: Ledger, request: Request) -> Appended:
    """Asks until there is an answer: that is what a command is for."""
    while True:
        try:
            return ledger.append(request)
        except LedgerAway:
            continue


def an_id(dice: random.Random) -> Id:
    return Id(str(UUID(int=dice.getrandbits(128), version=4)))


def say(line: str) -> None:
    """In one piece, also where another thread or a kill comes between."""
    os.write(1, f"{line}\n".encode())


if __name__ == "__main__":
    main()
