"""A member: his facts (`facts`), what they add up to (`state`), and what may happen next, a file a matter."""

from events.member.facts import (
    MemberAdmitted,
    MemberDisciplined,
    MemberErased,
    MemberMoved,
    MemberRecognised,
    ResidenceDeclared,
    RewardForm,
    RewardGiven,
    SanctionForm,
    Status,
    TransferGround,
    TransferIntroduced,
    TransferKind,
    TransferReceived,
    TransferRefused,
)
from events.member.honours import lapses_on
from events.member.standing import Standing, standing
from events.member.state import Member
from events.member.transit import TransferState

__all__ = [
    "Member",
    "MemberAdmitted",
    "MemberDisciplined",
    "MemberErased",
    "MemberMoved",
    "MemberRecognised",
    "ResidenceDeclared",
    "RewardForm",
    "RewardGiven",
    "SanctionForm",
    "Standing",
    "Status",
    "TransferGround",
    "TransferIntroduced",
    "TransferKind",
    "TransferReceived",
    "TransferRefused",
    "TransferState",
    "lapses_on",
    "standing",
]
