"""A signing tree on a database of a test: its key is made known as `caunoi up` does, and kept in no file."""

import psycopg

from projections.merkle.tiles import NAME
from projections.positions import positions
from services.audit import kept
from services.audit.notes import SignerKey
from services.audit.signing import Signer
from services.audit.worker import Worker
from tests.database import Database

ORIGIN = "caunoi/local"


def a_key(database: Database, name: str = ORIGIN) -> SignerKey:
    """A new key that signs for this database from now on."""
    key = SignerKey.new(name)
    with psycopg.connect(database.owner) as connection:
        kept.register(connection, key.verifier)
    return key


def a_worker(database: Database, key: SignerKey | None = None) -> Worker:
    """Who feeds the tree and signs it; close its feeder afterwards."""
    return Worker(database.app, Signer(key or a_key(database)))


def sign_all(worker: Worker) -> int:
    """Feed all that is there and sign the tree as it is then; its size."""
    while worker.feeder.step(0.05):
        pass
    worker.sign()
    return worker.feeder.size


def stands(database: Database) -> int:
    """How many leaves the tree has."""
    with psycopg.connect(database.app) as connection:
        return positions(connection, [NAME])[NAME].position
