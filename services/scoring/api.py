"""What may be asked about scores and rules over HTTP: the routers of each matter, as one."""

from fastapi import APIRouter

from services.scoring.boards import api_indicators
from services.scoring.meetings import api_meetings
from services.scoring.periods import api_periods
from services.scoring.rules import api_rules
from services.scoring.why import api_trials, api_why

router = APIRouter(tags=["scores"])
for matter in (api_indicators, api_meetings, api_periods, api_trials, api_why, api_rules):
    router.include_router(matter.router)
