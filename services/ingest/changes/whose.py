"""Whose matter a record is: who stands above that organisation may correct it, with a second person."""

from typing import Any

from events.candidacy import Candidacy, CandidacySelfAssessed
from events.classification import Classification
from events.fact import Id, Record, stored_name
from events.liaison import Liaison
from events.meeting import Meeting
from events.member import Member
from events.oath_review import OathReview
from events.organisation import Organisation
from services.ingest.asked import Asked
from services.ingest.changes.members import cell_of


def whose(asked: Asked[Any], record: Record) -> Id | None:
    """The organisation; None where there is none."""
    sight, stream = asked.sight, record.stream
    match record.kind:
        case Organisation.KIND:
            return stream
        case Member.KIND:
            return cell_of(asked, sight.of(Member, stream))
        case Meeting.KIND:
            called = sight.of(Meeting, stream).called
            return called.cell if called is not None else None
        case Liaison.KIND:
            introduced = sight.of(Liaison, stream).introduced
            return introduced.committee if introduced is not None else None
        case OathReview.KIND:
            opened = sight.of(OathReview, stream).opened
            return opened.cell if opened is not None else None
    return _of_paper(asked, record)


def _of_paper(asked: Asked[Any], record: Record) -> Id | None:
    """Of a candidacy or a year: what the superior has decided is the superior's."""
    sight, stream = asked.sight, record.stream
    if record.kind == Candidacy.KIND and (registered := sight.of(Candidacy, stream).registered) is not None:
        is_own = record.name == stored_name(CandidacySelfAssessed)
        return registered.cell if is_own else _above(asked, registered.cell)
    if record.kind == Classification.KIND and (decided := sight.of(Classification, stream).decided) is not None:
        return decided.cell or _above(asked, decided.subject)
    return None


def _above(asked: Asked[Any], organisation: Id) -> Id:
    return asked.sight.glance(Organisation, organisation).above_on(asked.now.date()) or organisation
