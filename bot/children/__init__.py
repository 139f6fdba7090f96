"""Child processes for files that strangers made: limited, timed, and without secrets.

A child is one script file that imports no part of the bot; it reads its standard input and its
arguments and writes one answer to its standard output.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from contextvars import ContextVar
from pathlib import Path

import structlog

from bot.children.child import Child, ChildFailed, ChildLimits, ChildOverran
from bot.children.forked import Zygote, ZygoteGone
from bot.children.spawned import spawn

__all__ = ["ChildFailed", "ChildLimits", "ChildOverran", "forking", "run_child"]

log = structlog.stdlib.get_logger()

_zygote: ContextVar[Zygote | None] = ContextVar("zygote", default=None)


@asynccontextmanager
async def forking(modules: Sequence[str], scripts: Sequence[Path] = ()) -> AsyncIterator[None]:
    """Fork children of this block from a process that has loaded these, where that works.

    Loading them takes a fresh process ten times as long as most files do. A script that is loaded
    has a function `main`, and does nothing else that should be done for each child.
    """
    async with Zygote([*modules, *map(str, scripts)]) as zygote:
        _zygote.set(zygote if zygote.possible else None)
        try:
            yield
        finally:
            _zygote.set(None)


async def run_child(
    script: Path, *arguments: str, given: bytes = b"", limits: ChildLimits
) -> bytes:
    """Run `script` in a child process, feed it `given`, and return its standard output.

    It may be run a second time when the process that it was forked from is lost.

    Raises:
        ChildOverran: it took longer than its limit.
        ChildFailed: it ended with another code than 0, or its output is too long.
    """
    try:
        async with asyncio.timeout(limits.seconds):
            code, answer = await _run(script, arguments, given, limits)
    except TimeoutError as late:
        raise ChildOverran(script.name) from late
    if code:
        raise ChildFailed(f"{script.name} ended with {code}")
    return answer


async def _run(
    script: Path, arguments: Sequence[str], given: bytes, limits: ChildLimits
) -> tuple[int, bytes]:
    if zygote := _zygote.get():
        try:
            return await _heard(await zygote.fork(script, arguments, limits), given, limits)
        except ZygoteGone:
            log.warning("children.zygote_gone", script=script.name)
    return await _heard(await spawn(script, arguments, limits), given, limits)


async def _heard(child: Child, given: bytes, limits: ChildLimits) -> tuple[int, bytes]:
    try:
        answer = await _talk(child, given, limits.output)
        return await child.code(), answer
    finally:
        await child.end()


async def _talk(child: Child, given: bytes, limit: int) -> bytes:
    feeding = asyncio.ensure_future(child.feed(given))
    try:
        return await _read(child, limit)
    finally:
        feeding.cancel()
        await asyncio.gather(feeding, return_exceptions=True)


async def _read(child: Child, limit: int) -> bytes:
    answer = bytearray()
    while piece := await child.read():
        answer += piece
        if len(answer) > limit:
            raise ChildFailed("its output is too long")
    return bytes(answer)
