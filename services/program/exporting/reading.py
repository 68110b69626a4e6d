"""The log as an export reads it: page after page, what was struck through left out, ids as the codes of offices."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from services.program.system import System


class Told(NamedTuple):
    """A record that counts: its stream's id, its fact's name, its day, what it says, and its reason."""

    stream: str
    name: str
    on: date
    data: dict[str, Any]
    reason: str | None
    command: str


class Reading:
    """The running system, and the codes by which offices know what is in it."""

    def __init__(self, system: System, timezone: str) -> None:
        self._system = system
        self.zone = ZoneInfo(timezone)
        self._codes: dict[str, str] = {}
        self._cards: dict[str, tuple[str | None, str]] = {}

    def records(self, *names: str) -> Iterator[Told]:
        """Those of facts with these names (`*` stands for any letters), each name's in the order of the log."""
        for name in names:
            yield from self._records(name)

    def code(self, organisation: str | None) -> str | None:
        """The code of an organisation; its id where it has none."""
        if not self._codes:
            established = self.records("organisation.established")
            self._codes = {told.stream: told.data.get("code") or told.stream for told in established}
        return organisation and self._codes.get(organisation, organisation)

    def card(self, member: str) -> str | None:
        """The number of a member's card; None where he has none."""
        return self._member(member)[0]

    def name(self, member: str) -> str:
        """What a member is called."""
        return self._member(member)[1]

    def local(self, instant: str | None) -> datetime | None:
        """An instant where the offices are."""
        return datetime.fromisoformat(instant).astimezone(self.zone) if instant else None

    def _member(self, member: str) -> tuple[str | None, str]:
        if not self._cards:
            for told in self.records("member.admitted"):
                self._cards[told.stream] = (told.data.get("card"), told.data.get("name", ""))
        return self._cards.get(member, (None, ""))

    def _records(self, name: str) -> Iterator[Told]:
        after = 0
        while True:
            page = self._system.get("/log", name=name, after=after, limit=500)
            for record in page["items"]:
                if record["struck_by"] is None and not record["name"].endswith(".struck"):
                    stream = record["stream"].partition("/")[2]
                    on = date.fromisoformat(record["effective_on"])
                    data, reason = record["data"], record["reason"]
                    yield Told(stream, record["name"], on, data, reason, record["command"])
            if page["next"] is None:
                return
            after = page["next"]


def day(text: str | None) -> date | None:
    """A day of a fact."""
    return date.fromisoformat(text) if text else None
