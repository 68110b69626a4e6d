"""Whatever is asked of some members' transfers, for whatever day: nobody is lost, and nobody counts twice."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from events.claims import Claim, claims
from events.collective_transfer import (
    CollectiveTransfer,
    CollectiveTransferIntroduced,
    introduce_together,
    receive_together,
)
from events.fact import Fact, Id, Refused
from events.member import Member, MemberMoved, Standing, TransferKind, TransferSide, standing
from events.member.moved import move
from events.member.temporary import bring_back, extend
from events.member.transfer import Move, introduce, receive, refuse, withdraw
from events.member.transit import Transfer
from events.organisation import Organisation, OrganisationAbsorbed
from projections import roll, transfers
from tests.examples import (
    BLOC,
    CELL_7,
    CELL_7_ESTABLISHED,
    CELL_8,
    CELL_8_ESTABLISHED,
    COMMUNE,
    HOSPITAL,
    LAN_ADMITTED,
    SURGERY,
    SURGERY_ESTABLISHED,
    a_decision,
    an_expulsion,
    an_id,
)
from tests.given import seen

FIRST = date(2026, 1, 1)
CELLS = {CELL_7: CELL_7_ESTABLISHED, CELL_8: CELL_8_ESTABLISHED, SURGERY: SURGERY_ESTABLISHED}
ABOVE = {CELL_7: COMMUNE, CELL_8: COMMUNE, SURGERY: HOSPITAL, HOSPITAL: BLOC, COMMUNE: an_id("top"), BLOC: an_id("top")}
NAMES = [an_id(name) for name in ("first", "second", "third")]
TRANSFERS = [an_id(name) for name in ("way 1", "way 2", "way 3", "way 4")]
LISTS = [an_id(name) for name in ("list 1", "list 2")]
Pieces = list[tuple[Id, Fact]]


@dataclass
class World:
    """Some cells, some members, and the claims that the ledger would keep; a command is taken whole or not at all."""

    organisations: dict[Id, Organisation] = field(default_factory=dict)
    members: dict[Id, Member] = field(default_factory=dict)
    lists: dict[Id, CollectiveTransfer] = field(default_factory=dict)
    claims: dict[str, Id] = field(default_factory=dict)
    position: int = 0

    @classmethod
    def new(cls) -> "World":
        world = cls({cell: seen(Organisation, (said, FIRST)) for cell, said in CELLS.items()})
        world.lists = {ident: CollectiveTransfer() for ident in LISTS}
        for name, cell in zip(NAMES, CELLS, strict=True):
            world.members[name] = seen(Member, (replace(LAN_ADMITTED, cell=cell), FIRST))
        return world

    def record(self, pieces: Pieces, on: date) -> None:
        """What the ledger does: claims are free, or it is refused as a whole."""
        taken: list[Claim] = [claim for stream, fact in pieces for claim in claims(fact, stream)[0]]
        if any(claim in self.claims for claim, _ in taken) or len(dict(taken)) < len(taken):
            raise Refused("claimed", "somebody holds that already")
        self.claims.update(taken)
        for stream, fact in pieces:
            self.position += 1
            state = self.members.get(stream) or self.lists.get(stream) or self.organisations[stream]
            state.see(fact, on, self.position)

    def destination(self, to: Id, on: date) -> tuple[Organisation, Id | None]:
        cell = to
        while (successor := self.organisations[cell].successor_on(on)) is not None:
            cell = successor
        return self.organisations[cell], None if cell == to else cell

    def find(self, name: Id, back: int) -> tuple[Member, Transfer]:
        """One of a member's transfers, the last one first."""
        member = self.members[name]
        if len(member.transfers) <= back:
            raise Refused("transfer.unknown", "he was not introduced so often")
        known = list(member.transfers.values())[-1 - back]
        assert self.claims[f"transfer:{known.introduced.transfer}"] == name, "its claim leads to its member"
        return member, known


Command = Callable[[World, date], Pieces]


