"""The stock library as its manual has it: an application with an aggregate, and a projection with a view of its own."""

from datetime import date
from uuid import UUID

from eventsourcing.application import Application
from eventsourcing.domain import Aggregate, event
from eventsourcing.persistence import IntegrityError
from eventsourcing.utils import retry

from bench.server import Database

POOL = 40
"""Connections: one for each of the threads in which FastAPI runs synchronous endpoints."""


def environment(database: Database, pool: int = POOL) -> dict[str, str]:
    """The library's settings: its PostgreSQL module with its defaults, and a pool that is large enough."""
    return {
        "PERSISTENCE_MODULE": "eventsourcing.postgres",
        "POSTGRES_DBNAME": database.name,
        "POSTGRES_HOST": str(database.socket_dir),
        "POSTGRES_PORT": "5432",
        "POSTGRES_USER": "caunoi_owner",
        "POSTGRES_PASSWORD": "",
        "POSTGRES_POOL_SIZE": str(pool),
    }


class Member(Aggregate):
    """A member with his rewards."""

    @event("Admitted")
    def __init__(self, name: str) -> None:
        self.name = name
        self.rewards: list[str] = []

    @event("Rewarded")
    def reward(self, form: str, number: str, on: str, by: str) -> None:
        """One more."""
        self.rewards.append(f"{form} {number} {on} {by}")


class Members(Application[UUID]):
    """Admits and rewards."""

    def admit(self, names: list[str]) -> list[UUID]:
        """New members; their ids."""
        members = [Member(name) for name in names]
        self.save(*members)
        return [member.id for member in members]

    @retry(IntegrityError, max_attempts=20, wait=0)
    def reward(self, ident: UUID, form: str, number: str, on: date, by: str) -> int:
        """Read, change, save, and again where somebody was quicker; the version."""
        member: Member = self.repository.get(ident)
        member.reward(str(form), number, on.isoformat(), by)
        self.save(member)
        return member.version
