"""What of a change must be sealed: whose it is, that he may still be written about, and that his key is at hand."""

from events.fact import Fact, Id, Record, Refused, stored_name
from events.keys import Keyring
from events.ledger import Ledger
from events.master import WrongMasterKey
from events.member import Member
from events.member.erasure import must_not_be_erased
from events.persons import person
from events.sealing import has_to_be_sealed, is_sealed
from services.ingest.asked import Part, Plan
from services.ingest.stored import Seal, Seals
from services.ingest.streams import NotLoaded, Sight


class Sealing:
    """Seals for one process. Asks the database for keys only in `make`, off the event loop."""

    def __init__(self, ledger: Ledger, keys: Keyring) -> None:
        self._ledger = ledger
        self.keys = keys
        self._changed: set[Id] = set()
        """Persons whose kept key is none of ours."""

    def seals(self, plan: Plan, sight: Sight, reason: str) -> Seals:
        """With whose key which facts of a plan are sealed; those in which nothing is personal are missing.

        Raises:
            NotLoaded: with the persons whose keys are not in memory, or with their streams.
            Refused: `member.erased`, `member.key_changed`.
        """
        found: Seals = {}
        missing: set[Id] = set()
        for part in plan.parts:
            number = -1
            for piece in part.pieces:
                why = reason if piece.reason is None else piece.reason
                for fact in piece.facts:
                    number += 1
                    if not has_to_be_sealed(fact, why) or (who := _about(part, fact, sight)) is None:
                        continue
                    must_not_be_erased(sight.of(Member, who))
                    try:
                        key = self.keys.key(who)
                    except KeyError:
                        self._must_not_be_changed(who)
                        missing.add(who)
                        continue
                    if key is None:
                        raise Refused("member.erased", "the key of this person was destroyed")
                    found[part.stream, number] = Seal(key, who, why)
        if missing:
            raise NotLoaded(persons=missing)
        return found

    def blind(self, claim: str) -> str:
        """A claim as it is kept: a number that somebody could try is kept as a hash."""
        return self.keys.master.blind(claim)

    def make(self, persons: set[Id]) -> None:
        """Load the keys of these persons, and make those that there never were; a changed one is remembered as such."""
        with self._ledger.connection() as connection:
            try:
                self.keys.make(connection, sorted(persons))
            except WrongMasterKey:
                for person in persons:
                    try:
                        self.keys.make(connection, [person])
                    except WrongMasterKey:
                        self._changed.add(person)

    def _must_not_be_changed(self, person: Id) -> None:
        """Asked again it is looked for anew: the right key may be back.

        Raises:
            Refused: `member.key_changed`.
        """
        if person in self._changed:
            self._changed.discard(person)
            raise Refused(
                "member.key_changed",
                "somebody has changed this person's key: nothing personal can be recorded until it is back",
            )

    def opened(self, streams: dict[Id, list[Record]]) -> dict[Id, list[Record]]:
        """The records of streams as decisions read them, with what is personal."""
        if not any(is_sealed(record) for records in streams.values() for record in records):
            return streams
        with self._ledger.connection() as connection:
            return {stream: self.keys.opened(connection, records) for stream, records in streams.items()}

    def forget(self, *persons: Id) -> None:
        """Drop the keys of who was erased, or will not be written about again soon."""
        self.keys.forget(persons)


def _about(part: Part, fact: Fact, sight: Sight) -> Id | None:
    kind = stored_name(fact).partition(".")[0]
    return person(fact, part.stream, kind, sight.warm(part.stream).state)
