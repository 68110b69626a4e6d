"""The file with the master key: made once, on a fresh system, and only its owner can read it."""

import psycopg

from events.master import Master
from services import master_key, whole_file
from services.settings import Settings
from services.trouble import Exit, Trouble
from services.whole_file import PRIVATE


def ensure(settings: Settings, conninfo: str) -> None:
    """Make sure that there is a master key, and that it is this database's.

    Raises:
        Trouble: it is another one, it is gone, or others can read it.
    """
    place = master_key.place(settings)
    with psycopg.connect(conninfo, autocommit=True) as connection:
        if not place.exists():
            master_key.must_not_be_lost(connection, place)
            try:
                whole_file.write(place, Master.new() + "\n", PRIVATE)
            except OSError as error:
                raise Trouble(f"a master key cannot be written to {place}: {error.strerror}", Exit.USAGE) from None
        elif settings.master_key_file is None:
            place.chmod(0o600)
        master_key.must_be_ours(connection, master_key.read(settings), place)
