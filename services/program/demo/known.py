"""What the codes in the books stand for: asked of the system into which they went."""

from typing import Any, NamedTuple

from services.program.demo.desk import Desk
from services.trouble import Trouble


class Organisation(NamedTuple):
    """An organisation of the books."""

    id: str
    name: str


class Person(NamedTuple):
    """A member of the books."""

    id: str
    name: str


class Known:
    """By their codes and cards, as the views have them that have read the log up to `position`.

    Each question may raise Trouble: the system does not know the code, or does not answer.
    """

    def __init__(self, desk: Desk, position: int) -> None:
        self._desk = desk
        self._position = position

    def organisation(self, code: str) -> Organisation:
        """The organisation of that code."""
        found = self._one("/organisations", code=code)
        return Organisation(found["id"], found["name"])

    def person(self, card: str) -> Person:
        """The member who has that card."""
        found = self._one("/members", card=card)
        return Person(found["id"], found["name"])

    def meeting(self, code: str) -> dict[str, Any]:
        """All that is on record of the meeting of that code."""
        found: dict[str, Any] = self._desk.ask(f"/meetings/{self._one('/meetings', code=code)['id']}", self._position)
        return found

    def members(self, cell: str, day: str) -> list[dict[str, Any]]:
        """The lines of those who are in a cell on a day, its guests too."""
        path = f"/organisations/{cell}/members"
        found: list[dict[str, Any]] = self._desk.ask(path, self._position, as_of=day, limit=500)["items"]
        return found

    def _one(self, path: str, **named: str) -> dict[str, Any]:
        items = self._desk.ask(path, self._position, **named)["items"]
        if len(items) != 1:
            (code,) = named.values()
            raise Trouble(f"{path} knows {len(items)} of the code {code}, which is in the books once")
        found: dict[str, Any] = items[0]
        return found
