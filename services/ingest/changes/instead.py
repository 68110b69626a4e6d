"""By which change each fact is recorded, so that it can be asked again as it should have been."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import msgspec
from pydantic import ValidationError

from events.correction import NAMES
from events.fact import Id, Record, Refused, State
from events.oath_review import OathReview
from services.ingest.asked import Asked, Change
from services.ingest.stored import fact_of
from services.web.problem import Problem, invalid

PATHS = {
    "organisation.established": "/organisations",
    "organisation.renamed": "/organisations/{id}/renamings",
    "organisation.handed_over": "/organisations/{id}/handovers",
    "organisation.dissolved": "/organisations/{id}/dissolutions",
    "organisation.disbanded": "/organisations/{id}/disbandings",
    "organisation.officer_appointed": "/organisations/{id}/officers",
    "organisation.officer_ended": "/organisations/{id}/officers/{member}/endings",
    "organisation.working_rules_adopted": "/organisations/{id}/working-rules",
    "organisation.training_held": "/organisations/{id}/trainings",
    "organisation.four_good_plan_adopted": "/organisations/{id}/four-good-plans",
    "organisation.target_set": "/organisations/{id}/targets",
    "organisation.rewarded": "/organisations/{id}/rewards",
    "organisation.disciplined": "/organisations/{id}/sanctions",
    "member.admitted": "/members",
    "member.recognised": "/members/{id}/recognitions",
    "member.residence_declared": "/members/{id}/residences",
    "member.transfer_introduced": "/members/{id}/transfers",
    "member.transfer_received": "/transfers/{id}/receptions",
    "member.transfer_refused": "/transfers/{id}/refusals",
    "member.transfer_withdrawn": "/transfers/{id}/withdrawals",
    "member.transfer_returned": "/transfers/{id}/returns",
    "member.reward_given": "/members/{id}/rewards",
    "member.disciplined": "/members/{id}/sanctions",
    "member.sanction_complained": "/members/{id}/sanctions/{position}/complaints",
    "member.complaint_answered": "/members/{id}/sanctions/{position}/complaints/answers",
    "member.sanction_restored": "/members/{id}/sanctions/{position}/restorations",
    "member.inspection_opened": "/members/{id}/inspections",
    "member.inspection_ended": "/members/{id}/inspections/endings",
    "member.suspended": "/members/{id}/suspensions",
    "member.suspension_ended": "/members/{id}/suspensions/endings",
    "member.appointed": "/members/{id}/appointments",
    "member.exempted": "/members/{id}/exemptions",
    "member.exemption_ended": "/members/{id}/exemptions/endings",
    "member.removed": "/members/{id}/removals",
    "member.removal_complained": "/members/{id}/removals/complaints",
    "member.removal_restored": "/members/{id}/removals/restorations",
    "member.died": "/members/{id}/deaths",
    "collective_transfer.introduced": "/collective-transfers",
    "collective_transfer.received": "/collective-transfers/{id}/receptions",
    "meeting.called": "/meetings",
    "meeting.postponed": "/meetings/{id}/postponements",
    "meeting.cancelled": "/meetings/{id}/cancellations",
    "meeting.pre_meeting_held": "/meetings/{id}/pre-meetings",
    "meeting.documents_sent": "/meetings/{id}/documents",
    "meeting.held": "/meetings/{id}/sessions",
    "meeting.attendance_recorded": "/meetings/{id}/sessions",
    "meeting.resolution_adopted": "/meetings/{id}/resolutions",
    "meeting.task_results_recorded": "/meetings/{id}/task-results",
    "meeting.chosen_as_model": "/meetings/{id}/model-choices",
    "meeting.minutes_approved": "/meetings/{id}/minutes",
    "meeting.self_scored": "/meetings/{id}/self-scores",
    "meeting.vote_taken": "/meetings/{id}/votes",
    "meeting.band_decided": "/meetings/{id}/bands",
    "liaison.introduced": "/liaisons",
    "liaison.accepted": "/liaisons/{id}/acceptances",
    "liaison.assigned": "/liaisons/{id}/assignments",
    "liaison.strengths_changed": "/liaisons/{id}/strengths",
    "liaison.contact_made": "/liaisons/{id}/contacts",
    "liaison.remark_requested": "/liaisons/{id}/remark-requests",
    "liaison.remark_drafted": "/liaisons/{id}/remarks",
    "liaison.remark_confirmed": "/liaisons/{id}/remarks/{year}/confirmations",
    "oath_review.reported": "/oath-reviews/{id}/reports",
    "oath_review.excused": "/oath-reviews/{id}/excuses",
    "candidacy.self_assessed": "/four-good/{id}/self-assessments",
    "candidacy.appraised": "/four-good/{id}/appraisals",
    "candidacy.recognised": "/four-good/{id}/recognitions",
    "candidacy.certified": "/four-good/{id}/certificates",
    "classification.decided": "/classifications",
    "classification.reopened": "/classifications/reopenings",
}
"""The path of the change that records a fact, by the fact's stored name."""

