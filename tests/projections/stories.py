"""What may happen to some organisations, members, meetings, liaisons and reviews, in any order, sense or none."""

from datetime import timedelta
from decimal import Decimal

from hypothesis import strategies as st

from events.bands import Band
from events.fact import Fact, Id
from events.liaison import (
    ContactKind,
    ContactMade,
    LiaisonAccepted,
    LiaisonAssigned,
    LiaisonEnded,
    LiaisonGround,
    LiaisonRefused,
)
from events.meeting import BandDecided, DocumentsSent, MinutesApproved, SelfScored, VoteTaken
from events.member import (
    ComplaintAnswered,
    ComplaintOutcome,
    ExemptionEnded,
    ExemptionGround,
    MemberDied,
    MemberDisciplined,
    MemberExempted,
    MemberMoved,
    MemberRecognised,
    MemberRemoved,
    RemovalGround,
    RemovalRestored,
    ResidenceDeclared,
    SanctionComplained,
    SanctionForm,
    SanctionRestored,
    TransferExtended,
    TransferExtensionAsked,
    TransferIntroduced,
    TransferKind,
    TransferReceived,
    TransferRefused,
    TransferReturned,
    TransferSide,
    TransferWithdrawn,
)
from events.oath_review import Excuse, MemberExcused, OathReviewClosed
from events.organisation import (
    OrganisationAbsorbed,
    OrganisationDisbanded,
    OrganisationDissolved,
    OrganisationHandedOver,
    OrganisationJoinedBy,
    OrganisationRenamed,
    OrganisationSplit,
)
from tests.examples import (
    BOOK_OPENED,
    CELL_7,
    CELL_7_ESTABLISHED,
    CELL_7_OPENED,
    CELL_8,
    CELL_8_ESTABLISHED,
    COMMUNE,
    COMMUNE_ESTABLISHED,
    ENDED,
    HELD_BY_NAME,
    HELD_IN_COUNTS,
    HOA,
    LAN,
    LAN_ADMITTED,
    LAN_INTRODUCED,
    LAN_LIVES_IN_HAI_HOA,
    LAN_REPORTED,
    MARCH_MEETING,
    MEETING,
    MINH,
    MINH_ADMITTED,
    STARTED,
    SURGERY,
    a_certificate,
    a_decision,
    an_id,
)
from tests.projections.log import Said
from tests.projections.stories_of_papers import (
    CANDIDACY,
    GOOD,
    OF_CANDIDACIES,
    OF_ORGANISATIONS,
    OF_RULES,
    OF_YEARS,
    REGISTERED,
    RULE,
    YEAR,
)

WAYS = [an_id(name) for name in ("first way", "second way")]
UNTIL = BOOK_OPENED + timedelta(days=120)
LIAISON, REVIEW = an_id("liaison"), an_id("review")

