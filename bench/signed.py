"""A log with its tree and a checkpoint, for the figures of what is proven."""

import time

import psycopg

from bench.facts import requests_on_streams
from bench.server import Database
from events.copying import copy
from services.audit import kept
from services.audit.notes import SignerKey
from services.audit.signing import Signer
from services.audit.worker import Worker

FACTS_A_REQUEST = 100


def fill(database: Database, records: int) -> tuple[int, float]:
    """So many records, all of them in the tree, and signed; how many there are, and how many a second were fed.

    Raises:
        Exception: the first that was refused.
    """
    for _, outcome in copy(database.app, requests_on_streams(records, FACTS_A_REQUEST)):
        if isinstance(outcome, Exception):
            raise outcome
    key = SignerKey.new("caunoi/local")
    with psycopg.connect(database.owner) as connection:
        kept.register(connection, key.verifier)
    worker = Worker(database.app, Signer(key))
    start = time.perf_counter()
    while worker.feeder.step(0.05):
        pass
    seconds = time.perf_counter() - start
    worker.sign()
    worker.feeder.close()
    return worker.feeder.size, worker.feeder.size / seconds