def introducing(member: Id, transfer: Id, to: Id, kind: TransferKind) -> Command:
    until = FIRST + timedelta(days=200) if kind is TransferKind.TEMPORARY else None

    def ask(world: World, on: date) -> Pieces:
        asked = Move(to=to, kind=kind, until=until)
        return [
            (member, fact) for fact in introduce(world.members[member], world.organisations[to], transfer, asked, on)
        ]

    return ask


def receiving(name: Id, back: int = 0) -> Command:
    def ask(world: World, on: date) -> Pieces:
        member, known = world.find(name, back)
        destination, at = world.destination(known.introduced.to, on)
        return [(name, fact) for fact in receive(member, destination, known.introduced.transfer, on, at=at)]

    return ask


def answering(name: Id, answer: Callable[[Member, Id, date], list[Fact]], back: int = 0) -> Command:
    def ask(world: World, on: date) -> Pieces:
        member, known = world.find(name, back)
        return [(name, fact) for fact in answer(member, known.introduced.transfer, on)]

    return ask


def sending(ident: Id, to: Id, cell: Id) -> Command:
    def ask(world: World, on: date) -> Pieces:
        there = tuple(name for name, member in world.members.items() if member.cell_on(on) == cell)
        said = CollectiveTransferIntroduced(from_cell=cell, to=to, members=there, decision=a_decision())
        known = world.lists[ident]
        return introduce_together(known, world.members, world.organisations[to], (ident, said), on) if there else []

    return ask


def taking(ident: Id) -> Command:
    def ask(world: World, on: date) -> Pieces:
        known = world.lists[ident]
        to = known.introduced.to if known.introduced is not None else CELL_7
        destination, at = world.destination(to, on)
        return receive_together(known, world.members, destination, (ident, at), on)

    return ask


def absorbing(cell: Id, into: Id) -> Command:
    """A cell goes into another one, and whoever is there or comes there later goes along."""

    def ask(world: World, on: date) -> Pieces:
        ends, other = world.organisations[cell], world.organisations[into]
        if ends.ended_on is not None or other.ended_on is not None:
            raise Refused("organisation.ended", "one of them has ended")
        days = [*(m.latest_on or on for m in world.members.values()), on]
        if max(days) > on:
            raise Refused("organisation.later_facts", "members are led along by a decision of its own day")
        way = MemberMoved(cell=into, from_cell=cell, by=cell)
        moves = [(name, fact) for name, member in world.members.items() for fact in move(member, way, on)]
        return [(cell, OrganisationAbsorbed(into=into)), *moves]

    return ask


def expelling(member: Id) -> Command:
    def ask(world: World, on: date) -> Pieces:
        known = world.members[member]
        if not known.listed_on(on) or (known.latest_on is not None and on < known.latest_on):
            raise Refused("member.later_facts", "what took effect later would be of no member")
        return [(member, an_expulsion())]

    return ask


def longer(days: int, sides: set[TransferSide]) -> Callable[[Member, Id, date], list[Fact]]:
    return lambda member, transfer, on: extend(member, transfer, FIRST + timedelta(days=days), sides, on)


def refusing(member: Member, transfer: Id, on: date) -> list[Fact]:
    return refuse(member, transfer, "lý do", on)


INTRODUCING = [
    introducing(name, transfer, to, kind)
    for name in NAMES
    for transfer in TRANSFERS
    for to in CELLS
    for kind in TransferKind
]
RECEIVING = [receiving(name, back) for name in NAMES for back in (0, 0, 0, 1)]
ANSWERING = [answering(name, answer, back) for name in NAMES for answer in (withdraw, refusing) for back in (0, 1)]
STAYING = [
    *[answering(name, bring_back, back) for name in NAMES for back in (0, 0, 1)],
    *[answering(name, longer(days, {side})) for name in NAMES for days in (260, 300) for side in TransferSide],
    *[answering(name, longer(330, set(TransferSide)), back) for name in NAMES for back in (0, 1)],
]
TOGETHER = [
    *[sending(ident, to, cell) for ident in LISTS for to in CELLS for cell in CELLS if to != cell],
    *[taking(ident) for ident in LISTS] * 6,
]
RARE = [
    *[absorbing(cell, into) for cell in CELLS for into in CELLS if cell != into],
    *[expelling(name) for name in NAMES],
]
KINDS = (INTRODUCING, INTRODUCING, RECEIVING, RECEIVING, RECEIVING, ANSWERING, STAYING, STAYING, TOGETHER)
COMMANDS = st.sampled_from([*KINDS * 2, RARE]).flatmap(st.sampled_from)
DAYS = st.integers(-2, 400).map(lambda number: FIRST + timedelta(days=number))


