"""The rule packs that come with the program, and which of them holds where nobody has adopted another."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files

from services.scoring.rules.rulebook import Of, Pack
from services.scoring.rules.rulebook_file import Fault, PackRefused, read

DEFAULT = "meeting-national"
"""The pack for every cell whose superiors have adopted no other."""
DEFAULTS: Mapping[Of, Sequence[str]] = {
    Of.MEETING: (DEFAULT,),
    Of.FOUR_GOOD: ("four-good-agency", "four-good-public-service", "four-good-enterprise"),
    Of.YEAR: ("year-national",),
    Of.INDICATORS: ("indicators-province",),
}
"""The packs that hold where nobody has adopted another, by what they judge; of several, the first that suits."""


class Shelf:
    """Packs by id, older versions first."""

    def __init__(self, packs: Iterable[Pack]) -> None:
        self._packs = sorted(packs, key=lambda pack: (pack.id, pack.version))
        known = set()
        for pack in self._packs:
            if (key := (pack.id, pack.version)) in known:
                raise PackRefused(pack.id, [Fault(None, ("version",), f"version {pack.version} is at hand already")])
            known.add(key)

    def __iter__(self) -> Iterator[Pack]:
        return iter(self._packs)

    def versions(self, ident: str) -> list[Pack]:
        """Every version of one pack, the latest last; [] of one that is not here."""
        return [pack for pack in self._packs if pack.id == ident]


@cache
def shipped() -> Shelf:
    """The packs that come with the program, read once.

    Raises:
        PackRefused: one of them cannot be used.
    """
    folder = files("services.scoring") / "rulebooks"
    sources = sorted((file for file in folder.iterdir() if file.name.endswith(".toml")), key=lambda file: file.name)
    return Shelf(read(file.read_text("utf-8"), file.name) for file in sources)
