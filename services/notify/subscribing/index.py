"""Subscriptions and silences by what they are about: a record asks for a few keys, however many subscribe."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Generic, NamedTuple, TypeVar

from events.fact import Id
from events.patterns import matches
from events.subscription import About

W = TypeVar("W")

Key = tuple[str, Id]
"""`organisation`, `member` or `residents_of`, and which."""
ANY = ("*",)


class Wish(NamedTuple, Generic[W]):
    """Something that somebody wants about a key; `position` is where it was said, by whom, `what` the fact."""

    id: Id
    organisation: Id
    key: Key
    facts: tuple[str, ...]
    position: int
    what: W
    by: str


def key_of(about: About, organisation: Id) -> Key | None:
    """The key of what it is about; None of an indicator, about which no record is."""
    if about.indicator is not None:
        return None
    if about.member is not None:
        return "member", about.member
    if about.residents_of is not None:
        return "residents_of", about.residents_of
    return "organisation", about.organisation or organisation


class Index(Generic[W]):
    """Wishes by key, and by key and name once that was asked for. For one thread."""

    def __init__(self) -> None:
        self._wishes: dict[Id, Wish[W]] = {}
        self._by: dict[Key, dict[Id, Wish[W]]] = {}
        self._named: dict[Key, dict[str, tuple[Wish[W], ...]]] = {}
        self._patterns: Counter[tuple[str, ...]] = Counter()
        self._wanted: dict[str, bool] = {}

    def __bool__(self) -> bool:
        return bool(self._wishes)

    def add(self, wish: Wish[W]) -> None:
        """One more, or the same again."""
        self.drop(wish.id)
        self._wishes[wish.id] = wish
        self._by.setdefault(wish.key, {})[wish.id] = wish
        self._patterns[wish.facts] += 1
        self._changed(wish)

    def drop(self, ident: Id) -> None:
        """One less, where it is there."""
        wish = self._wishes.pop(ident, None)
        if wish is None:
            return
        of_key = self._by[wish.key]
        del of_key[ident]
        if not of_key:
            del self._by[wish.key]
        self._patterns[wish.facts] -= 1
        if not self._patterns[wish.facts]:
            del self._patterns[wish.facts]
        self._changed(wish)

    def get(self, ident: Id) -> Wish[W] | None:
        """One, where it is there."""
        return self._wishes.get(ident)

    def wants(self, name: str) -> bool:
        """Whether anybody wants records of that name, whatever they are about."""
        found = self._wanted.get(name)
        if found is None:
            found = self._wanted[name] = any(matches(facts, name) for facts in self._patterns)
        return found

    def of(self, keys: Iterable[Key], names: Sequence[str]) -> list[Wish[W]]:
        """Those about one of the keys that want one of the names, each once, in the order in which they were said."""
        found = {wish.id: wish for key in keys if key in self._by for name in names for wish in self._of(key, name)}
        return sorted(found.values(), key=lambda wish: (wish.position, wish.id))

    def _of(self, key: Key, name: str) -> tuple[Wish[W], ...]:
        named = self._named.setdefault(key, {})
        if name not in named:
            named[name] = tuple([wish for wish in self._by[key].values() if matches(wish.facts, name)])
        return named[name]

    def _changed(self, wish: Wish[W]) -> None:
        self._named.pop(wish.key, None)
        self._wanted.clear()
