"""The door of the demo's page: lets one action in at a time, on the newest state of the page.

The simulation refuses an action that was taken on a state older than its last publication, and
breaks one off that meets a publication. People who press a button while a card moves would see
"Action was not completed" time and again, so the browser talks to the page through this door.
"""

import asyncio
import json
import re
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import ClientSession, ClientTimeout, web
from yarl import URL

MAX_BODY = 27 * 1024 * 1024
"""Bytes; a little more than the page takes itself."""
PATIENCE = 60.0
"""Seconds that an action may last."""
_CONTEXT = "X-Simcord-Context"
_PASSED_ON = ("Content-Type", "X-Simcord-Capability", _CONTEXT)
_NOT_PASSED_BACK = frozenset(
    {"content-length", "content-encoding", "transfer-encoding", "connection", "date", "server"}
)
_REVISION = re.compile(rb'"published_revision":\d+')
"""In the envelope of an action, which comes before any upload; in its values quotes are escaped."""
_PRESSED = re.compile(rb'"control_key":"(message:[^"\\]+)"')


class Door:
    """Passes the browser's requests on.

    Args:
        page: where the simulation serves its page.
        session: asks it.
        quiet: held while the simulation is at work for somebody.
        before: called before each action, within `quiet`.
    """

    def __init__(
        self,
        page: URL,
        session: ClientSession,
        *,
        quiet: asyncio.Lock,
        before: Callable[[], Awaitable[None]],
    ) -> None:
        self._page = page
        self._session = session
        self._quiet = quiet
        self._before = before
        self._shown: dict[str, Any] = {}
        """The last state that each open page was given."""

    async def enter(self, request: web.Request) -> web.Response:
        """Answer one request of a browser that was sent here by the page itself."""
        host = request.headers.get("Host", "")
        if URL(f"http://{host}").host not in ("127.0.0.1", "localhost"):
            raise web.HTTPForbidden
        if request.headers.get("Origin", f"http://{host}") != f"http://{host}":
            raise web.HTTPForbidden
        body = await request.read()
        if request.path == "/api/action":
            async with self._quiet:
                await self._before()
                return await self._pass(request, await self._renewed(request, body))
        answer = await self._pass(request, body)
        if request.path == "/api/state" and answer.status == web.HTTPOk.status_code:
            self._shown[request.headers.get(_CONTEXT, "")] = json.loads(answer.text or "null")
        return answer

    async def _renewed(self, request: web.Request, body: bytes) -> bytes:
        """The action on the newest state, unless what it presses has become something else."""
        url = self._page / "api/state"
        async with self._session.get(url, headers=_headers(request)) as answer:
            if answer.status != web.HTTPOk.status_code:
                return body
            newest = await answer.json()
        if pressed := _PRESSED.search(body):
            shown = self._shown.get(request.headers.get(_CONTEXT, ""))
            key = pressed[1].decode()
            if _control(shown, key) != _control(newest, key):
                return body
        revision = b'"published_revision":%d' % newest["publishedRevision"]
        return _REVISION.sub(revision, body, count=1)

    async def _pass(self, request: web.Request, body: bytes) -> web.Response:
        url = self._page.join(request.rel_url)
        headers = _headers(request)
        async with self._session.request(request.method, url, headers=headers, data=body) as answer:
            kept = {
                name: value
                for name, value in answer.headers.items()
                if name.lower() not in _NOT_PASSED_BACK
            }
            return web.Response(body=await answer.read(), status=answer.status, headers=kept)


def _headers(request: web.Request) -> Mapping[str, str]:
    return {name: request.headers[name] for name in _PASSED_ON if name in request.headers}


def _control(state: Any, key: str) -> Any:  # noqa: ANN401  # JSON of the page
    """The button or menu of that key, as a state has it."""
    return next((part for part in _parts(state) if part.get("control_key") == key), None)


def _parts(value: Any) -> Iterator[dict[str, Any]]:  # noqa: ANN401  # as above
    if isinstance(value, dict):
        yield value
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for part in inner:
        yield from _parts(part)


@asynccontextmanager
async def open_door(
    page: URL, *, ear: socket.socket, quiet: asyncio.Lock, before: Callable[[], Awaitable[None]]
) -> AsyncIterator[URL]:
    """A door to `page`, heard at the listening socket `ear` until the block ends.

    Yields:
        Its own address, with what `page` has behind it.
    """
    async with ClientSession(timeout=ClientTimeout(total=PATIENCE)) as session:
        door = Door(page, session, quiet=quiet, before=before)
        application = web.Application(client_max_size=MAX_BODY)
        application.router.add_route("*", "/{path:.*}", door.enter)
        runner = web.AppRunner(application, access_log=None, shutdown_timeout=1.0)
        await runner.setup()
        try:
            await web.SockSite(runner, ear).start()
            yield page.with_port(ear.getsockname()[1])
        finally:
            await runner.cleanup()
