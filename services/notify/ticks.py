"""What the process that tells looks at the clock for."""

from services.notify.absence.looking import Looker
from services.notify.absence.rules import Watch
from services.notify.crossing import Crossings, Indicators
from services.notify.rising import Rising, arrive
from services.notify.sending.heartbeats import Heartbeats
from services.notify.subscribing.releasing import release
from services.notify.ticking import Tick
from services.settings import Settings

MINUTE, FEW_SECONDS = 60.0, 5.0


def ticks(settings: Settings, watch: Watch, indicators: Indicators | None = None) -> list[Tick]:
    """All of them, in the order in which they come first; without `indicators` nobody is told of a crossing."""
    looker = Looker(watch, settings.ledger, settings.timezone)
    rising = Rising(settings.timezone)
    found = [
        Tick("absence", MINUTE, looker.look),
        Tick("rising", MINUTE, rising.rise),
        Tick("arriving", MINUTE, arrive),
        Tick("release", FEW_SECONDS, release),
        Tick("heartbeats", MINUTE, Heartbeats(settings.heartbeat_minutes).beat),
    ]
    if indicators is not None:
        crossings = Crossings(indicators, settings.ledger, settings.timezone)
        found.append(Tick("crossings", 15 * MINUTE, crossings.look))
    return found
