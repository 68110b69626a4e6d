"""The tie of a working member to the committee where he lives: introduced, accepted, followed, remarked upon, ended.

Source: 213-QĐ/TW of 2 Jan 2020; its successor was ordered in January 2026, so no name here carries the number.
"""

from events.liaison.facts import (
    ContactKind,
    ContactMade,
    LiaisonAccepted,
    LiaisonAssigned,
    LiaisonEnded,
    LiaisonGround,
    LiaisonIntroduced,
    LiaisonRefused,
    MessageSent,
    RemarkConfirmed,
    RemarkDrafted,
    RemarkRequested,
    StrengthsChanged,
)
from events.liaison.state import Liaison

__all__ = [
    "ContactKind",
    "ContactMade",
    "Liaison",
    "LiaisonAccepted",
    "LiaisonAssigned",
    "LiaisonEnded",
    "LiaisonGround",
    "LiaisonIntroduced",
    "LiaisonRefused",
    "MessageSent",
    "RemarkConfirmed",
    "RemarkDrafted",
    "RemarkRequested",
    "StrengthsChanged",
]
