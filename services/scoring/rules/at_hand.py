"""The rule packs as those who record ask for them: read as sent, shipped, and in force for an organisation."""

import json
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import psycopg

from events.fact import Id
from events.rule import RulePublished
from projections import tree
from projections.asked import LATEST, AsOf
from services.scoring.clocks import At
from services.scoring.periods.year_reading import organisation_year
from services.scoring.rules.published import fact_of
from services.scoring.rules.rulebook import Of, Pack
from services.scoring.rules.rulebook_file import Fault, PackRefused, checked, read
from services.scoring.rules.rules_in_force import RulesInForce
from services.scoring.rules.shelf import shipped
from services.web.rules import InForce, Item, PackAtFault

POINTER = "/pack"


class AtHand:
    """See `services.web.rules.Rules`; `zone` is the committees'."""

    def __init__(self, zone: ZoneInfo) -> None:
        self._zone = zone

    def read(self, said: str) -> RulePublished:
        """A pack as it was sent: an object of JSON, else the text of a TOML file, whose faults name lines.

        Raises:
            PackAtFault: with every fault.
        """
        try:
            pack = checked(_json(said), "pack") if said.startswith("{") else read(said, "pack")
        except PackRefused as refused:
            raise PackAtFault([(pointer(fault), _said(fault)) for fault in refused.faults]) from None
        return fact_of(pack)

    def shipped(self) -> Sequence[RulePublished]:
        """All versions of all packs that came with the program."""
        return [fact_of(pack) for pack in shipped()]

    def in_force(self, connection: psycopg.Connection[Any], of: str, organisation: Id, day: date) -> InForce | None:
        """The pack for what is judged of an organisation on a day, as far as the views have read."""
        rules, kind = RulesInForce.read(connection), None
        if rules.has_kinds(Of(of)):
            found = tree.one(connection, organisation, AsOf(day))
            kind = found.cell_kind if found is not None else None
        pack = rules.pack(Of(of), organisation, day, kind)
        if pack is None:
            return None
        return _in_force(pack, model=of == Of.FOUR_GOOD and not rules.is_adopted(Of(of), organisation, day, kind))

    def broken(self, connection: psycopg.Connection[Any], organisation: Id, year: int, band: str) -> dict[str, str]:
        """The conditions of the year's frame for a band that facts say are not met, by gate, in words."""
        now = datetime.now(self._zone).date()
        found = organisation_year(connection, organisation, year, At(date.max, LATEST, now, self._zone))
        gates = found.gates if found is not None else ()
        return {gate.gate: gate.because for gate in gates if gate.band == band and gate.met is False}


def _in_force(pack: Pack, *, model: bool) -> InForce:
    """What those who record must know of a pack."""
    items = {item.id: Item(item.max, item.judged, item.whole) for item in pack.items}
    best = max(pack.bands, key=lambda band: band.at_least)
    needed = {item for gate in pack.gates if gate.band == best.id for item in gate.items}
    full = {item.id: item.max for item in pack.items if item.id in needed}
    bodies, bands = frozenset(map(str, pack.scored_by)), {band.id: band.at_least for band in pack.bands}
    return InForce(pack.id, pack.version, items, best.at_least, full, model, bodies, bands)


def _json(said: str) -> object:
    try:
        return json.loads(said, parse_float=Decimal)
    except (ValueError, RecursionError):
        raise PackRefused("pack", [Fault(None, (), "this is neither TOML nor an object of JSON")]) from None


def pointer(fault: Fault) -> str:
    """Where in the body the fault is; a part of a path that is no field is left out."""
    return POINTER + "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in fault.place)


def _said(fault: Fault) -> str:
    return f"line {fault.line}: {fault.why}" if fault.line else fault.why
