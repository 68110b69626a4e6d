"""What a committee sends when it acknowledges: read to a limit, checked, and refused with the place that is wrong."""

from datetime import date
from hashlib import blake2b
from typing import Annotated, Any

from fastapi import Depends, Header, Request
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from events.fact import Id
from services.web.problem import Problem, invalid
from services.web.written import Day

LIMIT = 1 << 20
OLDEST = date(1850, 1, 1)


class Acknowledging(BaseModel):
    """The body: nothing need be said, and `backfill` makes no difference, for an acknowledgement tells nobody."""

    model_config = ConfigDict(extra="forbid")

    effective_on: Annotated[Day, Field(ge=OLDEST)] | None = None
    reason: Annotated[str, Field(max_length=4000, pattern=r"^[^\x00]*$")] | None = None
    backfill: bool = False

    def digest(self, notice: Id, secret: bytes) -> int:
        """64 bits that differ for another notice or another body, and tell nobody without the secret what it was.

        Fields that were not sent take no part.
        """
        said = f"notices/{notice}/acknowledgements\n{self.model_dump_json(exclude_unset=True)}"
        return int.from_bytes(blake2b(said.encode(), digest_size=8, key=secret).digest(), "big", signed=True)


class Acknowledged(BaseModel):
    """The answer; `facts` is empty where it had been said before."""

    id: str
    stream: str
    version: int
    position: int
    facts: list[dict[str, Any]]


DESCRIBED: dict[str, Any] = {
    "status_code": 201,
    "responses": {
        200: {"model": Acknowledged, "description": "It had been said before."},
        201: {"model": Acknowledged},
    },
    "openapi_extra": {"requestBody": {"content": {"application/json": {"schema": Acknowledging.model_json_schema()}}}},
}
"""What FastAPI cannot know of a body that it does not read itself."""


async def said(request: Request) -> Acknowledging:
    """The body; an empty one says nothing, which is enough.

    Raises:
        Problem: 400, 413, 415, 422.
    """
    media = request.headers.get("content-type", "application/json").partition(";")[0].strip().lower()
    if media != "application/json" and not media.endswith("+json"):
        raise Problem(415, "media-type", "a change is sent as application/json")
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > LIMIT:
            raise Problem(413, "too-large", f"a body has at most {LIMIT} bytes")
    try:
        return Acknowledging.model_validate_json(body or b"{}")
    except ValidationError as error:
        raise invalid(error) from None


def if_match(if_match: Annotated[str | None, Header()] = None) -> int | None:
    """The version that the caller has seen; None where it does not matter.

    Raises:
        Problem: 412, it is no version.
    """
    if if_match is None or if_match.strip() == "*":
        return None
    bare = if_match.strip().removeprefix("W/").strip('"')
    if not (bare.isascii() and bare.isdigit() and len(bare) < 10):
        raise Problem(412, "stale", 'If-Match takes the ETag of an earlier answer, such as "1"')
    return int(bare)


Said = Annotated[Acknowledging, Depends(said)]
IfMatch = Annotated[int | None, Depends(if_match)]
