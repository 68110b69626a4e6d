"""Every view that follows from the log alone, in the order of their names."""

from dataclasses import replace

from events.keys import Keyring
from projections import (
    absences,
    admissions,
    candidacies,
    classifications,
    concerns,
    contacts,
    corrections,
    hand_overs,
    liaisons,
    meetings,
    oath_answers,
    oath_campaigns,
    offices,
    papers,
    proposals,
    residents,
    roll,
    rules,
    sanctions,
    transfers,
    tree,
)
from projections.view import View

VIEWS: tuple[View, ...] = (
    absences.VIEW,
    admissions.VIEW,
    candidacies.VIEW,
    classifications.VIEW,
    concerns.VIEW,
    contacts.VIEW,
    corrections.VIEW,
    hand_overs.VIEW,
    liaisons.VIEW,
    meetings.VIEW,
    oath_answers.VIEW,
    oath_campaigns.VIEW,
    offices.VIEW,
    papers.VIEW,
    proposals.VIEW,
    residents.VIEW,
    roll.VIEW,
    rules.VIEW,
    sanctions.VIEW,
    transfers.VIEW,
    tree.VIEW,
)


def opened_by(keys: Keyring) -> tuple[View, ...]:
    """The same, with the keys by which those that show persons open what is sealed."""
    return tuple(replace(view, opens=keys.opened_to_fold) if view.personal else view for view in VIEWS)
