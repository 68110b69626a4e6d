"""What the codes and cards in a sheet stand for: looked up in the ledger's claims, a batch of rows in one question."""

from collections.abc import Callable, Iterable
from datetime import date, datetime

from events.claims import card_claim, code_claim
from events.fact import Id
from events.member.admission import digits
from services.ingest.asked import new_id
from services.ingest.imports.cells import Row, Unclear

Holders = Callable[[list[str]], dict[str, Id]]
"""Which stream holds each of these claims; one that nobody holds is missing."""
REMEMBERED = 50_000
CARD_DIGITS = 12
ORGANISATION, MEMBER, MEETING, LIAISON = "organisation", "member", "meeting", "liaison"


class Campaign:
    """The oath review that rows belong to."""

    def __init__(self, ident: Id, title: str, opens_on: date, closes_on: date) -> None:
        self.id = ident
        self.title = title
        self.opens_on = opens_on
        self.closes_on = closes_on


class Known:
    """Filled before each batch by `load`, asked by the readers of its rows. Not for more than one thread at a time."""

    def __init__(self, holders: Holders, now: datetime, campaign: Campaign | None = None) -> None:
        self._holders = holders
        self.today = now.date()
        self.zone = now.tzinfo
        self.beginning = now
        self.campaign = campaign
        self._held: dict[str, Id] = {}
        self._new: dict[str, Id] = {}
        self.committees: dict[str, Id] = {}
        """By the code of the commune whose residents each follows."""
        self.persons: dict[int, tuple[int, int, str]] = {}
        """Whom the sheets of this import have named (sheet, row, card), by a hash of what people can have in common."""
        self.sheet = 0
        """Which of the sheets is being read."""

    def load(self, claims: Iterable[str]) -> None:
        """Look up what a batch of rows names; what earlier batches made is on record by now."""
        self._new.clear()
        if len(self._held) > REMEMBERED:
            self._held.clear()
        wanted = [claim for claim in dict.fromkeys(claims) if claim not in self._held]
        if wanted:
            self._held.update(self._holders(wanted))

    def may_make(self, claims: Iterable[str]) -> bool:
        """Whether the batch that was loaded last would make what one of these claims leads to."""
        return not self._new.keys().isdisjoint(claims)

    def forget(self, claims: Iterable[str]) -> None:
        """Look these up anew: somebody else was quicker."""
        for claim in claims:
            self._held.pop(claim, None)

    def begun(self, claim: str) -> Id | None:
        """Who holds the claim, on record or made by an earlier row of this batch; None: nobody."""
        return self._find(claim)

    def made(self, claim: str) -> Id:
        """The id of what holds the claim or, where nobody does, of what this row makes."""
        return self._held.get(claim) or self._new.setdefault(claim, new_id())

    def fresh(self) -> tuple[list[Id], list[Id]]:
        """What the rows of this batch would make and nobody has yet, and which of it are persons."""
        persons = [ident for claim, ident in self._new.items() if claim.startswith("card:")]
        return list(self._new.values()), persons

    def organisation(self, row: Row, column: str) -> Id:
        """The organisation whose code stands there."""
        return self._coded(row, column, ORGANISATION, "tổ chức đảng")

    def member(self, row: Row, column: str) -> Id:
        """The member whose card's number stands there; a name never decides who somebody is."""
        card = card_of(row, column)
        found = self._find(card_claim(card))
        if found is None:
            raise Unclear(column, "member.unknown", f"số thẻ {card} không có trong danh sách đảng viên")
        return found

    def meeting(self, row: Row, column: str) -> Id:
        """The meeting whose code stands there."""
        return self._coded(row, column, MEETING, "cuộc họp")

    def home(self, row: Row, column: str) -> dict[str, str] | None:
        """Where somebody lives, and the committee that follows him there; a place without one here stands alone."""
        place = row.number_of(column, 5)
        if not place:
            return None
        committee = self.committees.get(place)
        return {"place": place, "committee": committee} if committee else {"place": place}

    def _coded(self, row: Row, column: str, kind: str, called: str) -> Id:
        code = row.must(column)
        found = self._find(code_claim(kind, code))
        if found is None:
            raise Unclear(column, f"{kind}.unknown", f"không có {called} nào mang mã {code}")
        return found

    def _find(self, claim: str) -> Id | None:
        return self._held.get(claim) or self._new.get(claim)


def card_of(row: Row, column: str) -> str:
    """The number of a card, which may not be missing."""
    card = digits(row.number_of(column, CARD_DIGITS))
    if not card:
        raise Unclear(column, "import.missing", f"thiếu “{column}”: dòng này không nói về ai")
    if not (card.isascii() and card.isdigit()):
        raise Unclear(column, "member.card", f"số thẻ “{card}” có ký tự không phải chữ số")
    return card


def claim_of(kind: str, row: Row, column: str) -> str | None:
    """The claim by which what stands there is looked up; None for an empty cell."""
    if kind == MEMBER:
        card = digits(row.number_of(column, CARD_DIGITS))
        return card_claim(card) if card else None
    code = row.text(column)
    return code_claim(kind, code) if code else None
