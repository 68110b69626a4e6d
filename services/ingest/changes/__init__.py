"""The table of changes: what may be posted, a file a matter."""

from typing import Any

from services.ingest.asked import Change
from services.ingest.changes import (
    absences,
    appeals,
    classifications,
    collective_transfers,
    corrections,
    erasures,
    exchange_endpoints,
    exchange_subscriptions,
    four_good,
    judgements,
    liaison_exchange,
    liaisons,
    meetings,
    members,
    mergers,
    oath_reviews,
    officers,
    organisations,
    papers,
    proposals,
    rules,
    sessions,
    transfers,
)

PROPOSABLE: tuple[Change[Any], ...] = (
    *members.CHANGES,
    *appeals.CHANGES,
    *absences.CHANGES,
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
    *officers.CHANGES,
    *papers.CHANGES,
    *four_good.CHANGES,
    *classifications.CHANGES,
    *rules.CHANGES,
)
CORRECTION = corrections.change(PROPOSABLE)
EXCHANGE: tuple[Change[Any], ...] = (*exchange_endpoints.CHANGES, *exchange_subscriptions.CHANGES)
"""Where and of what organisations are told; nobody else has to agree to it."""
CHANGES: tuple[Change[Any], ...] = (
    *PROPOSABLE,
    CORRECTION,
    *proposals.changes((*PROPOSABLE, CORRECTION)),
    *EXCHANGE,
)
