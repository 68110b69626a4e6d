"""How names are found and put in order: without diacritics, and by given name as a Vietnamese list is."""

from functools import lru_cache
from itertools import filterfalse
from unicodedata import combining, normalize

LETTERS = {"a": "a0", "ă": "a1", "â": "a2", "d": "d0", "đ": "d1", "e": "e0", "ê": "e1"} | {
    "o": "o0", "ô": "o1", "ơ": "o2", "u": "u0", "ư": "u1"
}  # fmt: skip
"""Those of the alphabet's letters that Unicode would not put in their order: a ă â, d đ, e ê, o ô ơ, u ư."""
TONES = {"\u0300": "1", "\u0309": "2", "\u0303": "3", "\u0301": "4", "\u0323": "5"}
"""Falling, asking, tumbling, rising, heavy; level comes before them all."""


@lru_cache(65536)
def search_key(name: str) -> str:
    """Lower case without diacritics: one key for Hòa and Hoà, and for whoever types `hoa`."""
    bare = "".join(filterfalse(combining, normalize("NFD", name.lower().replace("đ", "d"))))
    return " ".join(bare.split())


@lru_cache(65536)
def sort_key(name: str) -> str:
    """Puts names in order when compared byte by byte: given name (the last word), then family and middle names.

    Of two words the letters decide, and only where they are the same, the tones. It is so on every server, whatever its
    collations.
    """
    words = name.lower().split()
    return " ".join(_spelled(word) for word in (*words[-1:], *words[:-1]))


def _spelled(word: str) -> str:
    """The letters of a word as they are compared, then its tone."""
    tone = "0"
    letters: list[str] = []
    for sign in normalize("NFD", word):
        if sign in TONES:
            tone = TONES[sign]
        elif combining(sign) and letters:
            letters[-1] = normalize("NFC", letters[-1] + sign)
        else:
            letters.append(sign)
    return "".join(LETTERS.get(letter, letter) for letter in letters) + tone
