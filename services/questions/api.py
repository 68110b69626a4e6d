"""All questions of this service, for the composition root."""

from fastapi import APIRouter

from services.questions import (
    history,
    liaisons,
    meetings,
    members,
    oath_reviews,
    officers,
    organisations,
    proposals,
    transfers,
    years,
)

PARTS = (organisations, officers, years, members, history, transfers, meetings, liaisons, oath_reviews, proposals)

router = APIRouter()
for part in PARTS:
    router.include_router(part.router)
