"""What the codes in the books stand for: organisations by their codes, members by their cards, meetings by theirs."""

from datetime import date
from typing import Any, NamedTuple

from services.program.demo.lines import ident
from services.program.demo.sheets import Dirty, Row


class Organisation(NamedTuple):
    """An organisation of the books; `ended_on` is the day from which it is gone."""

    id: str
    name: str
    kind: str
    ended_on: date | None


class Person(NamedTuple):
    """A member of the books; official from that day on, where he is."""

    id: str
    name: str
    official_on: date | None


class Known:
    """Filled by the books that introduce things, asked by those that mention them. Each question may raise Dirty."""

    def __init__(self) -> None:
        self.organisations: dict[str, Organisation] = {}
        self.committees: dict[str, str] = {}
        """By the code of the commune whose residents each follows."""
        self.people: dict[str, Person] = {}
        self.meetings: dict[str, str] = {}

    def organisation(self, row: Row, heading: str) -> str:
        """The id of the organisation that the cell names."""
        return self._organisation(row, heading).id

    def cell(self, row: Row, heading: str, on: date | None = None) -> str:
        """The same of a cell; one that is not gone on that day."""
        found = self._organisation(row, heading)
        if found.kind != "cell":
            raise Dirty(f"{heading} names no cell")
        if on and found.ended_on and found.ended_on <= on:
            raise Dirty(f"{heading} names a cell that had ended")
        return found.id

    def person(self, row: Row, heading: str = "Số thẻ") -> Person:
        """The member whose card the cell gives; a name never decides who somebody is."""
        found = self.people.get(row.must(heading))
        if found is None:
            raise Dirty(f"{heading} belongs to nobody on the roll")
        return found

    def meeting(self, row: Row, heading: str) -> str:
        """The id of the meeting that the cell names."""
        code = row.must(heading)
        if code not in self.meetings:
            raise Dirty(f"{heading} names no meeting of the book")
        return self.meetings[code]

    def home(self, row: Row, heading: str) -> dict[str, Any]:
        """Where somebody lives, and the committee that follows him there; a place without one here stands alone."""
        place = row.must(heading)
        committee = self.committees.get(place)
        return {"place": place, "committee": committee} if committee else {"place": place}

    def enrol(self, card: str, name: str, official_on: date | None) -> str:
        """A card comes onto the roll, once."""
        if card in self.people:
            raise Dirty("Số thẻ belongs to somebody on the roll already")
        self.people[card] = Person(ident("member", card), name, official_on)
        return self.people[card].id

    def _organisation(self, row: Row, heading: str) -> Organisation:
        found = self.organisations.get(row.must(heading))
        if found is None:
            raise Dirty(f"{heading} names no organisation of the book")
        return found
