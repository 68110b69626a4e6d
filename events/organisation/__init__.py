"""An organisation of the tree: what may happen to it (`facts`), what that adds up to (`state`), and when it may."""

from events.organisation.ending import absorb, consolidate, disband, dissolve, must_become_one, take_over
from events.organisation.facts import (
    CellKind,
    OrganisationAbsorbed,
    OrganisationConsolidated,
    OrganisationDisbanded,
    OrganisationDissolved,
    OrganisationEstablished,
    OrganisationHandedOver,
    OrganisationJoinedBy,
    OrganisationKind,
    OrganisationRenamed,
    OrganisationSplit,
    OrganisationSplitOff,
)
from events.organisation.founding import Other, establish, hand_over, rename, take_along
from events.organisation.splitting import Share, Whole, split, split_off
from events.organisation.state import (
    STANDS_BELOW,
    Organisation,
    must_be_cell,
    must_exist,
    must_take_members,
)

__all__ = [
    "STANDS_BELOW",
    "CellKind",
    "Organisation",
    "OrganisationAbsorbed",
    "OrganisationConsolidated",
    "OrganisationDisbanded",
    "OrganisationDissolved",
    "OrganisationEstablished",
    "OrganisationHandedOver",
    "OrganisationJoinedBy",
    "OrganisationKind",
    "OrganisationRenamed",
    "OrganisationSplit",
    "OrganisationSplitOff",
    "Other",
    "Share",
    "Whole",
    "absorb",
    "consolidate",
    "disband",
    "dissolve",
    "establish",
    "hand_over",
    "must_be_cell",
    "must_become_one",
    "must_exist",
    "must_take_members",
    "rename",
    "split",
    "split_off",
    "take_along",
    "take_over",
]
