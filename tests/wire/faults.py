"""What goes wrong on purpose: scripted answers that are errors, resets or silence."""

import asyncio
import socket
import struct
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Literal

from aiohttp import web

from tests.wire.body import json_answer

Answer = Callable[[], Awaitable[web.StreamResponse]]


@dataclass(slots=True, kw_only=True)
class Fault:
    """The next `times` requests that fit get this instead of their answer."""

    method: str
    path: str
    """A glob over the path below the API's base, such as `/webhooks/*/messages/@original`."""
    status: int | Literal["reset", "hang"]
    times: int
    applied: bool
    """Whether the request takes effect all the same, so that only its answer is lost."""
    code: int
    headers: dict[str, str]
    page: str = ""
    """Said instead of JSON, as what stands before Discord does."""

    def fits(self, method: str, path: str) -> bool:
        return self.times > 0 and self.method == method and fnmatchcase(path, self.path)


class Faults:
    """The script; the first fault that fits is used."""

    def __init__(self) -> None:
        self._script: list[Fault] = []
        self._over = asyncio.Event()

    def add(self, fault: Fault) -> None:
        self._script.append(fault)

    def take(self, method: str, path: str) -> Fault | None:
        """The fault for this request, used up by one."""
        for fault in self._script:
            if fault.fits(method, path):
                fault.times -= 1
                return fault
        return None

    def forget(self) -> None:
        """Plays none of them any more."""
        self._script.clear()

    def end(self) -> None:
        """Lets go of every request that hangs."""
        self._over.set()

    async def play(self, fault: Fault, request: web.Request, answer: Answer) -> web.StreamResponse:
        """What the bot sees instead of the answer."""
        if fault.applied:
            await answer()
        if isinstance(fault.status, int):
            if fault.page:
                html = {**fault.headers, "Content-Type": "text/html"}
                return web.Response(text=fault.page, status=fault.status, headers=html)
            fields = {"message": "scripted fault", "code": fault.code}
            return json_answer(fields, status=fault.status, headers=fault.headers)
        if fault.status == "hang":
            await self._over.wait()
        return _reset(request)


def _reset(request: web.Request) -> web.Response:
    if request.transport is not None:
        # With no time to linger, closing sends RST instead of FIN.
        connection = request.transport.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        request.transport.abort()
    return web.Response()
