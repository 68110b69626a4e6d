"""The file with the key that signs checkpoints: made once, on a fresh system, and only its owner can read it."""

import psycopg

from services import whole_file
from services.audit import kept, key
from services.audit.notes import SignerKey
from services.settings import Settings
from services.trouble import Exit, Trouble
from services.whole_file import PRIVATE


def ensure(settings: Settings, conninfo: str, *, renew: bool = False) -> None:
    """Make sure that there is a key, and that it is the one that signs for this database; as the database's owner.

    With `renew` a new one signs from now on: the old file stays beside it, and what it has signed stays good.

    Raises:
        Trouble: it is another one, it is gone, it is none, or others can read it.
    """
    place = key.place(settings)
    with psycopg.connect(conninfo, autocommit=True) as connection:
        known = kept.keys(connection)
        if renew and known:
            key.retire(settings, known)
            if place.exists():
                place.rename(place.with_name(f"{place.name}.{known[-1].id.hex()}"))
        elif not place.exists() and known:
            raise Trouble(
                f"there is no checkpoint key at {place}, and this database's checkpoints were signed with one: put the "
                "file back (it is in your backups), or name it with CAUNOI_CHECKPOINT_KEY_FILE; if it is lost, "
                "`caunoi up --new-checkpoint-key` signs with a new one",
                Exit.USAGE,
            )
        if not place.exists():
            try:
                whole_file.write(place, SignerKey.new(key.origin(settings)).text() + "\n", PRIVATE)
            except OSError as error:
                raise Trouble(f"a checkpoint key cannot be written to {place}: {error.strerror}", Exit.USAGE) from None
        signer = key.read(settings)
        if renew or not known:
            kept.register(connection, signer.verifier)
        key.must_be_ours(connection, signer, place)
