"""Who may be classified when: lower collectives before upper, collectives before persons, the exempt not at all."""

from collections.abc import Mapping
from datetime import date

from events.classification import Classification, YearBand
from events.fact import Id, Refused
from events.member.standing import Standing, standing
from events.member.state import Member, must_be_listed
from events.organisation import Organisation, must_exist

SUBJECT = "/subject"
NAMED = 20
"""How many are named in the text; the list beside it has all of them."""


def place_in_year(year: int, on: date, *, was_there: bool) -> date:
    """The day to whose tree and roll a year is charged: its last, where it is over and the subject `was_there`."""
    end = last_day(year)
    return end if was_there and on > end else on


def last_day(year: int) -> date:
    """The last day of a year."""
    return date(year, 12, 31)


def must_get_a_rating(member: Member, day: date) -> None:
    """A member on a roll; the exempt get no rating (366-QĐ/TW of 30 Aug 2025).

    Raises:
        Refused: `member.not_yet_admitted`, `member.left`, `classification.exempt`.
    """
    must_be_listed(member, day)
    if standing(member, day) is Standing.EXEMPT:
        raise Refused("classification.exempt", "an exempt member gets no rating", SUBJECT)


def must_be_there_in_year(organisation: Organisation, band: YearBand, year: int, day: date) -> None:
    """An organisation of that day; none is excellent that was disciplined in the year (366-QĐ/TW of 30 Aug 2025).

    Raises:
        Refused: `classification.subject_unknown`, `classification.subject_ended`, `classification.disciplined`.
    """
    must_exist(organisation, day, "classification.subject", SUBJECT)
    found = [sanction.position for sanction in organisation.papers.sanctions if sanction.on.year == year]
    if band is YearBand.EXCELLENT and found:
        why = "a unit with discipline in the year is not excellent"
        raise Refused("classification.disciplined", why, "/band", {"facts": found})


def must_follow_lower(missing: Mapping[Id, str], number: int) -> None:
    """Lower collectives before upper (366-QĐ/TW of 30 Aug 2025).

    `missing` are those directly below that have no band of that year, by their ids, and what they are called; `number`
    is how many stand there in all.

    Raises:
        Refused: `classification.lower_first`, with the list of them.
    """
    if missing:
        why = f"{len(missing)} of the {number} organisations directly below have no band of that year: {_some(missing)}"
        about = {"missing": [{"id": ident, "name": name} for ident, name in missing.items()]}
        raise Refused("classification.lower_first", why, SUBJECT, about)


def must_follow_cell(cell: Classification, ident: Id) -> None:
    """Collectives before persons (366-QĐ/TW of 30 Aug 2025): `cell` is the year of the member's cell.

    Raises:
        Refused: `classification.collective_first`, with the cell.
    """
    if cell.band is None:
        why = "the member's cell has no band of that year yet"
        raise Refused("classification.collective_first", why, SUBJECT, {"missing": [{"id": ident}]})


def must_meet_conditions(broken: Mapping[str, str], band: YearBand) -> None:
    """The frame's conditions on top of points (366-QĐ/TW of 30 Aug 2025), as far as facts decide them.

    `broken` are those that are not met, and why each is not, in the words of the committees.

    Raises:
        Refused: `classification.conditions`, with the list of them.
    """
    if broken:
        why = f"conditions of {band} are not met: {', '.join(broken)}"
        about = {"conditions": [{"gate": gate, "because": because} for gate, because in broken.items()]}
        raise Refused("classification.conditions", why, "/band", about)


def _some(missing: Mapping[Id, str]) -> str:
    named = "; ".join(list(missing.values())[:NAMED])
    return named if len(missing) <= NAMED else f"{named}; and {len(missing) - NAMED} more"
