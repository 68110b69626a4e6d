"""All questions of this service, for the composition root."""

from fastapi import APIRouter

from services.questions import history, liaisons, meetings, members, oath_reviews, organisations, proposals, transfers

router = APIRouter()
for part in (organisations, members, history, transfers, meetings, liaisons, oath_reviews, proposals):
    router.include_router(part.router)