OF_MANY = "several organisations or persons rest on it: undo it by a change of its own"
FOR_EVER = {
    "organisation.joined_by": OF_MANY,
    "organisation.split_off": OF_MANY,
    "organisation.absorbed": OF_MANY,
    "organisation.consolidated": OF_MANY,
    "organisation.split": OF_MANY,
    "member.moved": OF_MANY,
    "member.transfer_extension_asked": "it is half of an agreement of two: ask anew",
    "member.transfer_extended": "two have agreed on it: end the stay by a return",
    "liaison.message_sent": "what was written to another committee was written: send another message",
    "member.erased": "a key that was destroyed does not come back",
    "liaison.refused": "the committee may be asked anew: introduce the member again",
    "liaison.ended": "the member may be introduced again",
    "oath_review.opened": "a roll that was frozen stays so",
    "oath_review.closed": "a review that was closed stays so",
    "candidacy.registered": "withdraw it, and register anew",
    "candidacy.withdrawn": "the cell may register again",
}
"""Facts that are not corrected, and why not."""
RULES = {
    "rule.published": "scores may have been given by it: publish the next version, POST /rules, and until it begins "
    "let those who adopted it adopt another pack, POST /rules/PACK/adoptions",
    "rule.adopted": "adopt the right pack for the same day, POST /rules/PACK/adoptions: the later word holds, "
    "and scores follow",
}
"""Rule packs are not struck through either; what undoes each."""


class Place(NamedTuple):
    """What the path of the change names, its numbers too, and the id of what it creates."""

    path: tuple[Id, ...]
    numbers: tuple[int, ...]
    ident: Id


def must_be_correctable(record: Record) -> None:
    """Some facts stand whatever is said of them later.

    Raises:
        Refused: `correction.of_a_correction`, `correction.kind`.
    """
    if record.name in NAMES:
        raise Refused(
            "correction.of_a_correction", "this is a correction: correct what was put in its place", "/position"
        )
    if record.name not in PATHS:
        why = (FOR_EVER | RULES).get(record.name, f"what is recorded as {record.name} is undone by a change of its own")
        raise Refused("correction.kind", why, "/position")


def place_of(record: Record, state: State) -> Place:
    """Where the change that recorded this was posted; `state` is that of the stream before it."""
    fact: Any = fact_of(record)
    path = PATHS[record.name]
    numbers = (fact.year,) if "{year}" in path else (fact.sanction,) if "{position}" in path else ()
    transfer: Id | None = getattr(fact, "transfer", None)
    if "{id}" not in path:
        return Place((), (), record.stream)
    if "{member}" in path:
        return Place((record.stream, fact.member), (), record.stream)
    if path.startswith("/transfers/") and transfer is not None:
        return Place((transfer,), (), record.stream)
    if isinstance(state, OathReview) and state.opened is not None:
        return Place((state.opened.campaign,), (), record.stream)
    return Place((record.stream,), numbers, transfer or record.stream)


def asked_again(
    asked: Asked[Any], record: Record, where: Place, same: Change[Any], otherwise: Mapping[Id, State]
) -> Asked[Any]:
    """The change as it should have been asked, of whom it was asked; `otherwise` are streams as they stood then.

    Raises:
        Problem: 422, its body is none of that change.
    """
    try:
        body = same.body.model_validate_json(msgspec.json.encode(asked.body.instead))
    except ValidationError as error:
        problem = invalid(error)
        pairs = [(f"/instead{pointer}", message) for pointer, message in problem.errors]
        raise Problem(problem.status, problem.rule, problem.detail, pairs) from None
    if body.effective_on is None and body.natural_day(asked.now) is None:
        body = body.model_copy(update={"effective_on": record.effective_on})
    inner = Asked(
        same, where.path, body, asked.caller, asked.now, numbers=where.numbers, approved=True, new_id=where.ident
    )
    inner.answers = asked.answers
    inner.sight = asked.sight.where(otherwise)
    return inner
