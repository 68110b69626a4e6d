"""What the application says of itself in /openapi.json, asked of it without a database."""

import asyncio
from typing import Any

import httpx2

from services.program.http import build
from services.settings import Settings

COMMON = {"idempotency-key", "if-match"}
KEPT = ("/members/{id}/rewards", "/notices/{ident}/acknowledgements")
WAITS = "caunoi-at-least"


def openapi() -> dict[str, Any]:
    """The document that is served."""

    async def ask() -> dict[str, Any]:
        transport = httpx2.ASGITransport(build(Settings.read(database="postgresql:///nowhere")))
        async with httpx2.AsyncClient(transport=transport, base_url="http://here") as client:
            said: dict[str, Any] = (await client.get("/openapi.json")).raise_for_status().json()
            return said

    return asyncio.run(ask())


def without_common_headers(said: dict[str, Any]) -> dict[str, Any]:
    """The same with the headers of every change on a few of them alone, and without the one that makes reads wait."""
    for path, operations in said["paths"].items():
        left_out = {WAITS} if path in KEPT else COMMON | {WAITS}
        for operation in operations.values():
            parameters = operation.get("parameters", [])
            operation["parameters"] = [one for one in parameters if one["name"].lower() not in left_out]
    return said
