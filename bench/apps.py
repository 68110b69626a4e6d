"""What our HTTP is measured against, in the same server with the same settings: `python -m bench.apps NAME PORT`."""

import sys
from datetime import date
from typing import Any
from uuid import UUID

import uvicorn
from fastapi import FastAPI
from pydantic import BaseModel
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from events.member.facts import RewardForm

PATH = "/members/{member}/rewards"


class Paper(BaseModel):
    """The decision behind a reward."""

    number: str
    on: date
    by: str


class Reward(BaseModel):
    """The body, in the shape of ours."""

    form: RewardForm
    decision: Paper


def ready() -> str:
    """Asked before the clock runs."""
    return "ok"


def noop() -> ASGIApp:
    """FastAPI, which checks the path and the body and does nothing with them."""
    app = FastAPI()

    async def reward(member: UUID, body: Reward) -> dict[str, Any]:
        return {"id": str(member), "form": body.form, "version": 1}

    app.add_api_route(PATH, reward, methods=["POST"], status_code=201)
    app.add_api_route("/readyz", ready)
    return app


def starlette() -> ASGIApp:
    """A bare route, which reads the body and does not look at it."""

    async def reward(request: Request) -> Response:
        await request.body()
        return JSONResponse({"id": request.path_params["member"], "version": 1}, 201)

    async def readyz(_: Request) -> Response:
        return PlainTextResponse("ok")

    return Starlette(routes=[Route(PATH, reward, methods=["POST"]), Route("/readyz", readyz)])


def stock() -> ASGIApp:
    """FastAPI over the stock library: the aggregate is read, changed and saved, in FastAPI's threads."""
    from bench.stock_app import Members

    app = FastAPI()
    members = Members()

    def reward(member: UUID, body: Reward) -> dict[str, Any]:
        version = members.reward(member, body.form, body.decision.number, body.decision.on, body.decision.by)
        return {"id": str(member), "version": version}

    app.add_api_route(PATH, reward, methods=["POST"], status_code=201)
    app.add_api_route("/readyz", ready)
    return app


APPS = {"noop": noop, "starlette": starlette, "fastapi-eventsourcing": stock}


def main(name: str, port: str) -> None:
    """Serve as `caunoi serve http` does."""
    uvicorn.run(
        APPS[name](),
        host="127.0.0.1",
        port=int(port),
        log_config=None,
        access_log=False,
        loop="uvloop",
        http="httptools",
        server_header=False,
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
