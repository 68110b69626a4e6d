"""What a fact claims for its stream and no other: numbers of persons, an office's own codes, the ids of transfers.

A claim is a text, `FAMILY:…`, that one stream holds at a time; the ledger keeps it in the transaction of the fact:

- `card:DIGITS`, `citizen:DIGITS`: a person's numbers, without spaces, dots and hyphens; the member holds them for ever.
- `code:KIND:CODE`: an office's own reference, unique among its kind; a transfer's (`code:transfer:…`) leads to the
  member's stream.
- `transfer:ID`: leads from a transfer to the member's stream that it stands in.
- `liaison:MEMBER:COMMITTEE`: the one liaison of a member with a committee that is open; given up when it is refused or
  ended, by whoever decides that, for those facts do not say whose liaison it is.
- `resident:MEMBER`: the one liaison of a member that is open, with whatever committee; given up with the one above.
- `candidacy:CELL:YEAR`: the one open four-good candidacy of a cell in a year; given up when it is withdrawn.
- `proposal:PATH`: the one open proposal of a change to a thing (`/members/ID/sanctions`); given up when it is decided.

`events.recorder` has one more family, for applications that are not ours: `tracking:STREAM:POSITION`, how far one has
followed another.
"""

from collections.abc import Callable
from typing import Any

from events.candidacy import CandidacyRegistered
from events.fact import Fact, Id, stored_name
from events.liaison.facts import LiaisonIntroduced
from events.member.admission import digits
from events.member.facts import MemberAdmitted, TransferIntroduced
from events.proposal import ProposalMade

Claim = tuple[str, Id]


def claims(fact: Fact, stream: Id) -> tuple[tuple[Claim, ...], tuple[Claim, ...]]:
    """What the fact takes for its stream, and what it releases.

    No fact releases by itself: who has left still owns his numbers, and codes, like ids, are not used again.
    """
    return tuple([(claim, stream) for claim in _takes(fact)]), ()


def card_claim(card: str) -> str:
    """The claim by which a member is found from a card's number, however it is written."""
    return f"card:{digits(card)}"


def citizen_claim(citizen: str) -> str:
    """The same for a citizen's number."""
    return f"citizen:{digits(citizen)}"


def code_claim(kind: str, code: str) -> str:
    """The claim by which a thing is found from an office's own reference."""
    return f"code:{kind}:{code}"


def transfer_claim(transfer: Id) -> str:
    """The claim by which the member's stream is found from a transfer's id."""
    return f"transfer:{transfer}"


def liaison_claim(member: Id, committee: Id) -> str:
    """The claim by which the open liaison of a member with a committee is found."""
    return f"liaison:{member}:{committee}"


def resident_claim(member: Id) -> str:
    """The claim by which the open liaison of a member is found, whatever committee it is with."""
    return f"resident:{member}"


def candidacy_claim(cell: Id, year: int) -> str:
    """The claim by which the open candidacy of a cell in a year is found."""
    return f"candidacy:{cell}:{year}"


def proposal_claim(path: str) -> str:
    """The claim by which the open proposal of a change is found, from the path to which the change was posted."""
    return f"proposal:{path}"


def _numbers(admitted: MemberAdmitted) -> list[str]:
    card, citizen = admitted.card, admitted.citizen
    taken = [card_claim(card)] if card is not None else []
    return taken if citizen is None else [*taken, citizen_claim(citizen)]


_OWN: dict[type[Fact], Callable[[Any], list[str]]] = {
    MemberAdmitted: _numbers,
    TransferIntroduced: lambda introduced: [transfer_claim(introduced.transfer)],
    LiaisonIntroduced: lambda introduced: [
        liaison_claim(introduced.member, introduced.committee),
        resident_claim(introduced.member),
    ],
    CandidacyRegistered: lambda registered: [candidacy_claim(registered.cell, registered.year)],
    ProposalMade: lambda made: [proposal_claim(made.path)],
}
"""What facts of these classes take beside their codes; most facts take nothing, and there are thousands in a batch."""


def _takes(fact: Fact) -> list[str]:
    own = _OWN.get(type(fact))
    taken = own(fact) if own is not None else []
    if "code" in fact.__struct_fields__ and (code := getattr(fact, "code", None)):
        kind = "transfer" if isinstance(fact, TransferIntroduced) else stored_name(fact).partition(".")[0]
        taken.append(code_claim(kind, code))
    return taken
