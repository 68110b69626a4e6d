"""All questions of this service, for the composition root."""

from fastapi import APIRouter

from services.questions import history, meetings, members, oath_reviews, organisations, transfers

router = APIRouter()
for part in (organisations, members, history, transfers, meetings, oath_reviews):
    router.include_router(part.router)
