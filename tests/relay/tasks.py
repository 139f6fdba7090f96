"""A relay that gives out a task and is then asked for it: an answer for each route, in turn."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from aiohttp import web

from tests.relay.bodies import Body, samples
from tests.relay.loopback import Answer, Loopback

CHAT = "/v1/chat/completions"
Route: TypeAlias = Answer | web.Response | Sequence["Answer | web.Response"]

SAMPLES: Mapping[str, Body] = {body.name: body for body in samples()}


class Routes:
    """Answers each path as it was told to, the last answer for ever, and anything else with 404."""

    def __init__(self, routes: Mapping[str, Route]) -> None:
        self._turns = {
            path: list(route) if isinstance(route, list | tuple) else [route]
            for path, route in routes.items()
        }

    async def __call__(self, request: web.Request) -> web.StreamResponse:
        turns = self._turns.get(request.path_qs) or self._turns.get(request.path)
        if not turns:
            return web.json_response({"error": {"message": "Invalid URL"}}, status=404)
        turn = turns.pop(0) if len(turns) > 1 else turns[0]
        if isinstance(turn, web.Response):
            return web.Response(body=turn.body, status=turn.status, headers=dict(turn.headers))
        assert callable(turn)
        return await turn(request)


def says(value: object, *, status: int = 200, **headers: str) -> web.Response:
    """JSON, or text as it is."""
    text = value if isinstance(value, str) else json.dumps(value)
    named = {name.replace("_", "-"): item for name, item in headers.items()}
    return web.Response(
        body=text.encode(), status=status, headers={"Content-Type": "application/json", **named}
    )


def page(status: int) -> web.Response:
    """What a gateway shows to people."""
    html = b"<!DOCTYPE html><html><title>Bad gateway</title></html>"
    return web.Response(body=html, status=status, headers={"Content-Type": "text/html"})


def sample(name: str, origin: str = "") -> web.Response:
    """A recorded answer; links in it lead to `origin`."""
    body = SAMPLES[name]
    data = body.data
    if origin:
        data = moved(data.decode("utf-8", "surrogateescape"), origin).encode(
            "utf-8", "surrogateescape"
        )
    headers = {"Content-Type": body.entry["content_type"], **body.entry.get("headers", {})}
    return web.Response(body=data, status=body.entry["status"], headers=headers)


def moved(text: str, origin: str) -> str:
    """The links of a recorded answer, plain or escaped as in JSON, on another host."""
    for port in (":8000", ""):
        text = text.replace(f"https://media.example.com{port}", origin)
    return text.replace("https:\\/\\/media.example.com", origin.replace("/", "\\/"))


def asked(relay: Loopback, *, but: str = CHAT) -> list[str]:
    """The questions for the task, in order."""
    return [f"{each.method} {each.path_qs}" for each in relay.asked if each.path != but]


def keys(relay: Loopback) -> list[Any]:
    """The keys that were shown, in order; `None` where none was."""
    return [each.headers.get("Authorization") for each in relay.asked if each.path != CHAT]
