"""What may happen to the structure of an organisation: how it begins, what it is called, where it stands, how it ends.

An ending has six forms, and they are six facts: absorbed, consolidated, split, dissolved, disbanded; handed over is the
sixth, which ends nothing but the edge to the organisation above.
"""

from enum import StrEnum

from events.fact import Fact, Id


class OrganisationKind(StrEnum):
    """The levels of the tree, from the top; not every branch has each."""

    PROVINCE = "province"
    SUPERIOR = "superior"
    GRASSROOTS = "grassroots"
    SECTIONAL = "sectional"
    CELL = "cell"


class CellKind(StrEnum):
    """Where a cell's members live or work; criteria depend on it."""

    VILLAGE = "village"
    STREET = "street"
    COMMUNE_AGENCY = "commune_agency"
    AGENCY = "agency"
    PUBLIC_SERVICE = "public_service"
    STATE_ENTERPRISE = "state_enterprise"
    PRIVATE_ENTERPRISE = "private_enterprise"
    ARMY = "army"
    POLICE = "police"
    STUDENT = "student"
    TEMPORARY = "temporary"
    OVERSEAS = "overseas"


class OrganisationEstablished(Fact, frozen=True, tag="organisation.established"):
    """`place`, where it sits, and `serves`, the commune whose residents it follows, are commune codes."""

    name: str
    kind: OrganisationKind
    cell_kind: CellKind | None = None
    parent: Id | None = None
    place: str | None = None
    serves: str | None = None
    code: str | None = None


class OrganisationRenamed(Fact, frozen=True, tag="organisation.renamed"):
    """It is called so from that day on."""

    name: str


class OrganisationHandedOver(Fact, frozen=True, tag="organisation.handed_over"):
    """From that day on it stands below `to`, with all that stands below itself."""

    to: Id


class OrganisationJoinedBy(Fact, frozen=True, tag="organisation.joined_by"):
    """Another has ended, and this one takes over what was its: members, children, residents, open matters."""

    organisation: Id


class OrganisationSplitOff(Fact, frozen=True, tag="organisation.split_off"):
    """It began as a part of another, which was split."""

    source: Id


class OrganisationAbsorbed(Fact, frozen=True, tag="organisation.absorbed"):
    """Ended: it is a part of `into`, which goes on as what it was."""

    into: Id


class OrganisationConsolidated(Fact, frozen=True, tag="organisation.consolidated"):
    """Ended together with others, and all of them are `into`, which is new."""

    into: Id


class OrganisationSplit(Fact, frozen=True, tag="organisation.split"):
    """Divided into new ones, in the order in which the decision names them; ended, unless it `keeps` a part."""

    into: tuple[Id, ...]
    keeps: bool = False


class OrganisationDissolved(Fact, frozen=True, tag="organisation.dissolved"):
    """Ended by decision, not as a punishment (that is a disbanding); `successor` takes over its open matters."""

    successor: Id | None = None


class OrganisationDisbanded(Fact, frozen=True, tag="organisation.disbanded"):
    """Ended as a punishment, the gravest for an organisation; nobody takes over what it was."""


Ending = (
    OrganisationAbsorbed | OrganisationConsolidated | OrganisationSplit | OrganisationDissolved | OrganisationDisbanded
)
"""After it there is no further fact of structure; a split that keeps a part is none."""
