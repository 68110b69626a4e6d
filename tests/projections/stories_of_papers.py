"""What may happen in the offices and papers of an organisation, to a candidacy, a classified year and a rule pack."""

from decimal import Decimal

from events.candidacy import (
    CandidacyAppraised,
    CandidacyCertified,
    CandidacyRecognised,
    CandidacyRegistered,
    CandidacySelfAssessed,
    CandidacyWithdrawn,
)
from events.classification import ClassificationDecided, ClassificationReopened, Rated, YearBand
from events.fact import Fact
from events.office import Office, OfficerAppointed, OfficerEnded, Post
from events.organisation_papers import (
    Censure,
    FourGoodPlanAdopted,
    Merit,
    OrganisationDisciplined,
    OrganisationRewarded,
    TargetKind,
    TargetSet,
    TrainingHeld,
    WorkingRulesAdopted,
)
from events.rule import RuleAdopted, RulePublished, stream_of
from tests.examples import BOOK_OPENED, CELL_7, COMMUNE, HOA, LAN, a_decision, an_id

CANDIDACY, YEAR = an_id("candidacy"), an_id("year")
ITEMS = {"meetings": Decimal("19.5")}
RULE = stream_of("ward")
REGISTERED = CandidacyRegistered(cell=CELL_7, year=2025)
GOOD = ClassificationDecided(
    subject=LAN, kind=Rated.MEMBER, year=2025, band=YearBand.GOOD, placed_on=BOOK_OPENED, cell=CELL_7
)

OF_ORGANISATIONS: list[Fact] = [
    *[
        OfficerAppointed(member=member, office=office, concurrently=post)
        for member in (LAN, HOA)
        for office in (Office.SECRETARY, Office.SUPERVISOR)
        for post in (None, Post.VILLAGE_HEAD)
    ],
    *[OfficerEnded(member=member, office=Office.SECRETARY) for member in (LAN, HOA)],
    WorkingRulesAdopted(term="2025-2030"),
    TrainingHeld(year=2025, members=(LAN, HOA)),
    FourGoodPlanAdopted(year=2025),
    *[TargetSet(year=2025, kind=TargetKind.ADMISSIONS, value=value) for value in (3, 4)],
    OrganisationRewarded(form=Merit.COMMENDATION, decision=a_decision()),
    OrganisationDisciplined(form=Censure.REPRIMAND, decision=a_decision()),
]
OF_CANDIDACIES: list[Fact] = [
    CandidacySelfAssessed(cell=CELL_7, year=2025, items=ITEMS),
    CandidacyAppraised(cell=CELL_7, year=2025, items=ITEMS),
    CandidacyRecognised(cell=CELL_7, year=2025),
    CandidacyCertified(cell=CELL_7, year=2025, decision=a_decision()),
    CandidacyWithdrawn(cell=CELL_7, year=2025, reason="lý do"),
]
OF_YEARS: list[Fact] = [
    GOOD,
    ClassificationDecided(
        subject=LAN, kind=Rated.MEMBER, year=2025, band=YearBand.EXCELLENT, placed_on=BOOK_OPENED, cell=CELL_7,
        points=Decimal("92.5"), quota=an_id("quota"),
    ),
    ClassificationReopened(subject=LAN, year=2025, reason="lý do"),
]  # fmt: skip
OF_RULES: list[Fact] = [
    *[
        RulePublished(
            pack="ward", version=version, judges="meeting", issuer="Đảng ủy phường", number="05-HD/ĐU",
            issued_on=BOOK_OPENED, text="{}", valid_from=BOOK_OPENED, organisation=COMMUNE,
        )
        for version in (1, 2)
    ],
    *[RuleAdopted(pack="ward", organisation=organisation) for organisation in (COMMUNE, CELL_7)],
]  # fmt: skip
