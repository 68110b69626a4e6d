"""All questions of this service, for the composition root."""

from fastapi import APIRouter

from services.questions import (
    candidacies,
    collective_transfers,
    history,
    liaison_list,
    liaisons,
    lists_of_many,
    meetings,
    member_years,
    members,
    oath_reviews,
    officers,
    organisations,
    proposals,
    transfers,
    years,
)

PARTS = (
    organisations,
    officers,
    years,
    candidacies,
    members,
    member_years,
    history,
    transfers,
    lists_of_many,
    collective_transfers,
    meetings,
    liaison_list,
    liaisons,
    oath_reviews,
    proposals,
)

router = APIRouter()
for part in PARTS:
    router.include_router(part.router)
