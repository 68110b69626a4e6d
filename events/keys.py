"""The keys of persons: made when somebody is first written about, kept wrapped in the database, destroyed for ever."""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from os import urandom
from threading import Lock
from typing import Any

import psycopg
import structlog
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from events.fact import Id, Record
from events.master import NONCE, Master, WrongMasterKey
from events.sealing import UNSEALABLE, Key, Unsealable, is_sealed, opened, person_of, without

CAPACITY = 50_000
SIZE = 32

FIND = "SELECT person::text, wrapped FROM keys.persons WHERE person = ANY (%s::uuid[])"
MAKE = """SELECT person, wrapped FROM keys.make(
    string_to_array(%s, ',')::uuid[],
    ARRAY(SELECT decode(said, 'hex') FROM unnest(string_to_array(%s, ',')) WITH ORDINALITY AS u(said, no) ORDER BY no)
)"""
"""Lists as one text each: to adapt their elements one by one costs more than to make the keys."""
DESTROY = "SELECT keys.destroy(%s::uuid)"
PROOF = "SELECT proof FROM keys.master"
PROVE = "SELECT keys.prove(%s)"

Connection = psycopg.Connection[Any]
Chosen = tuple[bytes, bytes]
"""A key that was chosen for somebody: wrapped, and as it is."""
NONE: Mapping[Id, Chosen] = {}

log = structlog.get_logger("keys")


def marked(record: Record) -> Record:
    """What is left of a record that was tampered with, for people."""
    return without(record, UNSEALABLE)


def unreadable(record: Record) -> Record:
    """The same for a fold, which stops at it."""
    return record._replace(data=b"")


class Keyring:
    """The keys that one process has in memory, the least recently used fall out. Safe to share between threads.

    A person stands in it with a key, with None when it was destroyed, or not at all when nobody has looked yet.
    """

    def __init__(self, master: Master, capacity: int = CAPACITY) -> None:
        self.master = master
        self._capacity = capacity
        self._keys: OrderedDict[Id, Key | None] = OrderedDict()
        self._spoilt: set[Id] = set()
        """Whose kept key somebody has changed: what stands in its place opens nothing, and seals nothing."""
        self._lock = Lock()

    def missing(self, persons: Iterable[Id]) -> list[Id]:
        """Those who must be loaded or made before they are asked for."""
        keys = self._keys
        return [person for person in persons if person not in keys]

    def key(self, person: Id) -> Key | None:
        """The key of somebody who is in memory; None where it was destroyed.

        Raises:
            KeyError: he is not in memory, or his key can be had from nobody.
        """
        if person in self._spoilt:
            raise KeyError(person)
        return self._keys[person]

    def make(self, connection: Connection, persons: Sequence[Id]) -> None:
        """Load the keys of these persons and make those that there never were; durable before anything is sealed.

        Raises:
            WrongMasterKey: a key was not wrapped with our master key.
        """
        # All chance at once: each question to the system lets another thread go first.
        drawn = urandom(len(persons) * (SIZE + NONCE))
        chosen: dict[Id, tuple[bytes, bytes]] = {}
        for number, person in enumerate(persons):
            start = number * (SIZE + NONCE)
            key, nonce = drawn[start : start + SIZE], drawn[start + SIZE : start + SIZE + NONCE]
            chosen[person] = self.master.wrap_with(nonce, person, key), key
        wrapped = ",".join([wrapped.hex() for wrapped, _ in chosen.values()])
        self._keep(connection.execute(MAKE, (",".join(chosen), wrapped)).fetchall(), chosen=chosen)

    def load(self, connection: Connection, persons: Sequence[Id]) -> None:
        """Load the keys of these persons; whoever has none is as if it had been destroyed, but is not remembered so.

        Raises:
            WrongMasterKey: a key was not wrapped with our master key.
        """
        self._keep(connection.execute(FIND, (list(persons),)).fetchall())

    def forget(self, persons: Iterable[Id]) -> None:
        """They are asked for anew."""
        with self._lock:
            for person in persons:
                self._keys.pop(person, None)

    def opened(
        self,
        connection: Connection,
        records: Sequence[Record],
        *,
        fresh: bool = False,
        otherwise: Callable[[Record], Record] = marked,
    ) -> list[Record]:
        """The records with what is sealed in them opened where there is a key; `fresh`: whatever we believed of it.

        Of a record whose sealed fields do not belong to it, or whose person's kept key was changed, is left what
        `otherwise` says: the rest, and `_unsealable`. One person's key that is spoilt keeps nobody else from reading.
        """
        persons = {record.position: person_of(record) for record in records if is_sealed(record)}
        if not persons:
            return list(records)
        wanted = set(persons.values())
        unknown = list(wanted) if fresh else self.missing(wanted)
        if unknown:
            if fresh:
                self.forget(unknown)
            self._keep(connection.execute(FIND, (unknown,)).fetchall(), spoilt=True)
        keys = {person: self._keys.get(person) for person in wanted}
        found = []
        for record in records:
            if record.position in persons:
                try:
                    record = opened(record, keys[persons[record.position]])  # noqa: PLW2901  # as it can be read
                except Unsealable:
                    record = otherwise(record)  # noqa: PLW2901  # the same
            found.append(record)
        return found

    def opened_to_fold(self, connection: Connection, records: Sequence[Record]) -> list[Record]:
        """The same for whoever folds them: a record that was tampered with shall be unreadable, not a tombstone."""
        return self.opened(connection, records, otherwise=unreadable)

    def _keep(
        self, found: Iterable[tuple[str, bytes | None]], *, spoilt: bool = False, chosen: Mapping[Id, Chosen] = NONE
    ) -> None:
        """Keep what was found; a key that is none of ours is refused, or let be as one that opens nothing.

        Where it is the one that was just chosen for him, it need not be unwrapped.
        """
        fresh: dict[Id, tuple[Key | None, bool]] = {}
        for person, wrapped in found:
            mine = chosen.get(Id(person))
            fresh[Id(person)] = (
                (AESGCM(mine[1]), True)
                if mine is not None and mine[0] == wrapped
                else self._unwrapped(Id(person), wrapped, spoilt)
            )
        with self._lock:
            for person, (key, ours) in fresh.items():
                self._keys[person] = key
                self._keys.move_to_end(person)
                (self._spoilt.discard if ours else self._spoilt.add)(person)
            while len(self._keys) > self._capacity:
                self._keys.popitem(last=False)

    def _unwrapped(self, person: Id, wrapped: bytes | None, spoilt: bool) -> tuple[Key | None, bool]:
        """The key, and whether it is the one that was kept for him."""
        if wrapped is None:
            return None, True
        try:
            return AESGCM(self.master.unwrap(person, wrapped)), True
        except WrongMasterKey:
            if not spoilt:
                raise
            log.critical("the kept key of a person was changed", person=person)
            return AESGCM(urandom(SIZE)), False


def destroy(connection: Connection, person: Id) -> bool:
    """Destroy somebody's key; False where there was none. Whatever was sealed with it can never be read again."""
    row = connection.execute(DESTROY, (person,)).fetchone()
    return row is not None and bool(row[0])


def is_kept(connection: Connection) -> bool:
    """Whether the database has met a master key."""
    return connection.execute(PROOF).fetchone() is not None


def prove(connection: Connection, master: Master) -> None:
    """This is the database's master key, or becomes it where it has none.

    Raises:
        WrongMasterKey: it is another one.
    """
    row = connection.execute(PROVE, (master.proof(),)).fetchone()
    if row is None or not master.proves(row[0]):
        raise WrongMasterKey("this database was sealed under another master key")
