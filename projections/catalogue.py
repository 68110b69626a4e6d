"""Every view that follows from the log alone, in the order of their names."""

from projections import (
    concerns,
    liaisons,
    meetings,
    oath_answers,
    residents,
    roll,
    sanctions,
    transfers,
    tree,
)
from projections.view import View

VIEWS: tuple[View, ...] = (
    concerns.VIEW,
    liaisons.VIEW,
    meetings.VIEW,
    oath_answers.VIEW,
    residents.VIEW,
    roll.VIEW,
    sanctions.VIEW,
    transfers.VIEW,
    tree.VIEW,
)
