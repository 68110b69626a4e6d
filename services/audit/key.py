"""Where a process finds the key that signs checkpoints, and what it says when that is not the database's."""

import stat
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import psycopg

from services.audit import kept
from services.audit.notes import SignerKey, VerifierKey
from services.settings import Settings
from services.trouble import Exit, Trouble

LONGEST = 4096


def place(settings: Settings) -> Path:
    """The file with the key: CAUNOI_CHECKPOINT_KEY_FILE, else DIR/checkpoint-key."""
    return settings.checkpoint_key_file or settings.data / "checkpoint-key"


def memory(settings: Settings) -> Path:
    """The file beside the key with the checkpoint that was signed last, which whoever has the database cannot reach."""
    return place(settings).with_name("checkpoint-latest")


def origin(settings: Settings) -> str:
    """What the ledger is called in its checkpoints."""
    return f"caunoi/{settings.ledger}"


def read(settings: Settings) -> SignerKey:
    """The key.

    Raises:
        Trouble: the file cannot be read, is open to others, or is no key of this ledger.
    """
    path = place(settings)
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
        signer = SignerKey.parse(path.read_bytes()[:LONGEST].decode("ascii"))
    except OSError as error:
        raise Trouble(f"the checkpoint key {path} cannot be read: {error.strerror}", Exit.USAGE) from None
    except UnicodeError:
        raise Trouble(f"{path} is no checkpoint key: it is no text; put the right file back", Exit.USAGE) from None
    except ValueError as error:
        raise Trouble(f"{path} is no checkpoint key: {error}; put the right file back", Exit.USAGE) from None
    if mode & 0o077:
        raise Trouble(f"the checkpoint key {path} can be read by others: chmod 600 {path}", Exit.USAGE)
    if signer.name != origin(settings):
        raise Trouble(
            f"{path} is the checkpoint key of {signer.name}, and this ledger is {origin(settings)}", Exit.USAGE
        )
    return signer


def retire(settings: Settings, known: Sequence[VerifierKey]) -> None:
    """Remember the keys that signed before, as they were known to the database, in a file beside the key."""
    lines = "".join(f"{one.text()}\n" for one in known)
    _earlier(settings).write_text(lines, encoding="ascii")


def trusted(settings: Settings) -> list[VerifierKey]:
    """The keys that the directory vouches for: those that signed before, and the one that signs; [] without one.

    Raises:
        Trouble: the key is there and cannot be read.
    """
    if not place(settings).exists():
        return []
    earlier = _earlier(settings)
    lines = earlier.read_text(encoding="ascii").splitlines() if earlier.exists() else []
    return [*(VerifierKey.parse(line) for line in lines), read(settings).verifier]


def _earlier(settings: Settings) -> Path:
    path = place(settings)
    return path.with_name(f"{path.name}s-before")


def must_be_ours(connection: psycopg.Connection[Any], signer: SignerKey, where: Path) -> None:
    """The key is the one that signs this database's checkpoints now.

    Raises:
        Trouble: it is another one, or none was ever made known to the database.
    """
    known = kept.keys(connection)
    if not known or known[-1] != signer.verifier:
        signs = known[-1].text() if known else "of nobody yet: `caunoi up` makes one known"
        raise Trouble(
            f"the checkpoint key in {where} is not the one that signs this database's checkpoints, which is {signs}; "
            "put the right file back (it is in your backups), or name it with CAUNOI_CHECKPOINT_KEY_FILE",
            Exit.USAGE,
        )
