"""When a member need not, or may not, take part: exemptions, inspections and suspensions, by the days they hold."""

from dataclasses import dataclass, field
from datetime import date

from events.fact import Fact
from events.member.facts_of_life import ExemptionEnded, ExemptionGround, MemberExempted
from events.member.facts_of_order import InspectionEnded, InspectionOpened, MemberSuspended, SuspensionEnded
from events.member.periods import Periods


@dataclass
class Absences:
    """All of one member."""

    exemptions: Periods[ExemptionGround] = field(default_factory=Periods)
    inspections: Periods[str] = field(default_factory=Periods)
    suspensions: Periods[None] = field(default_factory=Periods)

    def see(self, fact: Fact, on: date, left_on: date | None) -> None:
        """Take in one more fact; `left_on` is when he leaves after that day, as far as that is on record already."""
        match fact:
            case MemberExempted(ground=ground, until=until):
                self.exemptions.begin(on, ground, until, left_on)
            case ExemptionEnded():
                self.exemptions.end(on)
            case InspectionOpened(ground=about):
                self.inspections.begin(on, about, None, left_on)
            case InspectionEnded():
                self.inspections.end(on)
            case MemberSuspended(until=until):
                self.suspensions.begin(on, None, until, left_on)
            case SuspensionEnded():
                self.suspensions.end(on)

    def leave(self, on: date) -> None:
        """Whatever holds on that day ends with the membership."""
        for periods in (self.exemptions, self.inspections, self.suspensions):
            periods.end(on)
