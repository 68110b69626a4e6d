"""Changes of four-good candidacies: registered, withdrawn, self-assessed, appraised, recognised, certified."""

from datetime import date
from decimal import Decimal
from typing import Annotated, TypeVar

from pydantic import Field

from events.candidacy import (
    Candidacy,
    CandidacyRegistered,
    Standard,
    appraise,
    certify,
    recognise,
    register,
    self_assess,
    withdraw,
)
from events.claims import candidacy_claim
from events.fact import Fact, Id, Refused
from events.organisation import Organisation
from services.ingest.asked import Asked, Change, Nothing, Plan, must_be_new
from services.ingest.bodies import Body, Ident, Line, PaperForm, Text
from services.ingest.changes.judgements import Points
from services.ingest.changes.papers import Year
from services.ingest.rules import PackInForce, must_be_of_pack
from services.ingest.streams import HolderOf
from services.web.rules import InForce

B = TypeVar("B", bound=Body)

Items = Annotated[dict[Line, Points], Field(min_length=1, max_length=100)]


class CandidacyBody(Body):
    """A cell that means to be a four-good cell in a year."""

    cell: Ident
    year: Year


class WithdrawalBody(Body):
    """Why it takes part no longer."""

    reason: Text


class AssessmentBody(Body):
    """Points by item of the issuer's table, 100 at most together."""

    items: Items


class RecognitionOfCellBody(Body):
    """The cell meets the standard."""


class CertificateBody(Body):
    """The decision behind a certificate of merit."""

    decision: PaperForm


def _register(asked: Asked[CandidacyBody]) -> Plan:
    body, ident = asked.body, asked.ident()
    asked.must_reach(body.cell)
    must_be_new(asked, ident, Candidacy.KIND)
    candidacy = asked.sight.of(Candidacy, ident)
    if candidacy.registered is None and (first := _open(asked)):
        return _plan(first, [])
    registered = CandidacyRegistered(cell=body.cell, year=body.year, code=body.code)
    return _plan(ident, register(candidacy, asked.sight.of(Organisation, body.cell), registered, asked.on))


def _open(asked: Asked[CandidacyBody]) -> Id | None:
    """The cell's open candidacy of that year, where this is the same registration again; None where there is none.

    Raises:
        Refused: `candidacy.open`, the one on record is another one.
    """
    body = asked.body
    holder: Id | None = asked.sight.answer(HolderOf(candidacy_claim(body.cell, body.year)))
    known = asked.sight.of(Candidacy, holder) if holder is not None else Candidacy()
    if known.registered is None or known.withdrawn is not None:
        return None
    same = body.id is None and body.code in (None, known.registered.code)
    if not same or body.effective_on not in (None, known.registered_on):
        raise Refused("candidacy.open", "the cell has an open candidacy of that year already", "/cell")
    return holder


def _here(asked: Asked[B]) -> tuple[Id, Candidacy, CandidacyRegistered]:
    """The candidacy in the path.

    Raises:
        Nothing: 404.
    """
    (ident,) = asked.path
    candidacy = asked.sight.of(Candidacy, ident)
    if candidacy.registered is None:
        raise Nothing("candidacy")
    return ident, candidacy, candidacy.registered


def _of_superior(asked: Asked[B]) -> tuple[Id, Candidacy]:
    """What the superior does: a token of the cell's own does not.

    Raises:
        Problem: 403.
    """
    ident, candidacy, registered = _here(asked)
    asked.must_reach(asked.sight.glance(Organisation, registered.cell).parent_on(asked.on))
    return ident, candidacy


def _plan(ident: Id, facts: list[Fact]) -> Plan:
    return Plan.one(ident, Candidacy.KIND, facts)


def _withdraw(asked: Asked[WithdrawalBody]) -> Plan:
    """The cell may register again, for instance where it has moved to."""
    ident, candidacy, registered = _here(asked)
    asked.must_reach(registered.cell)
    plan = _plan(ident, withdraw(candidacy, asked.body.reason, asked.on))
    if plan.has_facts:
        plan.releases.append((candidacy_claim(registered.cell, registered.year), ident))
    return plan


def _items(body: AssessmentBody) -> dict[str, Decimal]:
    return dict(body.items)


def _self_assess(asked: Asked[AssessmentBody]) -> Plan:
    ident, candidacy, registered = _here(asked)
    asked.must_reach(registered.cell)
    facts = self_assess(candidacy, _items(asked.body), asked.on)
    if facts:
        must_be_of_pack(asked, _table(candidacy, registered, asked.on), _items(asked.body))
    return _plan(ident, facts)


def _appraise(asked: Asked[AssessmentBody]) -> Plan:
    ident, candidacy = _of_superior(asked)
    facts = appraise(candidacy, _items(asked.body), asked.on)
    if facts and candidacy.registered is not None:
        must_be_of_pack(asked, _table(candidacy, candidacy.registered, asked.on), _items(asked.body))
    return _plan(ident, facts)


def _recognise(asked: Asked[RecognitionOfCellBody]) -> Plan:
    ident, candidacy = _of_superior(asked)
    standard = None
    if candidacy.appraised is not None and candidacy.recognised is None and candidacy.registered is not None:
        table: InForce | None = asked.sight.answer(_table(candidacy, candidacy.registered, asked.on))
        standard = Standard(table.best, table.full) if table is not None else None
    return _plan(ident, recognise(candidacy, standard, asked.on))


def _table(candidacy: Candidacy, registered: CandidacyRegistered, on: date) -> PackInForce:
    """The table in force when the cell assessed itself: one a candidacy, whatever is published until its end."""
    return PackInForce("four-good", registered.cell, candidacy.self_assessed_on or on, exact=True)


def _certify(asked: Asked[CertificateBody]) -> Plan:
    ident, candidacy = _of_superior(asked)
    return _plan(ident, certify(candidacy, asked.body.decision.paper(), asked.on))


CHANGES = (
    Change("/four-good", CandidacyBody, _register, "Register a cell as a four-good candidate of a year"),
    Change("/four-good/{id}/withdrawals", WithdrawalBody, _withdraw, "Withdraw a candidacy"),
    Change("/four-good/{id}/self-assessments", AssessmentBody, _self_assess, "Record the cell's own points"),
    Change("/four-good/{id}/appraisals", AssessmentBody, _appraise, "Record the superior's points"),
    Change("/four-good/{id}/recognitions", RecognitionOfCellBody, _recognise, "Recognise the standard"),
    Change("/four-good/{id}/certificates", CertificateBody, _certify, "Give a certificate of merit"),
)
