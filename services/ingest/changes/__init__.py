"""The table of changes: what may be posted, a file a matter."""

from typing import Any

from services.ingest.asked import Change
from services.ingest.changes import (
    collective_transfers,
    erasures,
    judgements,
    liaison_exchange,
    liaisons,
    meetings,
    members,
    mergers,
    oath_reviews,
    organisations,
    proposals,
    sessions,
    transfers,
)

PROPOSABLE: tuple[Change[Any], ...] = (
    *members.CHANGES,
    *erasures.CHANGES,
    *transfers.CHANGES,
    *collective_transfers.CHANGES,
    *meetings.CHANGES,
    *sessions.CHANGES,
    *judgements.CHANGES,
    *liaisons.CHANGES,
    *liaison_exchange.CHANGES,
    *oath_reviews.CHANGES,
    *organisations.CHANGES,
    *mergers.CHANGES,
)
CHANGES: tuple[Change[Any], ...] = (*PROPOSABLE, *proposals.changes(PROPOSABLE))
