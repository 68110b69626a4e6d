"""A change that needs two persons."""

from events.proposal import OWN, Proposal, ProposalApproved, ProposalMade, ProposalRejected, approve, propose, reject
from tests.examples import CELL_7, CLERK, LAN, SECRETARY
from tests.given import given

MADE = ProposalMade(
    path=f"/members/{LAN}/sanctions", body='{"form":"expulsion"}', subject=LAN, organisation=CELL_7, by=CLERK
)
APPROVED = ProposalApproved(by=SECRETARY)
REJECTED = ProposalRejected(by=SECRETARY, reason="chưa đủ căn cứ")


def test_one_proposes() -> None:
    given(Proposal).when(propose, MADE).then(MADE)


def test_proposed_again_is_ignored_because_already_done() -> None:
    given(Proposal, MADE, APPROVED).when(propose, MADE).ignored()


def test_proposed_otherwise_is_refused() -> None:
    other = ProposalMade(path="/corrections", body="{}", subject=LAN, organisation=CELL_7, by=CLERK)
    given(Proposal, MADE).when(propose, other).refused("proposal.exists")


def test_another_one_approves() -> None:
    given(Proposal, MADE).when(approve, SECRETARY).then(APPROVED)


def test_another_one_rejects() -> None:
    given(Proposal, MADE).when(reject, SECRETARY, "chưa đủ căn cứ").then(REJECTED)


def test_nobody_decides_on_his_own_proposal() -> None:
    given(Proposal, MADE).when(approve, CLERK).refused(OWN)
    given(Proposal, MADE).when(reject, CLERK, None).refused(OWN)
    given(Proposal, MADE, APPROVED).when(approve, CLERK).refused(OWN)


def test_decided_the_same_again_is_ignored_because_already_done() -> None:
    given(Proposal, MADE, APPROVED).when(approve, "another secretary").ignored()
    given(Proposal, MADE, REJECTED).when(reject, SECRETARY, None).ignored()


def test_it_is_decided_once() -> None:
    given(Proposal, MADE, APPROVED).when(reject, SECRETARY, None).refused("proposal.decided")
    given(Proposal, MADE, REJECTED).when(approve, SECRETARY).refused("proposal.decided")


def test_what_nobody_proposed_is_not_decided() -> None:
    given(Proposal).when(approve, SECRETARY).refused("proposal.unknown")
    given(Proposal).when(reject, SECRETARY, None).refused("proposal.unknown")
