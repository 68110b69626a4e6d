"""What every test that kills something asks in the end: is each view, and are the notices, what the log says?"""

from services.program.replaying import ALL, find
from services.settings import Settings


def every_view_is_what_the_log_says(settings: Settings) -> None:
    """Each is made anew and compared with the live one, row by row; what differs is named with its record."""
    compared = {view.name: view.compare(None, None) for view in find(settings, ALL)}
    assert {name: found.difference for name, found in compared.items() if not found.same} == {}
    assert {"roll", "meetings", "notices"} <= set(compared)
