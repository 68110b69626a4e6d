"""States of organisations that have ended, for decisions that look at them."""

from datetime import date

from events.fact import Fact
from events.organisation import Organisation, OrganisationEstablished
from tests.examples import BOOK_OPENED
from tests.given import DAY, seen


def ended(established: OrganisationEstablished, ending: Fact, on: date = DAY) -> Organisation:
    """Established when the book was opened, and ended so."""
    return seen(Organisation, (established, BOOK_OPENED), (ending, on))