OF_MEMBERS: list[Fact] = [
    *[MemberDisciplined(form=form, decision=a_decision(str(form))) for form in SanctionForm],
    MemberDisciplined(form=SanctionForm.WARNING, decision=a_decision("another")),
    *[SanctionComplained(sanction=position) for position in (9, 12, 15)],
    *[ComplaintAnswered(sanction=position, outcome=ComplaintOutcome.UPHELD) for position in (9, 12)],
    ComplaintAnswered(sanction=9, outcome=ComplaintOutcome.CANCELLED, cell=CELL_8),
    *[SanctionRestored(sanction=position, cell=CELL_7) for position in (9, 12)],
    MemberExempted(ground=ExemptionGround.OTHER, until=UNTIL),
    ExemptionEnded(),
    MemberRemoved(ground=RemovalGround.DUES, decision=a_decision("removal")),
    RemovalRestored(cell=CELL_8),
    MemberDied(),
    MemberRecognised(),
    a_certificate(),
    LAN_LIVES_IN_HAI_HOA,
    ResidenceDeclared(place="06793"),
    *[
        TransferIntroduced(transfer=way, from_cell=CELL_7, to=to, kind=kind, until=UNTIL, due_on=UNTIL)
        for way in WAYS
        for to in (CELL_8, SURGERY)
        for kind in TransferKind
    ],
    *[TransferReceived(transfer=way) for way in WAYS] * 2,
    MemberMoved(cell=CELL_8, from_cell=CELL_7, by=CELL_7),
    MemberMoved(cell=SURGERY, from_cell=CELL_8, by=CELL_8),
    *[TransferRefused(transfer=way, reason="lý do") for way in WAYS],
    *[TransferWithdrawn(transfer=way) for way in WAYS],
    *[TransferExtended(transfer=way, until=UNTIL + timedelta(days=60)) for way in WAYS],
    TransferExtensionAsked(transfer=WAYS[0], until=UNTIL + timedelta(days=60), side=TransferSide.ORIGIN),
    *[TransferReturned(transfer=way) for way in WAYS],
]
OF_STRUCTURE: list[Fact] = [
    *[OrganisationRenamed(name=name) for name in ("Đảng bộ A", "Đảng bộ B")],
    *[OrganisationHandedOver(to=to) for to in (COMMUNE, an_id("another"))],
    OrganisationJoinedBy(organisation=CELL_8),
    OrganisationSplit(into=(CELL_7, SURGERY)),
    OrganisationSplit(into=(SURGERY,), keeps=True),
]
OF_MEETINGS: list[Fact] = [
    HELD_BY_NAME,
    HELD_IN_COUNTS,
    DocumentsSent(sent_at=STARTED - timedelta(days=2)),
    MinutesApproved(approved_at=ENDED),
    SelfScored(total=Decimal("92.5")),
    VoteTaken(for_=2, against=0, abstained=0),
    BandDecided(band=Band.GOOD),
]
OF_LIAISONS: list[Fact] = [
    LiaisonAccepted(),
    LiaisonRefused(reason="lý do"),
    LiaisonAssigned(cell=CELL_7),
    LiaisonAssigned(cell=CELL_8),
    ContactMade(on=BOOK_OPENED, kind=ContactKind.VISIT),
    LiaisonEnded(ground=LiaisonGround.MOVED),
]
OF_REVIEWS: list[Fact] = [
    LAN_REPORTED,
    MemberExcused(member=HOA, reason=Excuse.ILL),
    MemberExcused(member=LAN, reason=Excuse.OTHER),
    OathReviewClosed(),
]
BEGINNINGS = {
    COMMUNE: COMMUNE_ESTABLISHED,
    CELL_7: CELL_7_ESTABLISHED,
    CELL_8: CELL_8_ESTABLISHED,
    LAN: LAN_ADMITTED,
    MINH: MINH_ADMITTED,
    MEETING: MARCH_MEETING,
    LIAISON: LAN_INTRODUCED,
    REVIEW: CELL_7_OPENED,
    CANDIDACY: REGISTERED,
    YEAR: GOOD,
}
THEN: dict[Id, list[Fact]] = {
    COMMUNE: OF_STRUCTURE,
    CELL_8: [*OF_STRUCTURE, OrganisationDissolved(), OrganisationDisbanded(), OrganisationAbsorbed(into=CELL_7)],
    LAN: OF_MEMBERS,
    MINH: OF_MEMBERS,
    MEETING: OF_MEETINGS,
    LIAISON: OF_LIAISONS,
    REVIEW: OF_REVIEWS,
    CELL_7: OF_ORGANISATIONS,
    CANDIDACY: OF_CANDIDACIES,
    YEAR: OF_YEARS,
    RULE: OF_RULES,
}
DAYS = st.integers(-5, 400).map(lambda days: BOOK_OPENED + timedelta(days=days))


def _continued(stream: Id) -> st.SearchStrategy[Said]:
    return st.builds(Said, st.just(stream), st.sampled_from(THEN[stream]), DAYS)


STORIES = st.builds(
    lambda first, then: [*first, *then],
    st.permutations([Said(stream, fact, BOOK_OPENED) for stream, fact in BEGINNINGS.items()]),
    st.lists(st.one_of([_continued(stream) for stream in (*THEN, LAN, LAN, MINH)]), max_size=40),
)
"""Everything begins in some order; what follows is asked of nobody, so some of it no state can take in."""
