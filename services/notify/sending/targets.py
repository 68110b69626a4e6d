"""Where messages go and what signs them: read from the log, opened with the receiver's own key, and remembered."""

from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import msgspec
import psycopg

from events import wire
from events.correction import effective
from events.endpoint import Endpoint
from events.fact import Id, Record, State
from events.keys import Keyring
from events.subscription import Subscription
from projections.reading import pasts
from services.notify.sending.pace import pace
from services.webhook_keys import Keys, kept_key

REMEMBERED = 20_000
LAST = 2**62
"""A position after all others."""


class Target(NamedTuple):
    """One receiver. `addresses` are an endpoint's URL or a subscription's addresses; none when it has ended.

    `keys` are those of its generations, the newest first; before `alone_from` the older ones sign, too.
    """

    organisation: Id
    addresses: tuple[str, ...]
    ended: bool
    keys: tuple[Keys, ...] = ()
    alone_from: datetime | None = None

    def signing(self, at: datetime) -> Sequence[Keys]:
        """The keys that sign at an instant."""
        both = self.alone_from is not None and at < self.alone_from
        return self.keys if both else self.keys[:1]


class Targets:
    """Those that one sender has met, each as of a version of its stream. For one thread at a time."""

    def __init__(self, conninfo: str, keyring: Keyring) -> None:
        self._conninfo = conninfo
        self._keyring = keyring
        self._known: OrderedDict[Id, tuple[int, Target | None]] = OrderedDict()
        self._connection: psycopg.Connection[Any] | None = None

    def known(self, target: Id, version: int) -> Target | None:
        """The receiver at that version or a later one, None for one that can be told nothing.

        Raises:
            KeyError: it must be loaded first.
        """
        at, found = self._known[target]
        if at < version:
            raise KeyError(target)
        self._known.move_to_end(target)
        return found

    def missing(self, wanted: Mapping[Id, int]) -> list[Id]:
        """Those that must be loaded, by the versions that are wanted of each."""
        return [target for target, version in wanted.items() if self._known.get(target, (-1, None))[0] < version]

    def load(self, targets: Iterable[Id]) -> None:
        """Read them from the log. It waits for the database: not to be called on an event loop.

        Raises:
            psycopg.OperationalError: the database is away.
        """
        connection = self._connected()
        try:
            for found in pasts(connection, targets, LAST):
                for target, records in found.items():
                    opened = self._keyring.opened(connection, effective(records), fresh=True)
                    self._keep(target, len(records), self._read(connection, target, opened))
        except psycopg.OperationalError:
            self.close()
            raise

    def close(self) -> None:
        """Give back the connection."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _read(self, connection: psycopg.Connection[Any], target: Id, records: Sequence[Record]) -> Target | None:
        if not records or records[0].kind not in {Endpoint.KIND, Subscription.KIND}:
            return None
        state: State = wire.state_of(records[0].kind)()
        for record in records:
            state.see(wire.decode(record.name, record.data), record.effective_on, record.position)
        if isinstance(state, Endpoint):
            return self._endpoint(connection, target, state)
        assert isinstance(state, Subscription), "it is one of the two"
        made = state.made
        if made is None:
            return None
        said = msgspec.json.decode(made.addresses, type=tuple[str, ...]) if made.addresses else ()
        return Target(made.organisation, said, state.ended_on is not None)

    def _endpoint(self, connection: psycopg.Connection[Any], ident: Id, endpoint: Endpoint) -> Target | None:
        registered, key = endpoint.registered, kept_key(connection, self._keyring.master, ident)
        if registered is None or key is None:
            return None
        generations = (
            [endpoint.generation] if endpoint.generation == 1 else [endpoint.generation, endpoint.generation - 1]
        )
        both = timedelta(seconds=pace().both_keys)
        return Target(
            registered.organisation,
            (registered.url,),
            endpoint.ended,
            tuple(Keys.derived(key, generation) for generation in generations),
            None if endpoint.rotated_at is None else endpoint.rotated_at + both,
        )

    def _keep(self, target: Id, version: int, found: Target | None) -> None:
        self._known[target] = version, found
        self._known.move_to_end(target)
        while len(self._known) > REMEMBERED:
            self._known.popitem(last=False)

    def _connected(self) -> psycopg.Connection[Any]:
        if self._connection is None:
            self._connection = psycopg.connect(self._conninfo, autocommit=True, connect_timeout=5)
        return self._connection
