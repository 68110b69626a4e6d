"""The rule packs as those who record ask for them: those by which is scored, and the policies of who is told what."""

from collections.abc import Sequence

from events import wire
from events.rule import RulePublished
from services.notify.policies_in_force import Policies, fact_of
from services.notify.policies_sent import policy_in
from services.notify.policies_sent import read as read_policy
from services.scoring.rules.at_hand import AtHand


class RulesAtHand(AtHand):
    """See `services.web.rules.Rules`."""

    def read(self, said: str) -> RulePublished:
        """A pack as it was sent, of either kind: JSON, or the text of a TOML file.

        Raises:
            PackAtFault: with every fault.
        """
        policy = policy_in(said)
        return super().read(said) if policy is None else fact_of(read_policy(policy))

    def shipped(self) -> Sequence[RulePublished]:
        """All versions of all packs and policies that came with the program."""
        return [*super().shipped(), *shipped_policies()]


def shipped_policies() -> list[RulePublished]:
    """All versions of all policies that came with the program."""
    return [fact_of(version.policy) for version in Policies.read(known=wire.FACTS).all()]
