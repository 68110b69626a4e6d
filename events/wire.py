"""The only place where names meet the outside: stored names, stored bytes, old forms read as today's, JSON Schema."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import msgspec

from events import (
    candidacy,
    classification,
    collective_transfer,
    endpoint,
    excellence,
    liaison,
    meeting,
    member,
    notice,
    oath_campaign,
    oath_review,
    office,
    organisation,
    organisation_papers,
    proposal,
    rule,
    silence,
    subscription,
)
from events.correction import STRIKES
from events.fact import Fact, State, personal_fields, stored_name

Kinds = tuple[tuple[type[State], tuple[type[Fact], ...]], ...]
_KINDS: Kinds = (
    (
        organisation.Organisation,
        (
            organisation.OrganisationEstablished,
            organisation.OrganisationRenamed,
            organisation.OrganisationHandedOver,
            organisation.OrganisationJoinedBy,
            organisation.OrganisationSplitOff,
            organisation.OrganisationAbsorbed,
            organisation.OrganisationConsolidated,
            organisation.OrganisationSplit,
            organisation.OrganisationDissolved,
            organisation.OrganisationDisbanded,
            *office.FACTS,
            *organisation_papers.FACTS,
        ),
    ),
    (
        member.Member,
        (
            member.MemberAdmitted,
            member.MemberRecognised,
            member.ResidenceDeclared,
            member.MemberMoved,
            member.TransferIntroduced,
            member.TransferReceived,
            member.TransferRefused,
            member.TransferWithdrawn,
            member.TransferExtensionAsked,
            member.TransferExtended,
            member.TransferReturned,
            member.RewardGiven,
            member.MemberDisciplined,
            member.MemberErased,
            *member.OF_ORDER,
            *member.OF_LIFE,
        ),
    ),
    (
        meeting.Meeting,
        (
            meeting.MeetingCalled,
            meeting.MeetingPostponed,
            meeting.MeetingCancelled,
            meeting.PreMeetingHeld,
            meeting.DocumentsSent,
            meeting.MeetingHeld,
            meeting.AttendanceRecorded,
            meeting.ResolutionAdopted,
            meeting.TaskResultsRecorded,
            meeting.MinutesApproved,
            meeting.SelfScored,
            meeting.VoteTaken,
            meeting.MeetingChosenAsModel,
            meeting.BandDecided,
        ),
    ),
    (
        liaison.Liaison,
        (
            liaison.LiaisonIntroduced,
            liaison.LiaisonAccepted,
            liaison.LiaisonRefused,
            liaison.LiaisonAssigned,
            liaison.StrengthsChanged,
            liaison.MessageSent,
            liaison.ContactMade,
            liaison.RemarkRequested,
            liaison.RemarkDrafted,
            liaison.RemarkConfirmed,
            liaison.LiaisonEnded,
        ),
    ),
    (oath_campaign.OathCampaign, (oath_campaign.OathCampaignOpened, oath_campaign.OathCampaignClosed)),
    (
        oath_review.OathReview,
        (
            oath_review.OathReviewOpened,
            oath_review.OathReported,
            oath_review.MemberExcused,
            oath_review.OathReviewClosed,
        ),
    ),
    (
        collective_transfer.CollectiveTransfer,
        (collective_transfer.CollectiveTransferIntroduced, collective_transfer.CollectiveTransferReceived),
    ),
    (candidacy.Candidacy, candidacy.FACTS),
    (classification.Classification, (classification.ClassificationDecided, classification.ClassificationReopened)),
    (excellence.Excellence, (excellence.ExcellenceGranted, excellence.ExcellenceGivenUp)),
    (proposal.Proposal, (proposal.ProposalMade, proposal.ProposalApproved, proposal.ProposalRejected)),
    (notice.Notice, (notice.NoticeAcknowledged,)),
    (rule.Rule, rule.FACTS),
    (endpoint.Endpoint, endpoint.FACTS),
    (subscription.Subscription, subscription.FACTS),
    (silence.Silence, silence.FACTS),
)
"""Every kind of stream and what may be said in it."""


def _corrections(state: type[State]) -> tuple[type[Fact], ...]:
    """The fact by which others of the same kind of stream are struck through, where they can be."""
    return (STRIKES[state.KIND],) if state.KIND in STRIKES else ()


STREAMS: Kinds = tuple((state, (*facts, *_corrections(state))) for state, facts in _KINDS)
"""Every kind of stream and every fact that may stand in it."""

FORM = "_form"
SAYS_FORM = b'{"_form":'
"""How data begins that is of a later form than the first."""
Streams = Iterable[tuple[type[State], tuple[type[Fact], ...]]]
OldForms = Mapping[tuple[str, int], Callable[[dict[str, Any]], dict[str, Any]]]
OLD_FORMS: OldForms = {}
"""How an older stored form is read as the next one, by (name, form): `("member.admitted", 1)` makes a form 1 a form 2.

