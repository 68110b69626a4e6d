"""A few organisations and members, and changes of several of them at once: all of a change is written, or nothing."""

from datetime import date

from events.fact import Fact, Id, Refused
from events.member import Member, MemberAdmitted, MemberMoved, Status
from events.member.admission import admit
from events.member.moved import move
from events.organisation import (
    Organisation,
    OrganisationEstablished,
    OrganisationKind,
    Other,
    Share,
    Whole,
    absorb,
    consolidate,
    disband,
    dissolve,
    establish,
    hand_over,
    must_become_one,
    rename,
    split,
    split_off,
    take_along,
    take_over,
)
from tests.examples import an_id

Written = list[tuple[Id, list[Fact]]]


class World:
    """States by their ids, and all facts that were told, in order."""

    def __init__(self) -> None:
        self.organisations: dict[Id, Organisation] = {}
        self.members: dict[Id, Member] = {}
        self.told: list[tuple[Id, Fact, date]] = []

    def of(self, ident: Id) -> Organisation:
        """One organisation; a fresh one where there is none."""
        return self.organisations.get(ident, Organisation())

    def other(self, ident: Id) -> Other:
        """One that a decision names."""
        return Other(ident, self.of(ident))

    def put(self, written: Written, on: date) -> None:
        """One append."""
        for stream, facts in written:
            for fact in facts:
                self.told.append((stream, fact, on))
                if isinstance(fact, MemberMoved | MemberAdmitted):
                    self.members.setdefault(stream, Member()).see(fact, on, len(self.told))
                else:
                    self.organisations.setdefault(stream, Organisation()).see(fact, on, len(self.told))

    def on_roll(self, cell: Id, day: date) -> list[Id]:
        """Who counts in a cell."""
        return [one for one, member in self.members.items() if member.cell_on(day) == cell]

    def directly_below(self, parent: Id, day: date) -> list[Id]:
        """What stands there then."""
        return [one for one, of in self.organisations.items() if of.exists_on(day) and of.parent_on(day) == parent]

    def comes_later(self, ident: Id, day: date) -> bool:
        """Whether somebody or something comes there on a later day only."""
        rolls = [(one, span.value, span.since) for one, member in self.members.items() for span in member.cell_spans()]
        edges = [
            (one, edge.value, edge.since)
            for one, of in self.organisations.items()
            for edge in of.parents.spans(end=of.ended_on)
        ]
        there = {*self.on_roll(ident, day), *self.directly_below(ident, day)}
        return any(to == ident and since > day and one not in there for one, to, since in (*rolls, *edges))

    def establish(self, name: str, kind: OrganisationKind, parent: str | None, on: date) -> None:
        """A new one."""
        above = an_id(parent) if parent is not None else None
        said = OrganisationEstablished(name=name, kind=kind, parent=above)
        state = self.of(above) if above is not None else None
        self.put([(an_id(name), establish(self.of(an_id(name)), state, said, on))], on)

    def admit(self, name: str, cell: Id, on: date) -> None:
        """Somebody comes onto a roll."""
        said = MemberAdmitted(name=name, cell=cell, status=Status.OFFICIAL, admitted_on=date(2010, 1, 1))
        member = self.members.get(an_id(name), Member())
        self.put([(an_id(name), admit(member, self.of(cell), said, on))], on)

    def rename(self, ident: Id, name: str, on: date) -> None:
        """It is called otherwise."""
        self.put([(ident, rename(self.of(ident), name, on))], on)

    def hand_over(self, ident: Id, to: Id, on: date) -> None:
        """It goes to another parent."""
        above, step = list[Id](), self.of(to).parent_on(on)
        while step is not None:
            above.append(step)
            step = self.of(step).parent_on(on)
        self.put([(ident, hand_over(self.of(ident), ident, self.other(to), above, on))], on)

    def absorb(self, ident: Id, into: Id, on: date) -> None:
        """It becomes a part of another, with all that it has."""
        facts = absorb(self.of(ident), ident, self.other(into), on)
        taken = take_over(self.of(into), ident, on)
        self.put([(ident, facts), (into, taken), *(self.all_of(ident, into, on) if facts else [])], on)

    def consolidate(self, idents: list[Id], name: str, parent: Id, on: date) -> None:
        """They become a new one."""
        kind = self.of(idents[0]).kind or OrganisationKind.CELL
        must_become_one([self.other(one) for one in idents], kind)
        new = an_id(name)
        said = OrganisationEstablished(name=name, kind=kind, parent=parent)
        self.must_be_new(new)
        facts = establish(self.of(new), self.of(parent), said, on)
        facts += [fact for one in idents for fact in take_over(Organisation(), one, on)]
        ends = [(one, consolidate(self.of(one), new, on)) for one in idents]
        self.put([(new, facts), *ends, *(part for one in idents for part in self.all_of(one, new, on))], on)

    def split(self, ident: Id, names: list[str], on: date, *, forgets: int = 0) -> None:
        """It becomes several, each with every so many of its members and children; some may be forgotten."""
        members, children = self.on_roll(ident, on), self.directly_below(ident, on)
        ids, many = [an_id(name) for name in names], len(names)
        shares = [
            Share(one, tuple(members[forgets + n :: many]), tuple(children[forgets + n :: many]))
            for n, one in enumerate(ids)
        ]
        of = self.of(ident)
        facts = split(of, shares, Whole(tuple(members), tuple(children)), on, keeps=False)
        self.must_be_all(ident, on)
        parts: Written = []
        for number, (share, name) in enumerate(zip(shares, names, strict=True)):
            assert of.kind is not None, "what is split is of a kind"
            self.must_be_new(share.id)
            above = of.parent_on(on)
            said = OrganisationEstablished(name=name, kind=of.kind, parent=above)
            new = establish(self.of(share.id), self.of(above) if above is not None else None, said, on)
            new += [*split_off(ident), *(take_over(Organisation(), ident, on) if number == 0 else [])]
            parts += [(share.id, new), *self.going(ident, share.id, list(share.members), list(share.children), on)]
        self.put([(ident, facts), *parts], on)

    def dissolve(self, ident: Id, successor: Id | None, on: date) -> None:
        """It ends, when it is empty."""
        facts = dissolve(self.of(ident), ident, self.other(successor) if successor is not None else None, on)
        self.must_be_empty(ident, on)
        taken = take_over(self.of(successor), ident, on) if successor is not None else []
        self.put([(ident, facts), *([(successor, taken)] if successor is not None else [])], on)

    def disband(self, ident: Id, on: date) -> None:
        """The same as a punishment."""
        facts = disband(self.of(ident), on)
        self.must_be_empty(ident, on)
        self.put([(ident, facts)], on)

    def all_of(self, ident: Id, to: Id, on: date) -> Written:
        """All that it has goes to one."""
        self.must_be_all(ident, on)
        return self.going(ident, to, self.on_roll(ident, on), self.directly_below(ident, on), on)

    def going(self, ident: Id, to: Id, members: list[Id], children: list[Id], on: date) -> Written:
        """These go from one to the other."""
        way = MemberMoved(cell=to, from_cell=ident, by=ident)
        return [
            *((one, move(self.members[one], way, on)) for one in members),
            *((one, take_along(self.of(one), to, on)) for one in children),
        ]

    def must_be_new(self, ident: Id) -> None:
        """What is made of others is not there yet."""
        if ident in self.organisations:
            raise Refused("organisation.exists", "it is there already")

    def must_be_all(self, ident: Id, on: date) -> None:
        """Nothing that is on record comes later."""
        if self.comes_later(ident, on):
            raise Refused("organisation.later_facts", "something comes later")

    def must_be_empty(self, ident: Id, on: date) -> None:
        """Nobody and nothing is there."""
        if self.on_roll(ident, on) or self.directly_below(ident, on) or self.comes_later(ident, on):
            raise Refused("organisation.not_empty", "somebody is there")
