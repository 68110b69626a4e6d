"""The file with the key that signs checkpoints: made once, on a fresh system, and only its owner can read it."""

import psycopg

from services.audit import kept, key
from services.audit.notes import SignerKey
from services.program.admin_token import write_private
from services.settings import Settings
from services.trouble import Exit, Trouble


def ensure(settings: Settings, conninfo: str) -> None:
    """Make sure that there is a key, and that it is the one that signs for this database; as the database's owner.

    Raises:
        Trouble: it is another one, it is gone, it is none, or others can read it.
    """
    place = key.place(settings)
    with psycopg.connect(conninfo, autocommit=True) as connection:
        known = kept.keys(connection)
        if not place.exists():
            if known:
                raise Trouble(
                    f"there is no checkpoint key at {place}, and this database's checkpoints were signed with one: put "
                    "the file back (it is in your backups), or name it with CAUNOI_CHECKPOINT_KEY_FILE",
                    Exit.USAGE,
                )
            try:
                write_private(place, SignerKey.new(key.origin(settings)).text() + "\n")
            except OSError as error:
                raise Trouble(f"a checkpoint key cannot be written to {place}: {error.strerror}", Exit.USAGE) from None
        signer = key.read(settings)
        if not known:
            kept.register(connection, signer.verifier)
        key.must_be_ours(connection, signer, place)