def lived(asked: list[tuple[Command, date]]) -> World:
    world = World.new()
    for command, on in asked:
        try:
            pieces = command(world, on)
            world.record(pieces, on)
        except Refused:
            continue
    return world


# Half of the histories are entered in the order of their days, as most are.
HISTORIES = st.lists(st.tuples(COMMANDS, DAYS), min_size=10, max_size=50)
IN_ORDER = st.builds(
    lambda commands, days: list(zip(commands, sorted(days), strict=True)),
    st.lists(COMMANDS, min_size=50, max_size=50),
    st.lists(DAYS, min_size=50, max_size=50),
)
WORLDS = st.one_of(HISTORIES, IN_ORDER).map(lived)


@settings(max_examples=150, deadline=None)
@given(WORLDS, DAYS)
def test_everybody_is_in_one_cell_and_in_one_standing(world: World, day: date) -> None:
    for member in world.members.values():
        cells = [span.value for span in member.cell_spans() if span.since <= day < (span.until or date.max)]
        if not member.listed_on(day):
            assert (cells, standing(member, day)) == ([], Standing.OUT)
            continue
        assert cells == [member.cell_on(day)]
        on_the_way = [one for one in member.transfers.values() if one.in_transit(day)]
        guest_of = [one for one in member.transfers.values() if member.is_away(one, day)]
        assert len(on_the_way) <= 1
        assert len(guest_of) <= 1
        if standing(member, day) is Standing.IN_TRANSIT:
            assert on_the_way
        if guest_of and not on_the_way:
            assert standing(member, day) is Standing.TEMPORARY_OUT


@settings(max_examples=150, deadline=None)
@given(WORLDS, DAYS)
def test_head_counts_add_up_along_the_tree(world: World, day: date) -> None:
    counts: Counter[Id] = Counter()
    rows = [row for member in world.members.values() for row in roll.rows(member) if row.from_on <= day < row.to_on]
    for row in rows:
        step = row.cell
        while step is not None:
            counts[step] += 1
            step = ABOVE.get(step)
    listed = sum(member.listed_on(day) for member in world.members.values())
    assert counts[an_id("top")] == listed == sum(counts[cell] for cell in CELLS)
    assert counts[COMMUNE] == counts[CELL_7] + counts[CELL_8]


@settings(max_examples=150, deadline=None)
@given(WORLDS, DAYS)
def test_each_transfer_is_held_by_one_member_and_shown_once(world: World, day: date) -> None:
    held = {claim.removeprefix("transfer:"): holder for claim, holder in world.claims.items()}
    stood = {transfer: name for name, member in world.members.items() for transfer in member.transfers}
    assert held == stood
    for member in world.members.values():
        shown = Counter(row.transfer for row in transfers.rows(member) if row.from_on <= day < row.to_on)
        assert set(shown) <= set(member.transfers)
        assert set(shown.values()) <= {1}


@settings(max_examples=150, deadline=None)
@given(WORLDS)
def test_nobody_is_stuck_between_two_cells(world: World) -> None:
    """Whoever is on the way can be taken back, or be received, on a day after all that is on record."""
    for name, member in world.members.items():
        later = FIRST + timedelta(days=420)
        for transfer, known in member.transfers.items():
            if known.outcome is None and member.listed_on(later):
                assert withdraw(member, transfer, later)
                assert refuse(member, transfer, "lý do", later)
                destination, at = world.destination(known.introduced.to, later)
                assert receive(member, destination, transfer, later, at=at), name
