"""Whatever is decided about organisations, in whatever order and however late: what must always hold, holds."""

from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from events.fact import Id, Refused
from events.organisation import OrganisationKind
from tests.events.organisation.world import World
from tests.examples import an_id

FIRST = date(2026, 1, 1)
SUPERIORS, GRASSROOTS, CELLS = ("S0", "S1", "S2"), ("G0", "G1", "G2"), ("C0", "C1", "C2", "C3")
PARTS = tuple(f"part {number}" for number in range(6))
PEOPLE = tuple(f"M{number}" for number in range(8))
NEWCOMERS = tuple(f"N{number}" for number in range(6))
Command = Callable[[World, date], None]

LEVELS = [(*SUPERIORS, *PARTS[:2]), (*GRASSROOTS, *PARTS[2:4]), (*CELLS, *PARTS[4:])]
ANY = st.sampled_from([*SUPERIORS, *GRASSROOTS, *CELLS, *PARTS]).map(an_id)
ABOVE = st.sampled_from([*SUPERIORS, *GRASSROOTS]).map(an_id)
PAIRS = st.sampled_from(LEVELS).flatmap(lambda level: st.tuples(*[st.sampled_from(level).map(an_id)] * 2))
NEW = st.sampled_from(PARTS)

COMMANDS: st.SearchStrategy[Command] = st.one_of(
    st.builds(lambda one, to: lambda w, on: w.hand_over(one, to, on), ANY, st.one_of(ABOVE, ANY)),
    st.builds(lambda pair: lambda w, on: w.absorb(*pair, on), PAIRS),
    st.builds(lambda pair: lambda w, on: w.absorb(*pair, on), PAIRS),
    st.builds(lambda pair, name, to: lambda w, on: w.consolidate(list(pair), name, to, on), PAIRS, NEW, ABOVE),
    st.builds(
        lambda one, names, n: lambda w, on: w.split(one, names, on, forgets=n),
        ANY, st.lists(NEW, min_size=1, max_size=3, unique=True), st.sampled_from([0, 0, 0, 1]),
    ),
    st.builds(lambda one, to: lambda w, on: w.dissolve(one, to, on), ANY, st.one_of(st.none(), ANY)),
    st.builds(lambda one: lambda w, on: w.disband(one, on), ANY),
    st.builds(lambda one, name: lambda w, on: w.rename(one, name, on), ANY, NEW),
    st.builds(lambda name, cell: lambda w, on: w.admit(name, cell, on), st.sampled_from(NEWCOMERS), ANY),
)  # fmt: skip
DAYS = st.integers(-3, 60).map(lambda number: FIRST + timedelta(days=number))
ASKED = st.lists(st.tuples(COMMANDS, DAYS), min_size=10, max_size=25)


def begin() -> World:
    world = World()
    world.establish("P", OrganisationKind.PROVINCE, None, FIRST)
    for name in SUPERIORS:
        world.establish(name, OrganisationKind.SUPERIOR, "P", FIRST)
    for name, above in zip(GRASSROOTS, SUPERIORS, strict=True):
        world.establish(name, OrganisationKind.GRASSROOTS, above, FIRST)
    for name, above in zip(CELLS, (*GRASSROOTS, "S0"), strict=True):
        world.establish(name, OrganisationKind.CELL, above, FIRST)
    for number, name in enumerate(PEOPLE):
        world.admit(name, an_id(CELLS[number % 4]), FIRST)
    return world


def live(asked: list[tuple[Command, date]]) -> World:
    world = begin()
    for command, on in asked:
        told, organisations = list(world.told), set(world.organisations)
        try:
            command(world, on)
        except Refused:
            assert (world.told, set(world.organisations)) == (told, organisations), "what is refused writes nothing"
    return world


WORLDS = st.builds(live, ASKED)


def top_of(world: World, ident: Id, day: date) -> Id:
    """The last organisation on the way up, each of which is there on that day."""
    step, seen = ident, set[Id]()
    while True:
        assert step not in seen, "a circle"
        seen.add(step)
        assert world.of(step).exists_on(day), "it stands below what is not there"
        above = world.of(step).parent_on(day)
        if above is None:
            return step
        step = above


@settings(max_examples=80, deadline=None)
@given(WORLDS, DAYS)
def test_every_organisation_stands_below_the_province_and_nothing_below_what_has_ended(world: World, day: date) -> None:
    for ident, organisation in world.organisations.items():
        if organisation.exists_on(day):
            assert top_of(world, ident, day) == an_id("P")


@settings(max_examples=80, deadline=None)
@given(WORLDS, DAYS)
def test_every_member_is_in_one_cell_that_is_there(world: World, day: date) -> None:
    for member in world.members.values():
        cell = member.cell_on(day)
        assert (cell is not None) == member.listed_on(day)
        if cell is not None:
            assert world.of(cell).exists_on(day)
            assert world.of(cell).kind is OrganisationKind.CELL


@settings(max_examples=60, deadline=None)
@given(WORLDS, DAYS)
def test_head_counts_add_up_along_the_tree(world: World, day: date) -> None:
    counts = Counter(member.cell_on(day) for member in world.members.values() if member.listed_on(day))

    def below(ident: Id) -> int:
        return counts[ident] + sum(below(child) for child in world.directly_below(ident, day))

    listed = sum(member.listed_on(day) for member in world.members.values())
    assert (below(an_id("P")) if world.of(an_id("P")).exists_on(day) else 0) == listed


@settings(max_examples=60, deadline=None)
@given(WORLDS)
def test_no_fact_takes_effect_after_an_ending_and_what_ended_has_one_heir_that_knows_it(world: World) -> None:
    for stream, fact, on in world.told:
        if stream in world.organisations:
            ended_on = world.of(stream).ended_on
            assert ended_on is None or on <= ended_on, fact
    for ident, organisation in world.organisations.items():
        for successor in organisation.successors[:1]:
            assert ident in [one for _, one in world.of(successor).joined]
