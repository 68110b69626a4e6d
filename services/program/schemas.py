"""Everything the program keeps in PostgreSQL, made in the order in which it leans on what went before."""

from importlib import import_module
from importlib.util import find_spec

# Each offers `install(conninfo)`, which is run as the owner and may be repeated.
PLACES = ("events.schema", "projections.view", "services.access")


def install(conninfo: str) -> None:
    """Makes what is missing, as the owner of the database; safe to repeat."""
    for place in PLACES:
        if find_spec(place) is not None:
            import_module(place).install(conninfo)
