"""A rule pack's file as commands take it: text of a size that a pack may have, or a line that says what it is not."""

from pathlib import Path

from services.trouble import Exit, Trouble

LARGEST = 500_000
"""Bytes of a pack's file."""


def text_in(file: Path) -> str:
    """What is written in a pack's file.

    Raises:
        Trouble: there is no such file, it may not be read, it is none or too large, or it is no text in UTF-8.
    """
    if file.is_dir():
        raise Trouble(f"{file}: this is a directory: name the file of a rule pack", Exit.REFUSED)
    if not file.is_file():
        raise Trouble(f"{file}: there is no such file", Exit.NOT_FOUND)
    if file.stat().st_size > LARGEST:
        raise Trouble(f"{file}: no rule pack has more than {LARGEST} bytes", Exit.REFUSED)
    try:
        return file.read_text("utf-8")
    except UnicodeDecodeError:
        raise Trouble(f"{file}: this is not text in UTF-8: save it as such", Exit.REFUSED) from None
    except OSError as error:
        raise Trouble(f"{file}: it cannot be read ({error.strerror})", Exit.FORBIDDEN) from None
