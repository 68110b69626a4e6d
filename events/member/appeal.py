"""How a sanction is complained of, what the complaint comes to, and how a wrongful one is undone."""

from datetime import date

from events.fact import Fact, Id, Refused
from events.member.discipline import must_suit
from events.member.facts import SanctionForm, Status
from events.member.facts_of_order import ComplaintAnswered, ComplaintOutcome, SanctionComplained, SanctionRestored
from events.member.honours import Sanction
from events.member.state import Member
from events.organisation import Organisation, must_take_members
from events.working_days import working_days_after

COMPLAINT_WORKING_DAYS = 30
"""Within how many after its announcement a decision may be complained of."""


def complain(member: Member, position: int, on: date) -> list[Fact]:
    """He complains of the sanction whose fact has that place in the log, once, and obeys it meanwhile.

    Within 30 working days of the announcement. On which day it is asked again does not matter.

    Raises:
        Refused: `sanction.unknown`, `sanction.undone`, `complaint.before_announcement`, `complaint.too_late`,
            `member.died`.
    """
    sanction = _known(member, position)
    if sanction.complained_on is not None:
        return []
    _must_stand(sanction)
    must_be_alive(member, on)
    must_be_in_time(sanction.on, on)
    return [SanctionComplained(sanction=position)]


def answer(member: Member, answered: ComplaintAnswered, cell: Organisation | None, on: date) -> list[Fact]:
    """The superior answers: the sanction stands, is of another form from that day, or is no more.

    Where an expulsion gives way, he is on the roll of `answered.cell` again, whose state is `cell`; who died
    meanwhile is on none. A harsher form than any other, an expulsion, is a decision of its own.

    Raises:
        Refused: `sanction.unknown`, `sanction.undone`, `sanction.form_not_for_probationary`, `complaint.none`,
            `complaint.answered` (otherwise), `complaint.before_it_was_made`, `complaint.form` (missing, not allowed,
            the one that it is, or an expulsion), `restoration.cell` (missing or not allowed),
            `restoration.cell_unknown`, `restoration.cell_ended`, `restoration.cell_not_a_cell`,
            `member.later_facts`.
    """
    sanction = _known(member, answered.sanction)
    if sanction.outcome is not None:
        if (sanction.outcome, sanction.changed_to) == (answered.outcome, answered.form):
            return []
        raise Refused("complaint.answered", f"the complaint was answered otherwise on {sanction.answered_on}")
    if sanction.complained_on is None:
        raise Refused("complaint.none", "nobody has complained of this sanction")
    _must_stand(sanction)
    if on < sanction.complained_on:
        raise Refused("complaint.before_it_was_made", f"the complaint was made on {sanction.complained_on}")
    _must_have_its_form(member, sanction, answered)
    gives_way = sanction.expels and answered.outcome is not ComplaintOutcome.UPHELD
    must_come_back_somewhere(member, gives_way, answered.cell, cell, on)
    return [answered]


def restore(member: Member, restored: SanctionRestored, cell: Organisation | None, on: date) -> list[Fact]:
    """A wrongful decision is undone by one of its own, and stays on record; it may have lapsed long ago.

    Who was expelled is on the roll of `restored.cell` again, whose state is `cell`; who died meanwhile is on none.

    Raises:
        Refused: `sanction.unknown`, `sanction.undone` (a complaint has cancelled it), `restoration.too_early` (before
            what is known of the sanction), `restoration.cell` (missing or not allowed), `restoration.cell_unknown`,
            `restoration.cell_ended`, `restoration.cell_not_a_cell`, `member.later_facts`.
    """
    sanction = _known(member, restored.sanction)
    if sanction.restored_on is not None:
        return []
    _must_stand(sanction)
    must_not_be_early(sanction.latest_on, on)
    must_come_back_somewhere(member, sanction.expels, restored.cell, cell, on)
    return [restored]


def comes_back(member: Member, position: int) -> bool:
    """Whether he is on a roll again once that sanction is undone or changed: he was expelled by it, and lives.

    Raises:
        Refused: `sanction.unknown`.
    """
    return member.died_on is None and _known(member, position).expels


# The same for removals


def must_be_in_time(announced: date, on: date) -> None:
    """A complaint is made within 30 working days of the day on which the decision was announced.

    Raises:
        Refused: `complaint.before_announcement`, `complaint.too_late`.
    """
    if on < announced:
        raise Refused("complaint.before_announcement", f"the decision was announced on {announced}")
    last = working_days_after(announced, COMPLAINT_WORKING_DAYS)
    if on > last:
        raise Refused("complaint.too_late", f"it could be complained of until {last}")


def must_be_alive(member: Member, on: date) -> None:
    """Nobody complains who has died.

    Raises:
        Refused: `member.died`.
    """
    if member.died_on is not None and on >= member.died_on:
        raise Refused("member.died", f"the member died on {member.died_on}")


def must_not_be_early(latest_on: date, on: date) -> None:
    """A decision is not undone before it was made, nor before it was complained of.

    Raises:
        Refused: `restoration.too_early`.
    """
    if on < latest_on:
        raise Refused("restoration.too_early", f"what is undone is known of until {latest_on}")


def must_come_back_somewhere(
    member: Member, gives_way: bool, cell: Id | None, state: Organisation | None, on: date
) -> None:
    """Who was out and is no more is on the roll of a living cell; nobody else is given one.

    Raises:
        Refused: `restoration.cell` (missing or not allowed), `restoration.cell_unknown`, `restoration.cell_ended`,
            `restoration.cell_not_a_cell`, `member.later_facts`.
    """
    if not gives_way or member.died_on is not None:
        if cell is not None:
            raise Refused("restoration.cell", "only who comes back onto a roll is given a cell", "/cell")
        return
    if cell is None or state is None:
        raise Refused("restoration.cell", "who comes back onto a roll is given a cell", "/cell")
    must_take_members(state, on, "restoration.cell", "/cell")
    if member.latest_on is not None and on < member.latest_on:
        raise Refused("member.later_facts", f"something took effect on {member.latest_on}, when he was out")


def _known(member: Member, position: int) -> Sanction:
    sanction = member.sanctions.known.get(position)
    if sanction is None:
        raise Refused("sanction.unknown", "there is no such sanction of this member")
    return sanction


def _must_stand(sanction: Sanction) -> None:
    if sanction.undone_on is not None:
        raise Refused("sanction.undone", f"the sanction was undone on {sanction.undone_on}")


def _must_have_its_form(member: Member, sanction: Sanction, answered: ComplaintAnswered) -> None:
    if answered.outcome is not ComplaintOutcome.CHANGED:
        if answered.form is not None:
            raise Refused("complaint.form", "a form goes with an outcome of changed alone", "/form")
        return
    if answered.form is None or answered.form is sanction.form:
        raise Refused("complaint.form", "a sanction that is changed is of another form", "/form")
    if answered.form is SanctionForm.EXPULSION:
        raise Refused("complaint.form", "an expulsion is a decision of its own, never an answer", "/form")
    must_suit(answered.form, member.statuses.at(sanction.on) or Status.OFFICIAL)
