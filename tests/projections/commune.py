"""A province with a commune and a bloc of agencies, two members in cell 7, and some days."""

from datetime import date, timedelta

from projections.asked import LATEST, AsOf
from tests.examples import (
    BLOC,
    BLOC_ESTABLISHED,
    CELL_7,
    CELL_7_ESTABLISHED,
    CELL_8,
    CELL_8_ESTABLISHED,
    COMMUNE,
    COMMUNE_ESTABLISHED,
    HOSPITAL,
    HOSPITAL_ESTABLISHED,
    LAN,
    LAN_ADMITTED,
    MINH,
    MINH_ADMITTED,
    PROVINCE,
    PROVINCE_ESTABLISHED,
    SURGERY,
    SURGERY_ESTABLISHED,
)
from tests.projections.log import Said

COMMUNE_AND_BLOC = [
    Said(PROVINCE, PROVINCE_ESTABLISHED),
    Said(COMMUNE, COMMUNE_ESTABLISHED),
    Said(CELL_7, CELL_7_ESTABLISHED),
    Said(CELL_8, CELL_8_ESTABLISHED),
    Said(BLOC, BLOC_ESTABLISHED),
    Said(HOSPITAL, HOSPITAL_ESTABLISHED),
    Said(SURGERY, SURGERY_ESTABLISHED),
    Said(LAN, LAN_ADMITTED),
    Said(MINH, MINH_ADMITTED, date(2025, 9, 2)),
]
MARCH, APRIL, MAY = date(2026, 3, 2), date(2026, 4, 1), date(2026, 5, 1)
DAY = timedelta(days=1)


def on(day: date, known: int = LATEST) -> AsOf:
    return AsOf(day, known)
