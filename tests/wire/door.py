"""The HTTP door: notes every request, plays faults, checks the token, answers errors as JSON."""

import time
from collections.abc import Awaitable, Callable

from aiohttp import web

from tests.wire.answers import TokenRoutes
from tests.wire.body import SEEN, json_answer
from tests.wire.faults import Answer
from tests.wire.gateway import Gateway
from tests.wire.rest import BotRoutes
from tests.wire.state import ApiError, SeenRequest
from tests.wire.world import World

API = "/api/v10"
_BY_TOKEN_IN_PATH = ("/webhooks/", "/interactions/", "/gateway", "/attachments/")

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def build(world: World, gateway: Gateway, gateway_url: str) -> web.Application:
    """The whole server as one aiohttp application."""
    api = web.Application()
    api.add_routes([*BotRoutes(world, gateway_url).table(), *TokenRoutes(world).table()])
    door = _Door(world)
    whole = web.Application(middlewares=[door.enter], client_max_size=1 << 30)
    whole.add_routes(
        [
            web.get("/gateway", gateway.serve),
            web.get("/attachments/{channel}/{id}/{filename}", door.attachment),
        ]
    )
    whole.add_subapp(API, api)
    return whole


class _Door:
    def __init__(self, world: World) -> None:
        self._world = world

    @web.middleware
    async def enter(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        path = request.path.removeprefix(API)
        seen = request[SEEN] = SeenRequest(method=request.method, path=path, at=self._now())
        self._world.requests.append(seen)
        self._world.changed()
        try:
            return await self._answer(request, handler, seen)
        finally:
            seen.ended = self._now()
            self._world.changed()

    def _now(self) -> float:
        return time.monotonic() - self._world.started

    async def _answer(
        self, request: web.Request, handler: Handler, seen: SeenRequest
    ) -> web.StreamResponse:
        async def honestly() -> web.StreamResponse:
            try:
                return await self._honestly(request, handler, seen)
            finally:
                self._world.changed()  # also when the answer is lost on its way

        fault = self._world.faults.take(request.method, seen.path)
        if fault is None:
            response = await self._limited(request, seen, honestly)
            seen.status = response.status
            return response
        seen.status = fault.status
        return await self._world.faults.play(fault, request, honestly)

    async def _limited(
        self, request: web.Request, seen: SeenRequest, answer: Answer
    ) -> web.StreamResponse:
        limits = self._world.limits
        rate = None if limits is None else limits.take(request.method, seen.path)
        if rate is None:
            return await answer()
        if rate.refused:
            told = {"message": "slow down", "retry_after": rate.reset_after, "global": False}
            return json_answer(told, status=429, headers=rate.headers())
        response = await answer()
        response.headers.update(rate.headers())
        return response

    async def _honestly(
        self, request: web.Request, handler: Handler, seen: SeenRequest
    ) -> web.StreamResponse:
        try:
            self._authorise(request, seen)
            return await handler(request)
        except ApiError as error:
            fields = {"code": error.code, "message": error.message}
            return json_answer(fields, status=error.status)
        except (web.HTTPNotFound, web.HTTPMethodNotAllowed):
            return self._failed(f"no such route here: {request.method} {seen.path}")
        except ConnectionError:
            return web.Response()  # the bot was killed in the middle of its request
        except Exception as error:  # noqa: BLE001 - whatever it is, the test must hear of it
            return self._failed(f"{request.method} {seen.path}: {error!r}")

    def _authorise(self, request: web.Request, seen: SeenRequest) -> None:
        if seen.path.startswith(_BY_TOKEN_IN_PATH) and seen.path != "/gateway/bot":
            return
        if request.headers.get("Authorization") != f"Bot {self._world.token}":
            raise ApiError(401, 0, "401: Unauthorized")

    def _failed(self, sentence: str) -> web.Response:
        self._world.errors.append(sentence)
        return json_answer({"code": 0, "message": sentence}, status=404)

    async def attachment(self, request: web.Request) -> web.Response:
        """The CDN; an address works only whole, with its signature."""
        stored = self._world.messages.files.get(int(request.match_info["id"]))
        if stored is None or request.query.get("hm") != f"{stored.id:x}":
            raise ApiError(404, 0, "This content is no longer available.")
        return web.Response(body=stored.content, content_type=stored.content_type)
