"""Who may be classified when: lower collectives before upper, collectives before persons, the exempt not at all."""

from collections.abc import Iterable
from datetime import date

from events.classification import Classification, YearBand
from events.fact import Refused
from events.member.standing import Standing, standing
from events.member.state import Member, must_be_listed
from events.organisation import Organisation, must_exist

SUBJECT = "/subject"


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
    if band is YearBand.EXCELLENT and organisation.papers.disciplined_in(year):
        raise Refused("classification.disciplined", "a unit with discipline in the year is not excellent", "/band")


def must_follow_lower(lower: Iterable[Classification]) -> None:
    """Lower collectives before upper (366-QĐ/TW of 30 Aug 2025): `lower` are the years of all directly below.

    Raises:
        Refused: `classification.lower_first`.
    """
    if any(one.band is None for one in lower):
        raise Refused("classification.lower_first", "an organisation directly below has no band of that year", SUBJECT)


def must_follow_cell(cell: Classification) -> None:
    """Collectives before persons (366-QĐ/TW of 30 Aug 2025): `cell` is the year of the member's cell.

    Raises:
        Refused: `classification.collective_first`.
    """
    if cell.band is None:
        raise Refused("classification.collective_first", "the member's cell has no band of that year yet", SUBJECT)
