"""Changes by which organisations become parts of others, and others of them: absorbed, consolidated, split."""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID, uuid5

from pydantic import Field

from events.fact import Fact, Id, Refused
from events.member import Member, MemberMoved
from events.member.moved import move
from events.organisation import (
    CellKind,
    Organisation,
    OrganisationConsolidated,
    OrganisationEstablished,
    OrganisationKind,
    OrganisationSplit,
    Other,
    Share,
    Whole,
    absorb,
    consolidate,
    establish,
    must_become_one,
    split,
    split_off,
    take_along,
    take_over,
)
from services.ingest.asked import Asked, Change, Part, Plan, must_be_new
from services.ingest.bodies import Body, Code, Form, Ident, Line
from services.ingest.changes.organisations import B, organisation_here, other
from services.ingest.rolls import Belonging, BelongingTo, Since, still

MOST = 20_000
"""Members that a body names."""
Idents = Annotated[tuple[Ident, ...], Field(max_length=MOST)]


class AbsorptionBody(Body):
    """`into` is another organisation of its kind; members and children go with it."""

    into: Ident


class NewForm(Form):
    """A new organisation: the fields of one that is established."""

    id: Ident | None = None
    name: Line
    cell_kind: CellKind | None = None
    parent: Ident | None = None
    place: Code | None = None
    serves: Code | None = None
    code: Code | None = None


class WholeForm(NewForm):
    """What several become."""

    kind: OrganisationKind


class PartForm(NewForm):
    """What one becomes; of its kind, its kind of cell and below its parent, unless another one is named."""

    members: Idents = ()
    children: Idents = ()


class ConsolidationBody(Body):
    """Two or more of a kind become a new one."""

    organisations: Annotated[tuple[Ident, ...], Field(min_length=1, max_length=500)]
    into: WholeForm


class SplitBody(Body):
    """Every member, or every child, goes to one of the parts; with `keeps`, those who are not named stay."""

    into: Annotated[tuple[PartForm, ...], Field(min_length=1, max_length=500)]
    keeps: bool = False


def _absorb(asked: Asked[AbsorptionBody]) -> Plan:
    (ident,) = asked.path
    organisation, into = organisation_here(asked, ident), other(asked, asked.body.into)
    asked.must_reach(ident)
    asked.must_reach(into.id)
    facts = absorb(organisation, ident, into, asked.on)
    plan = Plan.one(ident, Organisation.KIND, facts)
    if facts:
        plan.parts.append(Part(into.id, take_over(into.state, ident, asked.on)))
    plan.parts += _all_of_it(asked, ident, into.id, gone=not facts)
    plan.unless = still(_belonging(asked, ident))
    return plan


def _consolidate(asked: Asked[ConsolidationBody]) -> Plan:
    body = asked.body
    organisations = [other(asked, ident) for ident in body.organisations]
    asked.must_reach(body.into.parent)
    for one in organisations:
        asked.must_reach(one.id)
    if (known := _known_whole(asked, organisations)) is not None:
        late = [part for one in organisations for part in _all_of_it(asked, one.id, known, gone=True)]
        return Plan(known, Organisation.KIND, [Part(known, []), *late])
    must_become_one(organisations, body.into.kind)
    ident = body.into.id or asked.ident()
    facts = _new(asked, ident, body.into, _established(body.into, body.into.kind))
    gone: dict[Id, list[Fact]] = {}
    for one in organisations:
        gone[one.id] = consolidate(one.state, ident, asked.on)
        facts += take_over(Organisation(), one.id, asked.on)
    for one in organisations:
        for part in _all_of_it(asked, one.id, ident, gone=False):
            # Who is on the roll of one and a guest of another goes twice.
            gone.setdefault(part.stream, []).extend(part.facts)
    unless = still(*(_belonging(asked, one.id) for one in organisations))
    return Plan(ident, Organisation.KIND, [Part(ident, facts), *(Part(*one) for one in gone.items())], unless=unless)


def _known_whole(asked: Asked[ConsolidationBody], organisations: Sequence[Other]) -> Id | None:
    """What just these have become on that day, where it is what is asked for."""
    ends = {(one.state.ending, one.state.ended_on) for one in organisations}
    if len(ends) != 1:
        return None
    ((ending, on),) = ends
    if not isinstance(ending, OrganisationConsolidated) or on != asked.on:
        return None
    became = asked.sight.of(Organisation, ending.into)
    same = became.established == _established(asked.body.into, asked.body.into.kind)
    whole = {one for _, one in became.joined} == set(asked.body.organisations)
    return ending.into if same and whole and asked.body.into.id in (None, ending.into) else None


def _split(asked: Asked[SplitBody]) -> Plan:
    """The superior divides, for what is new comes to stand below it."""
    (ident,) = asked.path
    organisation, body = organisation_here(asked, ident), asked.body
    asked.must_reach(ident)
    asked.must_reach(organisation.parent_on(asked.sight.today))
    ids = _known_parts(asked, organisation) or tuple(_id_of_part(asked, number) for number in range(len(body.into)))
    shares = [Share(part, form.members, form.children) for part, form in zip(ids, body.into, strict=True)]
    belonging = _belonging(asked, ident)
    whole = Whole(_then(belonging.members, asked), _then(belonging.children, asked))
    facts = split(organisation, shares, whole, asked.on, keeps=body.keeps)
    plan = Plan.one(ident, Organisation.KIND, facts)
    plan.unless = still(belonging)
    if not facts:
        _must_have_gone(asked, shares)
        plan.parts += [] if body.keeps else _all_of_it(asked, ident, ids[0], gone=True)
        return plan
    if not body.keeps:
        _must_be_all(belonging)
    for share, form in zip(shares, body.into, strict=True):
        takes_over = share.id == ids[0] and not body.keeps
        plan.parts += _part(asked, organisation, share, form, takes_over=takes_over)
        members = dict.fromkeys(share.members, asked.on) | (dict(belonging.guests) if takes_over else {})
        plan.parts += _go(asked, ident, share.id, members, dict.fromkeys(share.children, asked.on))
    return plan


