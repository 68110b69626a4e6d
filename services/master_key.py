"""Where a process finds the master key, and what it says when that is not the database's."""

from pathlib import Path
from time import monotonic, sleep

import psycopg

from events.keys import Keyring, is_kept, prove
from events.master import Master, NoMasterKey, WrongMasterKey
from services.settings import Settings
from services.trouble import Exit, Trouble

WHERE_FROM = (
    "`caunoi up` makes one on a fresh system; on several machines each has the same file, named by "
    "CAUNOI_MASTER_KEY_FILE"
)
PUT_BACK = "put the right file back (it is in your backups), or name it with CAUNOI_MASTER_KEY_FILE"

PATIENCE, PAUSE = 60.0, 0.2


def place(settings: Settings) -> Path:
    """The file with the master key: CAUNOI_MASTER_KEY_FILE, else DIR/master-key."""
    return settings.master_key_file or settings.data / "master-key"


def read(settings: Settings) -> Master:
    """The master key.

    Raises:
        Trouble: there is none, or it is unreadable; the text says what to do.
    """
    try:
        return Master.read(place(settings))
    except NoMasterKey as why:
        # Where there is a file, somebody may have been sealed under the key that was in it: nobody shall make another.
        advice = PUT_BACK if place(settings).exists() else WHERE_FROM
        raise Trouble(f"{why}: {advice}", Exit.USAGE) from None


def keyring(settings: Settings) -> Keyring:
    """The keys of persons under this system's master key, which is the one that its database knows.

    Raises:
        Trouble: there is no master key, or it is another one; nothing would be readable, and nothing is written.
        psycopg.OperationalError: the database has not answered for a minute.
    """
    assert settings.database is not None, "whoever needs keys was given a database"
    master, until = read(settings), monotonic() + PATIENCE
    while True:
        try:
            with psycopg.connect(settings.database, autocommit=True, connect_timeout=5) as connection:
                must_be_ours(connection, master, place(settings))
            return Keyring(master)
        except psycopg.OperationalError:
            if monotonic() > until:
                raise
            sleep(PAUSE)


def must_be_ours(connection: psycopg.Connection[tuple[object, ...]], master: Master, where: Path) -> None:
    """The database knows this master key, or gets to know it as its own where it knows none.

    Raises:
        Trouble: it knows another one.
    """
    try:
        prove(connection, master)
    except WrongMasterKey:
        raise Trouble(
            f"the master key in {where} is not the one under which this database keeps the keys of its persons: "
            f"{PUT_BACK}",
            Exit.USAGE,
        ) from None


def must_not_be_lost(connection: psycopg.Connection[tuple[object, ...]], where: Path) -> None:
    """Nobody makes a new master key for a database that has one.

    Raises:
        Trouble: it has one, and the file is gone.
    """
    if is_kept(connection):
        raise Trouble(
            f"there is no master key at {where}, and this database has persons who were sealed under one: put the file "
            "back (it is in your backups), or name it with CAUNOI_MASTER_KEY_FILE",
            Exit.USAGE,
        )