Most changes need nothing here: a new field has a default. Where the meaning of a field must change, add a function for
the form that ends; from then on `encode` writes the number of the new form into the data (`_form`; absent, it is 1),
and every form ever stored is read through the functions in turn. Freeze a sample of the new form; the old one's stays.
"""


class UnknownFact(LookupError):
    """The name, or the form, of no fact that this program knows: it was written by a newer one, or it is no fact."""


def registry(streams: Streams) -> dict[str, type[Fact]]:
    """Every stored name and its class.

    Raises:
        TypeError: a name is used twice, or does not begin with the kind of its stream.
    """
    classes: dict[str, type[Fact]] = {}
    for state, facts in streams:
        for fact in facts:
            name = stored_name(fact)
            if name in classes:
                raise TypeError(f"two classes are stored as {name}")
            if name.partition(".")[0] != state.KIND:
                raise TypeError(f"{name} does not belong to the kind {state.KIND}")
            classes[name] = fact
    return classes


_ENCODER = msgspec.json.Encoder()


class Wire:
    """Facts by their stored names: how each is stored, and how all that was ever stored is read.

    Raises:
        TypeError: as `registry`; or an old form is of no fact, or leads to one that is none.
    """

    def __init__(self, streams: Streams, old_forms: OldForms) -> None:
        self.facts: Mapping[str, type[Fact]] = registry(streams)
        self._old = dict(old_forms)
        self._form = {name: 1 + sum(changed == name for changed, _ in self._old) for name in self.facts}
        self._decoders = {name: msgspec.json.Decoder(fact) for name, fact in self.facts.items()}
        self._tag = {fact: len(_ENCODER.encode({"fact": name})) - 1 for name, fact in self.facts.items()}
        for name, form in self._old:
            if not 1 <= form < self._form.get(name, 0):
                raise TypeError(f"form {form} of {name} leads nowhere: forms are numbered from 1 on, without a gap")

    def form(self, name: str) -> int:
        """The number of the form in which facts of that name are stored now."""
        return self._form.get(name, 1)

    def encode(self, fact: Fact) -> bytes:
        """The fact's data as stored: JSON without its name, which stands beside it, and without what is a default."""
        kind = type(fact)
        data = _ENCODER.encode(fact)[self._tag[kind] :]
        if (form := self._form[stored_name(kind)]) > 1:
            data = b',"%s":%d%s' % (FORM.encode(), form, data)
        return b"{" + data.removeprefix(b",")

    def decode(self, name: str, data: bytes) -> Fact:
        """The fact that is stored as `data` under `name`, whatever its form.

        Raises:
            UnknownFact: there is no such fact here, or not in this form.
            msgspec.DecodeError: the data is no such fact.
        """
        try:
            decoder = self._decoders[name]
        except KeyError:
            raise UnknownFact(name) from None
        return decoder.decode(self.today(name, data))

    def today(self, name: str, data: bytes) -> bytes:
        """The data in today's form, also for readers that decode only some fields; as it is where none changed.

        Raises:
            UnknownFact: it is of a form that a newer program has written; it would be misread.
        """
        newest = self._form.get(name, 1)
        if newest == 1 and not data.startswith(SAYS_FORM):
            return data
        fields: dict[str, Any] = msgspec.json.decode(data)
        form = fields.pop(FORM, 1)
        if form > newest:
            raise UnknownFact(f"{name} in form {form}")
        for old in range(form, newest):
            fields = self._old[name, old](fields)
        return _ENCODER.encode(fields)


WIRE = Wire(STREAMS, OLD_FORMS)
FACTS = WIRE.facts
STATES: Mapping[str, type[State]] = {state.KIND: state for state, _ in STREAMS}
encode, decode, today = WIRE.encode, WIRE.decode, WIRE.today


def state_of(kind: str) -> type[State]:
    """The state that streams of this kind are folded into.

    Raises:
        UnknownFact: no fact's name begins so.
    """
    try:
        return STATES[kind]
    except KeyError:
        raise UnknownFact(kind) from None


def schemas() -> dict[str, dict[str, Any]]:
    """The JSON Schema of each fact's data, by its name. Text about a person is marked `x-personal`."""
    return {name: _schema(fact) for name, fact in FACTS.items()}


def _schema(fact: type[Fact]) -> dict[str, Any]:
    whole = msgspec.json.schema(fact)
    own: dict[str, Any] = whole["$defs"].pop(fact.__name__)
    del own["properties"]["fact"]
    own["required"] = [field for field in own["required"] if field != "fact"]
    for field in personal_fields(fact):
        own["properties"][field]["x-personal"] = True
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **own, "$defs": whole["$defs"]}