def _known_parts(asked: Asked[SplitBody], organisation: Organisation) -> tuple[Id, ...] | None:
    """The parts of a split of that day into parts that are called as these are."""
    ended = [(organisation.ended_on, organisation.ending)] if isinstance(organisation.ending, OrganisationSplit) else []
    for on, fact in (*organisation.splits, *ended):
        if on != asked.on or not isinstance(fact, OrganisationSplit) or fact.keeps != asked.body.keeps:
            continue
        states = [asked.sight.of(Organisation, part) for part in fact.into]
        if [state.name_on(asked.on) for state in states] == [form.name for form in asked.body.into]:
            return fact.into
    return None


def _id_of_part(asked: Asked[SplitBody], number: int) -> Id:
    """The same at every attempt."""
    chosen = asked.body.into[number].id
    return chosen if chosen is not None else Id(str(uuid5(UUID(asked.new_id), f"part {number}")))


def _part(
    asked: Asked[SplitBody], whole: Organisation, share: Share, form: PartForm, *, takes_over: bool
) -> list[Part]:
    (ident,) = asked.path
    assert whole.kind is not None, "what is split has a kind"
    like = form.model_copy(
        update={
            "parent": form.parent or whole.parent_on(asked.on),
            "cell_kind": form.cell_kind or whole.cell_kind,
            "place": form.place or whole.place,
        }
    )
    asked.must_reach(like.parent)
    facts = _new(asked, share.id, like, _established(like, whole.kind))
    facts += split_off(ident)
    if takes_over:
        facts += take_over(Organisation(), ident, asked.on)
    return [Part(share.id, facts)]


def _established(form: NewForm, kind: OrganisationKind) -> OrganisationEstablished:
    return OrganisationEstablished(
        name=form.name, kind=kind, cell_kind=form.cell_kind, parent=form.parent, place=form.place, serves=form.serves,
        code=form.code,
    )  # fmt: skip


def _new(asked: Asked[B], ident: Id, form: NewForm, established: OrganisationEstablished) -> list[Fact]:
    """What is made of others is new.

    Raises:
        Refused: as `establish`; `organisation.exists`, `id.in_use`.
    """
    asked.sight.need([ident])
    must_be_new(asked, ident, Organisation.KIND)
    known = asked.sight.of(Organisation, ident)
    if known.established is not None:
        raise Refused("organisation.exists", "this organisation is established already", "/into")
    parent = asked.sight.of(Organisation, form.parent) if form.parent is not None else None
    return establish(known, parent, established, asked.on)


def _all_of_it(asked: Asked[B], ident: Id, to: Id, *, gone: bool) -> list[Part]:
    """All that belongs to what ends goes to one: children with their edges, members and guests with their places.

    Of what is `gone` some may be left, in a log from before it was a condition that nobody had come meanwhile: they go
    on the day on which they came.
    """
    found = _belonging(asked, ident)
    if not gone:
        _must_be_all(found)
    return _go(asked, ident, to, {**found.guests, **found.members}, found.children)


def _belonging(asked: Asked[B], ident: Id) -> Belonging:
    found: Belonging = asked.sight.answer(BelongingTo(ident, asked.on))
    return found


def _go(asked: Asked[B], ident: Id, to: Id, members: Since, children: Since) -> list[Part]:
    asked.sight.need([*members, *children])
    # The reason is the organisation's, and none that is to be sealed for each of them.
    way = MemberMoved(cell=to, from_cell=ident, by=ident)
    return [
        *(Part(one, move(asked.sight.of(Member, one), way, on), on=on, reason="") for one, on in members.items()),
        *(Part(one, take_along(asked.sight.of(Organisation, one), to, on), on=on) for one, on in children.items()),
    ]


def _then(found: Since, asked: Asked[B]) -> tuple[Id, ...]:
    """Who is there on the day of the change."""
    return tuple(one for one, on in found.items() if on <= asked.on)


def _must_be_all(found: Belonging) -> None:
    """Whoever comes on a later day that is on record would come to what is not there.

    Raises:
        Refused: `organisation.later_facts`.
    """
    if found.comes_later:
        raise Refused(
            "organisation.later_facts", "somebody or something comes to it on a later day, which is on record"
        )


def _must_have_gone(asked: Asked[SplitBody], shares: Sequence[Share]) -> None:
    """The same split again has the same shares.

    Raises:
        Refused: `organisation.split_otherwise`.
    """
    asked.sight.need([one for share in shares for one in (*share.members, *share.children)])
    for number, share in enumerate(shares):
        members = all(asked.sight.glance(Member, one).cells.at(asked.on) == share.id for one in share.members)
        children = all(asked.sight.glance(Organisation, one).parent_on(asked.on) == share.id for one in share.children)
        if not (members and children):
            raise Refused("organisation.split_otherwise", "it was split that day, and otherwise", f"/into/{number}")


CHANGES = (
    Change(
        "/organisations/{id}/absorptions",
        AbsorptionBody,
        _absorb,
        "Make an organisation a part of another",
    ),
    Change("/organisations/{id}/splits", SplitBody, _split, "Split an organisation"),
    Change("/consolidations", ConsolidationBody, _consolidate, "Make one organisation of several"),
)
