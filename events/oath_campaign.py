"""An oath review as a whole: its scope, its dates, and that it is over."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from events.fact import Fact, Id, Refused

# Facts


class OathCampaignOpened(Fact, frozen=True, tag="oath_campaign.opened"):
    """For every cell below `scope`; each one's roll is frozen as it stood on `opens_on`."""

    scope: Id
    title: str
    opens_on: date
    closes_on: date
    code: str | None = None


class OathCampaignClosed(Fact, frozen=True, tag="oath_campaign.closed"):
    """Over; what is missing stays visible as unexplained."""


# State


@dataclass
class OathCampaign:
    """One campaign."""

    KIND: ClassVar[str] = "oath_campaign"

    opened: OathCampaignOpened | None = None
    opened_on: date | None = None
    closed_on: date | None = None

    def see(self, fact: Fact, on: date, _position: int) -> None:
        """Take in one more fact."""
        match fact:
            case OathCampaignOpened():
                self.opened, self.opened_on = fact, on
            case OathCampaignClosed():
                self.closed_on = on


# Decisions


def open_campaign(campaign: OathCampaign, opened: OathCampaignOpened, on: date) -> list[Fact]:
    """A campaign begins; a roll cannot be frozen as of a day that has not come by `on`.

    Raises:
        Refused: `oath_campaign.exists`, `oath_campaign.closes_before_opening`, `oath_campaign.not_yet`.
    """
    if campaign.opened == opened:
        return []
    if campaign.opened is not None:
        raise Refused("oath_campaign.exists", "this campaign is open already, and otherwise")
    if opened.closes_on < opened.opens_on:
        raise Refused("oath_campaign.closes_before_opening", "a campaign closes after it opens", "/closes_on")
    if opened.opens_on > on:
        raise Refused("oath_campaign.not_yet", "the rolls of a later day are not known yet", "/opens_on")
    return [opened]


def close_campaign(campaign: OathCampaign, _on: date) -> list[Fact]:
    """The campaign ends.

    Raises:
        Refused: `oath_campaign.unknown`.
    """
    if campaign.opened is None:
        raise Refused("oath_campaign.unknown", "there is no such campaign")
    return [OathCampaignClosed()] if campaign.closed_on is None else []
