"""What every fact is: something that happened, said once, under a name that never changes."""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Annotated, Any, ClassVar, NamedTuple, NewType, Protocol, TypeVar, get_type_hints

from msgspec import Meta, Struct

Id = NewType("Id", str)
"""A UUID in its canonical text form (36 characters, lower case). Ids are never reused, also not across kinds."""

PERSONAL = "personal"
Personal = Annotated[str, Meta(extra={PERSONAL: True})]
"""Text about a person: kept out of logs, errors and messages, and sealed with that person's key when keys exist."""

ERASED = "(đã xoá)"
"""What stands where such a text was, when the key of its person was destroyed."""

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


class Fact(Struct, frozen=True, kw_only=True, tag_field="fact", omit_defaults=True):
    """A fact. Subclasses give their stored name as `tag`, `kind.participle`; the name is a contract, the class is not.

    The part before the dot is the kind of stream that the fact belongs to. A default is a contract too: fields that
    equal it are not stored, so it never changes. Numbers are integers; decimals are `Decimal`, a string in JSON.
    """


class Record(NamedTuple):
    """A fact as stored, its data still encoded: what the ledger answers and every reader takes.

    `recorded` counts microseconds since 1970-01-01 UTC; `cause` is the position of what caused it, 0 for none;
    `stream` is the bare id, its kind is the first part of `name`; `reason` is '' where none was given.
    """

    position: int
    stream: Id
    version: int
    name: str
    effective_on: date
    recorded: int
    by: str
    reason: str
    command: str
    cause: int
    data: bytes

    @property
    def kind(self) -> str:
        """The kind of stream: `member` of `member.admitted`."""
        return self.name.partition(".")[0]

    @property
    def recorded_at(self) -> datetime:
        """The database's instant of recording, in UTC."""
        return EPOCH + self.recorded * MICROSECOND


class Refused(Exception):
    """A rule forbids it. `rule` is the stable name that the outside sees; the text is for people and names nobody."""

    def __init__(self, rule: str, why: str, pointer: str = "", about: Mapping[str, Any] | None = None) -> None:
        super().__init__(why)
        self.rule = rule
        self.pointer = pointer
        """RFC 6901 pointer to the field of the request that is at fault, where one is."""
        self.about = about or {}
        """What else an answer tells beside the text, ready for JSON: who is missing, how many are allowed."""


class State(Protocol):
    """What a decision needs to remember of one stream; new, it is the state of a stream with no facts."""

    KIND: ClassVar[str]

    def see(self, fact: Fact, on: date, position: int) -> None:
        """Take in one more fact of the stream: its day in the world and its place in the log."""


S = TypeVar("S", bound=State)


@cache
def name_of_class(fact: type[Fact]) -> str:
    """The name under which facts of this class are stored.

    Raises:
        TypeError: the class is no concrete fact (it has no tag).
    """
    name = fact.__struct_config__.tag
    if not isinstance(name, str):
        raise TypeError(f"{fact!r} has no stored name")
    return name


def stored_name(fact: type[Fact] | Fact) -> str:
    """The name under which a fact, or every fact of a class, is stored.

    Raises:
        TypeError: the class is no concrete fact (it has no tag).
    """
    return name_of_class(fact if isinstance(fact, type) else fact.__class__)


@cache
def personal_fields(fact: type[Fact]) -> frozenset[str]:
    """The fields of a fact's class that are text about a person, optional ones included."""
    hints = get_type_hints(fact, include_extras=True)
    return frozenset(field for field in fact.__struct_fields__ if _is_personal(hints[field]))


def _is_personal(hint: Any) -> bool:
    if any(isinstance(meta, Meta) and (meta.extra or {}).get(PERSONAL) for meta in getattr(hint, "__metadata__", ())):
        return True
    return any(_is_personal(part) for part in getattr(hint, "__args__", ()))


Decision = Callable[..., list[Fact]]
